using System.Buffers;

namespace Plimsoll.Guard.Protocols.Http1;

/// <summary>Sets of bytes of RFC 9110 and RFC 9112.</summary>
internal static class Syntax
{
    public static readonly SearchValues<byte> Token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>Control bytes other than the tab.</summary>
    public static readonly SearchValues<byte> Control = SearchValues.Create([.. Enumerable.Range(0, 32).Where(value => value != '\t').Append(127).Select(value => (byte)value)]);

    /// <summary>
    /// Visible ASCII but `#`, which servers take for the end or for a byte like any other. Wider than RFC 3986, because
    /// browsers send `|`, `{` and their like as they are: inspectors judge those. What is above 7F is an ambiguity that a site may allow.
    /// </summary>
    public static readonly SearchValues<byte> Target = SearchValues.Create([.. Enumerable.Range(0x21, 0x100 - 0x21).Where(value => value is not ('#' or 0x7F)).Select(value => (byte)value)]);

    /// <summary>A host's name or address, without brackets and port.</summary>
    public static readonly SearchValues<byte> Host = SearchValues.Create("-._0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    public static readonly SearchValues<byte> Ip6 = SearchValues.Create(":.0123456789ABCDEFabcdef"u8);

    public static ReadOnlySpan<byte> TrimWhitespace(ReadOnlySpan<byte> value) => value.Trim(" \t"u8);
}
