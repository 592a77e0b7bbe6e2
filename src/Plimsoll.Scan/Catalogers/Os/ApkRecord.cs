using System.Buffers;
using System.Collections.Immutable;
using System.Text;

namespace Plimsoll.Scan.Catalogers.Os;

/// <summary>The fields of one installed package that the catalog needs, as they stand in the file.</summary>
internal ref struct ApkRecord
{
    private static readonly SearchValues<byte> EndOfName = SearchValues.Create("<>=~@"u8);

    public int Line;
    public ReadOnlySpan<byte> Checksum;
    public ReadOnlySpan<byte> Package;
    public ReadOnlySpan<byte> Version;
    public ReadOnlySpan<byte> Architecture;
    public ReadOnlySpan<byte> License;
    public ReadOnlySpan<byte> Origin;
    public ReadOnlySpan<byte> Maintainer;
    public ReadOnlySpan<byte> Depends;
    public ReadOnlySpan<byte> Provides;

    /// <summary>False when the record has this field already.</summary>
    public bool TryTake(byte letter, ReadOnlySpan<byte> value)
    {
        switch (letter)
        {
            case (byte)'C': return TrySet(ref Checksum, value);
            case (byte)'P': return TrySet(ref Package, value);
            case (byte)'V': return TrySet(ref Version, value);
            case (byte)'A': return TrySet(ref Architecture, value);
            case (byte)'L': return TrySet(ref License, value);
            case (byte)'o': return TrySet(ref Origin, value);
            case (byte)'m': return TrySet(ref Maintainer, value);
            case (byte)'D': return TrySet(ref Depends, value);
            case (byte)'p': return TrySet(ref Provides, value);
            default: return true; // Says nothing that the catalog needs.
        }
    }

    /// <summary>Whether a field is missing that the package's identity is made of.</summary>
    public readonly bool Lacks(byte letter) => letter switch
    {
        (byte)'P' => Package.IsEmpty,
        (byte)'V' => Version.IsEmpty,
        (byte)'A' => Architecture.IsEmpty,
        _ => false,
    };

    /// <summary>
    /// `a so:libc.musl-x86_64.so.1 b>=1.2 c@edge !d`: names without versions and tags, which apk has checked; of a
    /// conflict there is nothing to need.
    /// </summary>
    public static ImmutableArray<string> Names(ReadOnlySpan<byte> field)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        foreach (var range in field.Split((byte)' '))
        {
            var text = field[range];
            var end = text.IndexOfAny(EndOfName);
            var name = end < 0 ? text : text[..end];
            if (name.IsEmpty || name[0] == '!') continue; // Two blanks have nothing between them; a conflict names what is absent.
            names.Add(Encoding.UTF8.GetString(name));
        }
        return names.DrainToImmutable();
    }

    private static bool TrySet(ref ReadOnlySpan<byte> field, ReadOnlySpan<byte> value)
    {
        if (!field.IsEmpty) return false;
        field = value;
        return true;
    }
}
