using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Plimsoll.Core.Packages;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Os;

/// <summary>The fields of one record that the catalog needs, as they stand in the file.</summary>
internal ref struct DpkgRecord
{
    private static readonly SearchValues<byte> EndOfName = SearchValues.Create(" \t\r\n(["u8);

    public int Line;
    public ReadOnlySpan<byte> Package;
    public ReadOnlySpan<byte> Version;
    public ReadOnlySpan<byte> Architecture;
    public ReadOnlySpan<byte> Status;
    public ReadOnlySpan<byte> Source;
    public ReadOnlySpan<byte> Maintainer;
    public ReadOnlySpan<byte> PreDepends;
    public ReadOnlySpan<byte> Depends;
    public ReadOnlySpan<byte> Provides;
    public ReadOnlySpan<byte> Essential;

    /// <summary>False when the record has this field already.</summary>
    public bool TryTake(ControlReader field) => field.Name.Length switch
    {
        6 when field.Is("Status"u8) => TrySet(ref Status, field.Value),
        6 when field.Is("Source"u8) => TrySet(ref Source, field.Value),
        7 when field.Is("Package"u8) => TrySet(ref Package, field.Value),
        7 when field.Is("Version"u8) => TrySet(ref Version, field.Value),
        7 when field.Is("Depends"u8) => TrySet(ref Depends, field.Value),
        8 when field.Is("Provides"u8) => TrySet(ref Provides, field.Value),
        9 when field.Is("Essential"u8) => TrySet(ref Essential, field.Value),
        10 when field.Is("Maintainer"u8) => TrySet(ref Maintainer, field.Value),
        11 when field.Is("Pre-Depends"u8) => TrySet(ref PreDepends, field.Value),
        12 when field.Is("Architecture"u8) => TrySet(ref Architecture, field.Value),
        _ => true,
    };

    /// <summary>Whether package files are on disk, by the third word of the status; null when that word is none of dpkg's (dpkg(1)).</summary>
    public readonly bool? IsPresent()
    {
        var word = Status[(Status.LastIndexOf((byte)' ') + 1)..];
        if (word.SequenceEqual("not-installed"u8) || word.SequenceEqual("config-files"u8)) return false;
        return word.SequenceEqual("installed"u8) || word.SequenceEqual("unpacked"u8) || word.SequenceEqual("half-configured"u8)
            || word.SequenceEqual("triggers-awaited"u8) || word.SequenceEqual("triggers-pending"u8) || IsHalfInstalled ? true : null;
    }

    /// <summary>Unpacking began and did not end: some files are there, the list of them may not be.</summary>
    public readonly bool IsHalfInstalled => Status.EndsWith(" half-installed"u8);

    /// <summary>`name`, or `name (version)` where the source's version is another one.</summary>
    public readonly (string Name, string Version) SourceOf(string package, string version)
    {
        if (Source.IsEmpty) return (package, version);
        var space = Source.IndexOf((byte)' ');
        var name = Encoding.UTF8.GetString(space < 0 ? Source : Source[..space]);
        return (name, space < 0 ? version : Encoding.UTF8.GetString(Source[space..].Trim(" ()"u8)));
    }

    public readonly ImmutableArray<Requirement> Requires()
    {
        if (PreDepends.IsEmpty && Depends.IsEmpty) return [];
        var requires = ImmutableArray.CreateBuilder<Requirement>();
        AddRelations(PreDepends, requires);
        AddRelations(Depends, requires);
        return requires.DrainToImmutable();
    }

    public readonly ImmutableArray<string> ProvidedNames()
    {
        if (Provides.IsEmpty) return [];
        var relations = ImmutableArray.CreateBuilder<Requirement>();
        AddRelations(Provides, relations);
        return [.. relations.Select(relation => relation.Target)];
    }

    /// <summary>`a (>= 1), b:any | c`: names with their architecture, without versions; dpkg has checked those when it installed the package.</summary>
    private static void AddRelations(ReadOnlySpan<byte> field, ImmutableArray<Requirement>.Builder to)
    {
        foreach (var range in field.Split((byte)','))
        {
            var names = "";
            foreach (var alternative in field[range].Split((byte)'|'))
            {
                var text = field[range][alternative].Trim(" \t\r\n"u8);
                var end = text.IndexOfAny(EndOfName);
                var name = end < 0 ? text : text[..end];
                if (name.IsEmpty) continue; // A comma at the end: nothing stands there.
                names = (names.Length == 0 ? "" : names + "|") + Encoding.UTF8.GetString(name);
            }
            if (names.Length > 0) to.Add(new Requirement(names));
        }
    }

    private static bool TrySet(ref ReadOnlySpan<byte> field, ReadOnlySpan<byte> value)
    {
        if (!field.IsEmpty) return false;
        field = value;
        return true;
    }
}
