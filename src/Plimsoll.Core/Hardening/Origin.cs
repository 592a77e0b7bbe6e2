using System.Globalization;
using Plimsoll.Core.Results;

namespace Plimsoll.Core.Hardening;

/// <summary>Where a setting comes from.</summary>
/// <param name="File">The file and line; null for what no file says.</param>
/// <param name="Column">From 1, in characters; 0 where it is not known.</param>
/// <param name="Detail">What is not a file: `-g`, `NGINX_PORT`, `nginx 1.22.1`; empty for a file.</param>
public sealed record Origin(OriginKind Kind, Location? File = null, int Column = 0, string Detail = "")
{
    public static Origin At(Location file, int column = 0) => new(OriginKind.File, file, column);
    public static Origin Environment(string variable) => new(OriginKind.Environment, Detail: variable);
    public static Origin Argument(string argument) => new(OriginKind.Argument, Detail: argument);
    public static Origin Entrypoint(string script) => new(OriginKind.Entrypoint, Detail: script);
    public static Origin Image(string what) => new(OriginKind.ImageDefault, Detail: what);

    /// <param name="place">`compose.yaml:12`.</param>
    public static Origin Deployment(string place) => new(OriginKind.Deployment, Detail: place);

    /// <param name="product">Whose default it is, with the version where that decides: `nginx 1.22.1`.</param>
    public static Origin Default(string product) => new(OriginKind.VendorDefault, Detail: product);

    /// <summary>`/etc/nginx/nginx.conf:12:5`, `ENV NGINX_PORT`, `argument -g`, `default of nginx 1.22.1`.</summary>
    public override string ToString() => Kind switch
    {
        OriginKind.Environment => $"ENV {Detail}",
        OriginKind.Argument => $"argument {Detail}",
        OriginKind.Entrypoint => $"entrypoint {Detail}",
        OriginKind.ImageDefault => $"image: {Detail}",
        OriginKind.Deployment => Detail,
        OriginKind.VendorDefault => $"default of {Detail}",
        _ => Column > 0 ? string.Create(CultureInfo.InvariantCulture, $"{File}:{Column}") : $"{File}",
    };
}

public enum OriginKind
{
    /// <summary>A configuration file.</summary>
    File,

    /// <summary>A variable of the environment.</summary>
    Environment,

    /// <summary>An argument of the start command.</summary>
    Argument,

    /// <summary>What an entrypoint script writes or changes before the application starts.</summary>
    Entrypoint,

    /// <summary>What the image's configuration or the way it was built says.</summary>
    ImageDefault,

    /// <summary>What a compose file, a workload or an engine says over the image.</summary>
    Deployment,

    /// <summary>What the application's vendor built in.</summary>
    VendorDefault,
}
