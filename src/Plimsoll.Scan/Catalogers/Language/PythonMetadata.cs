using System.Collections.Immutable;
using System.Text;

namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>
/// METADATA of a dist-info and PKG-INFO of an egg-info (Python packaging's "Core metadata"): fields `Name: value` up
/// to the first empty line, a value going on in lines that start with a blank; what follows is the description.
/// Every line of the fields ends with a newline.
/// </summary>
internal sealed class PythonMetadata
{
    /// <summary>Characters of a licence that is a name; longer ones are the text of a licence.</summary>
    private const int MaxLicense = 200;

    private readonly SortedSet<string> classifiers = new(StringComparer.Ordinal);
    private string? expression;
    private string? license;
    private string? author;
    private string? maintainer;

    public string? Name { get; private set; }
    public string? Version { get; private set; }

    /// <summary>Normalised names that it needs whatever extras are asked for, sorted.</summary>
    public SortedSet<string> Needs { get; } = new(StringComparer.Ordinal);

    /// <summary>Lines that are no field, from 1.</summary>
    public List<int> BrokenLines { get; } = [];

    /// <summary>The line without a newline that ended the text among its fields; null when they were whole.</summary>
    public int? CutLine { get; private set; }

    public string? Supplier => author ?? maintainer;

    /// <summary>The expression, else what the classifiers say, else the field of free text.</summary>
    public ImmutableArray<string> Licenses => expression is not null ? [expression] : classifiers.Count > 0 ? [.. classifiers] : license is not null ? [license] : [];

    public static PythonMetadata Parse(ReadOnlySpan<byte> text)
    {
        var metadata = new PythonMetadata();
        if (text.StartsWith("\uFEFF"u8)) text = text[3..];
        for (var number = 1; !text.IsEmpty;)
        {
            var (length, lines) = FieldLength(text);
            var field = text[..length];
            if (field[0] is (byte)'\n' || field.StartsWith("\r\n"u8)) break;
            if (field[^1] != '\n') metadata.CutLine = number + lines - 1;
            var colon = field.IndexOf((byte)':');
            if (colon <= 0 || field[..colon].ContainsAnyExceptInRange((byte)'!', (byte)'~')) metadata.BrokenLines.Add(number);
            else if (metadata.CutLine is null && !metadata.TryTake(field[..colon], field[(colon + 1)..].Trim(" \t\r\n"u8))) metadata.BrokenLines.Add(number);
            text = text[length..];
            number += lines;
        }
        return metadata;
    }

    /// <summary>
    /// requires.txt of an egg-info (setuptools, "Internals"): needs, one a line, those of an option behind `[option]`,
    /// those of a marker behind `[:marker]`.
    /// </summary>
    /// <returns>The first line that is none, from 1; null when all are.</returns>
    public int? TakeRequires(ReadOnlySpan<byte> text)
    {
        int? broken = null;
        var number = 0;
        var isOptional = false;
        foreach (var range in text.Split((byte)'\n'))
        {
            number++;
            var line = text[range].Trim(" \t\r"u8);
            if (line.StartsWith("["u8)) isOptional = !line.StartsWith("[:"u8);
            else if (!isOptional && !line.IsEmpty && !TryTakeNeed(Text(line))) broken ??= number;
        }
        return broken;
    }

    /// <summary>Names that pip takes as equal (PEP 503): in lower case, each run of `-_.` one `-`.</summary>
    public static string Normalise(ReadOnlySpan<char> name)
    {
        var to = new StringBuilder(name.Length);
        foreach (var c in name)
            if (c is not ('-' or '_' or '.')) to.Append(char.ToLowerInvariant(c));
            else if (to.Length == 0 || to[^1] != '-') to.Append('-');
        return to.ToString();
    }

    /// <summary>Letters, digits and `-_.`, a letter or digit at both ends ("Names and normalization").</summary>
    public static bool IsName([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] string? name) =>
        name is { Length: > 0 and <= 256 } && name.All(IsNameCharacter) && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1]);

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.';

    /// <summary>Bytes and lines of a field with the lines that continue it.</summary>
    private static (int Length, int Lines) FieldLength(ReadOnlySpan<byte> text)
    {
        var (length, lines) = (0, 0);
        do
        {
            var end = text[length..].IndexOf((byte)'\n');
            length = end < 0 ? text.Length : length + end + 1;
            lines++;
        }
        while (length < text.Length && text[length] is (byte)' ' or (byte)'\t');
        return (length, lines);
    }

    /// <returns>False for a field whose value breaks its own grammar.</returns>
    private bool TryTake(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        // Older tools wrote UNKNOWN for what was not given.
        if (value.IsEmpty || value.SequenceEqual("UNKNOWN"u8)) return true;
        if (Ascii.EqualsIgnoreCase(name, "Name"u8)) Name ??= Text(value);
        else if (Ascii.EqualsIgnoreCase(name, "Version"u8)) Version ??= Text(value);
        else if (Ascii.EqualsIgnoreCase(name, "License-Expression"u8)) expression = Text(value);
        else if (Ascii.EqualsIgnoreCase(name, "License"u8)) license = value.Length <= MaxLicense && !value.Contains((byte)'\n') ? Text(value) : null;
        else if (Ascii.EqualsIgnoreCase(name, "Author"u8)) author = Text(value);
        else if (Ascii.EqualsIgnoreCase(name, "Author-email"u8)) author ??= Text(value);
        else if (Ascii.EqualsIgnoreCase(name, "Maintainer"u8)) maintainer = Text(value);
        else if (Ascii.EqualsIgnoreCase(name, "Maintainer-email"u8)) maintainer ??= Text(value);
        else if (Ascii.EqualsIgnoreCase(name, "Classifier"u8)) TakeClassifier(Text(value));
        else if (Ascii.EqualsIgnoreCase(name, "Requires-Dist"u8)) return TryTakeNeed(Text(value));
        return true;
    }

    /// <summary>`License :: OSI Approved :: MIT License`; the first two words alone name none.</summary>
    private void TakeClassifier(string value)
    {
        if (value.StartsWith("License :: ", StringComparison.Ordinal) && value != "License :: OSI Approved") classifiers.Add(value[(value.LastIndexOf(":: ", StringComparison.Ordinal) + 3)..]);
    }

    /// <summary>`name[extra] (>=1.0) ; marker` ("Dependency specifiers"). With `extra` in the marker it is needed by an option only.</summary>
    private bool TryTakeNeed(string value)
    {
        var length = 0;
        while (length < value.Length && IsNameCharacter(value[length])) length++;
        var marker = value.IndexOf(';', StringComparison.Ordinal);
        if (length > 0 && (marker < 0 || !value.AsSpan(marker).Contains("extra", StringComparison.Ordinal))) Needs.Add(Normalise(value.AsSpan(0, length)));
        return length > 0;
    }

    private static string Text(ReadOnlySpan<byte> value) => Encoding.UTF8.GetString(value);
}
