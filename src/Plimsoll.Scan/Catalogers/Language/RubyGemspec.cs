using System.Text;

namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>
/// A gemspec as RubyGems writes it when it installs a gem (Gem::Specification#to_ruby): a comment
/// `# stub: NAME VERSION PLATFORM PATHS`, then Ruby, one assignment of a literal a line, and `end` as the last line.
/// Nothing is evaluated: only string literals, and arrays of them, are read. Other lines are code that the catalog
/// does not need.
/// </summary>
internal sealed class RubyGemspec
{
    public string? Name { get; private set; }
    public string? Version { get; private set; }

    /// <summary>Null for gems of plain Ruby.</summary>
    public string? Platform { get; private set; }

    public string? Author { get; private set; }
    public SortedSet<string> Licenses { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of the gems that it needs at run time.</summary>
    public SortedSet<string> Needs { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the last line is the `end` that closes the specification.</summary>
    public bool IsWhole { get; private set; }

    public static RubyGemspec Parse(ReadOnlySpan<byte> text)
    {
        var gem = new RubyGemspec();
        while (text.IndexOf((byte)'\n') is var end && end >= 0)
        {
            var line = text[..end].TrimEnd(" \t\r"u8);
            text = text[(end + 1)..];
            if (line.IsEmpty) continue; // Says nothing.
            gem.IsWhole = line.SequenceEqual("end"u8);
            line = line.TrimStart(" \t"u8);
            if (line.StartsWith("# stub: "u8)) gem.TakeStub(Encoding.UTF8.GetString(line[8..]).Split(' '));
            else if (line.StartsWith("s."u8)) gem.TakeStatement(Encoding.UTF8.GetString(line[2..]));
        }
        // A last line without newline is used only as the end that it is.
        if (text.Trim(" \t\r"u8) is { IsEmpty: false } last) gem.IsWhole = last.SequenceEqual("end"u8);
        return gem;
    }

    /// <summary>A second stub line names native extensions and has no version.</summary>
    private void TakeStub(string[] words)
    {
        if (words.Length < 4 || Name is not null) return;
        (Name, Version) = (words[0], words[1]);
        if (words[2] != "ruby") Platform = words[2];
    }

    private void TakeStatement(string text)
    {
        if (Value(text, "name") is [var name, ..]) Name ??= name;
        else if (Value(text, "version") is [var version, ..]) Version ??= version;
        else if (Value(text, "platform") is [var platform, ..] && platform != "ruby") Platform ??= platform;
        else if (Value(text, "authors") is [var author, ..]) Author = author;
        else if (Value(text, "licenses") is { } licenses) Licenses.UnionWith(licenses.Where(license => license.Length > 0));
        else if (text.StartsWith("add_runtime_dependency", StringComparison.Ordinal) || text.StartsWith("add_dependency", StringComparison.Ordinal))
        {
            if (Literals(text) is [var need, ..]) Needs.Add(need);
        }
    }

    /// <summary>The literals assigned to an attribute; null for another attribute.</summary>
    private static List<string>? Value(string text, string attribute) =>
        text.StartsWith(attribute, StringComparison.Ordinal) && text.AsSpan(attribute.Length).TrimStart() is ['=', not '=', ..] ? Literals(text) : null;

    /// <summary>Every `"…"`, `'…'` and `%q&lt;…&gt;` of a line, in order; one that does not end in the line is none.</summary>
    private static List<string> Literals(string text)
    {
        var found = new List<string>();
        for (var at = 0; at < text.Length; at++)
        {
            var close = text[at] is '"' or '\'' ? text[at] : text.AsSpan(at).StartsWith("%q<", StringComparison.Ordinal) ? '>' : '\0';
            if (close == '\0') continue; // Brackets, commas, calls such as `.freeze`.
            if (close == '>') at += 2;
            var literal = new StringBuilder();
            for (at++; at < text.Length && text[at] != close; at++)
            {
                if (text[at] == '\\' && at + 1 < text.Length) at++;
                literal.Append(text[at]);
            }
            if (at < text.Length) found.Add(literal.ToString());
        }
        return found;
    }
}
