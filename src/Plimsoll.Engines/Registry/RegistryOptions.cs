using System.Net;
using Plimsoll.Engines.Http;

namespace Plimsoll.Engines.Registry;

/// <summary>How registries are spoken to.</summary>
public sealed record RegistryOptions : TransportOptions
{
    public static readonly RegistryOptions Default = new();

    internal static readonly ServerKind Server = new("registry", "The registry")
    {
        Answers = [HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.NotFound],
        WhenBusy = "Run the scan again later; registries allow more to those who log in.",
        WhenUntrusted = "Give its certificate authority by `--ca-file FILE`.",
        WhenRefused = "Check the image's name and that this is the right registry.",
        WhenUnreachable = "Check the name, the network and proxy settings (HTTPS_PROXY), or run the scan again later.",
    };
}
