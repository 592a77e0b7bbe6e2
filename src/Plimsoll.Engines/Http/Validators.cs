namespace Plimsoll.Engines.Http;

/// <summary>By which a server knows again a version of a file (RFC 9110, 8.8), in the form of their headers; both null where it gave none.</summary>
public readonly record struct Validators(string? ETag, string? LastModified)
{
    /// <summary>Whether pieces of one file may be joined by it: a weak ETag only promises the same meaning, not the same bytes.</summary>
    internal bool IsStrong => ETag is not null && !ETag.StartsWith("W/", StringComparison.Ordinal);

    internal static Validators Of(HttpResponseMessage response) => new(response.Headers.ETag?.ToString(), response.Content.Headers.LastModified?.ToString("R"));
}
