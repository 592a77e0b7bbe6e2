using System.Collections.Immutable;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers;

/// <summary>Which files a unit wants, as data: one index decides for all units at once.</summary>
internal sealed record FilePattern
{
    public static readonly FilePattern Nothing = new();

    /// <summary>Exact base names.</summary>
    public ImmutableArray<string> Names { get; init; } = [];

    /// <summary>Endings of the base name from a dot on, `.jar` or `.deps.json`; the last extension and the last two are compared.</summary>
    public ImmutableArray<string> Extensions { get; init; } = [];

    /// <summary>Exact paths without the leading slash, canonical (`usr/lib`, not `lib`).</summary>
    public ImmutableArray<string> Paths { get; init; } = [];

    /// <summary>Folders, without slashes at the ends, all of whose direct files are wanted.</summary>
    public ImmutableArray<string> Folders { get; init; } = [];

    /// <summary>Folders at the root, without slashes, of which everything below is wanted.</summary>
    public ImmutableArray<string> Trees { get; init; } = [];

    /// <summary>Kinds of content that are wanted whatever the file is called.</summary>
    public ImmutableArray<Magic> Contents { get; init; } = [];

    public static FilePattern Named(params ReadOnlySpan<string> names) => new() { Names = [.. names] };
    public static FilePattern WithExtension(params ReadOnlySpan<string> extensions) => new() { Extensions = [.. extensions] };
    public static FilePattern At(params ReadOnlySpan<string> paths) => new() { Paths = [.. paths] };
    public static FilePattern In(params ReadOnlySpan<string> folders) => new() { Folders = [.. folders] };
    public static FilePattern Below(params ReadOnlySpan<string> trees) => new() { Trees = [.. trees] };
    public static FilePattern Containing(params ReadOnlySpan<Magic> contents) => new() { Contents = [.. contents] };

    public static FilePattern operator |(FilePattern left, FilePattern right) => new()
    {
        Names = [.. left.Names, .. right.Names],
        Extensions = [.. left.Extensions, .. right.Extensions],
        Paths = [.. left.Paths, .. right.Paths],
        Folders = [.. left.Folders, .. right.Folders],
        Trees = [.. left.Trees, .. right.Trees],
        Contents = [.. left.Contents, .. right.Contents],
    };

    /// <summary>For people: `Named package.json, *.jar`.</summary>
    public override string ToString() => string.Join(", ",
    [
        .. Names,
        .. Extensions.Select(extension => "*" + extension),
        .. Paths.Select(path => "/" + path),
        .. Folders.Select(folder => "/" + folder + "/*"),
        .. Trees.Select(tree => "/" + tree + "/**"),
        .. Contents.Select(content => content == Magic.Elf ? "ELF files" : "scripts"),
    ]);
}
