using System.Security.Cryptography;

namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>The digest as 20 bytes.</summary>
internal static class Sha1
{
    public static readonly Transformation Word = new("sha1", "its SHA-1", Apply, least: 20);

#pragma warning disable CA5350 // The rules' own word; nothing is protected by it.
    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output) => SHA1.HashData(value, output);
#pragma warning restore CA5350
}
