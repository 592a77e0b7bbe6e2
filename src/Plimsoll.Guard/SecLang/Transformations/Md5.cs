using System.Security.Cryptography;

namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>The digest as 16 bytes.</summary>
internal static class Md5
{
    public static readonly Transformation Word = new("md5", "its MD5", Apply, least: 16);

#pragma warning disable CA5351 // The rules' own word; nothing is protected by it.
    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output) => MD5.HashData(value, output);
#pragma warning restore CA5351
}
