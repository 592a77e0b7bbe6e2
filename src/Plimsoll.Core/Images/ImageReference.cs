using System.Buffers;

namespace Plimsoll.Core.Images;

/// <summary>
/// The name of an image in a registry, `HOST/REPOSITORY:TAG@DIGEST` (grammar: OCI distribution specification, "Pulling
/// manifests"). What is left out is what Docker takes: the host docker.io, its folder `library`, the tag `latest`.
/// </summary>
public sealed record ImageReference(string Host, string Repository, string? Tag, Digest? Digest)
{
    public const string DockerHub = "docker.io";

    /// <summary>Host and repository together; longer ones no registry takes.</summary>
    private const int MaxLength = 255;

    private static readonly SearchValues<char> hostCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]");

    /// <summary>What the registry is asked for: the digest where there is one, else the tag.</summary>
    public string Version => Digest?.ToString() ?? Tag ?? "latest";

    /// <param name="wrong">What is wrong with it, the end of a sentence; null when it is right.</param>
    public static bool TryParse(string text, out ImageReference? reference, out string? wrong)
    {
        (reference, wrong) = (null, null);
        var rest = text;
        Digest? digest = null;
        if (rest.IndexOf('@', StringComparison.Ordinal) is var at && at >= 0)
        {
            if (!Images.Digest.TryParse(rest[(at + 1)..], out var parsed)) wrong = "what follows `@` is no digest sha256:HEX";
            digest = parsed;
            rest = rest[..at];
        }
        string? tag = null;
        if (rest.LastIndexOf(':') is var colon && colon > rest.LastIndexOf('/'))
        {
            tag = rest[(colon + 1)..];
            rest = rest[..colon];
            if (!IsTag(tag)) wrong ??= $"`{tag}` is no tag";
        }
        var (host, repository) = (DockerHub, rest);
        if (rest.IndexOf('/', StringComparison.Ordinal) is var slash && slash > 0 && IsHost(rest[..slash])) (host, repository) = (rest[..slash], rest[(slash + 1)..]);
        if (host is "index.docker.io" or "registry-1.docker.io") host = DockerHub;
        if (host == DockerHub && !repository.Contains('/', StringComparison.Ordinal)) repository = "library/" + repository;
        if (host.EndsWith(':') || host.AsSpan().ContainsAnyExcept(hostCharacters) || !Uri.TryCreate($"https://{host}/", UriKind.Absolute, out _)) wrong ??= $"`{host}` is no host";
        if (!IsRepository(repository)) wrong ??= "a name consists of lower-case letters and digits, with `/`, `.`, `_` or `-` between them";
        if (host.Length + repository.Length > MaxLength) wrong ??= $"a name has at most {MaxLength} characters";
        if (wrong is null) reference = new ImageReference(host, repository, tag ?? (digest is null ? "latest" : null), digest);
        return wrong is null;
    }

    /// <summary>Only what looks like a host is one: it has a dot, a port or a capital, or is `localhost`.</summary>
    private static bool IsHost(string first) => first == "localhost" || first.AsSpan().ContainsAny('.', ':') || first.Any(char.IsAsciiLetterUpper);

    public override string ToString() => $"{Host}/{Repository}" + (Tag is null ? "" : $":{Tag}") + (Digest is null ? "" : $"@{Digest}");

    private static bool IsTag(string text) => text.Length is > 0 and <= 128 && text[0] is not ('.' or '-') && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    /// <summary>Parts between slashes: letters and digits, with `.`, `_`, `__` or any number of `-` between two of them.</summary>
    private static bool IsRepository(string text) => Array.TrueForAll(text.Split('/'), part =>
    {
        if (part.Length == 0 || !IsPlain(part[0]) || !IsPlain(part[^1])) return false;
        for (var i = 0; i < part.Length; i++)
        {
            if (IsPlain(part[i])) continue;
            var end = i + 1;
            while (!IsPlain(part[end])) end++; // The last character is plain.
            if (part[i..end] is not ("." or "_" or "__") && part.AsSpan(i, end - i).ContainsAnyExcept('-')) return false;
            i = end;
        }
        return true;
    });

    private static bool IsPlain(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);
}
