using System.Text;

namespace Plimsoll.Scan.Catalogers.Os;

/// <summary>What <see cref="ControlReader.Read"/> came upon.</summary>
internal enum ControlToken
{
    /// <summary>A field; <see cref="ControlReader.Name"/> and <see cref="ControlReader.Value"/> hold it.</summary>
    Field,

    /// <summary>One or more empty lines.</summary>
    Separator,

    /// <summary>A line that is no field, with the continuation lines that follow it.</summary>
    Malformed,

    /// <summary>A last line without the newline that must end it.</summary>
    Truncated,

    End,
}

/// <summary>
/// Debian control data (deb-control(5)): records divided by empty lines, fields `Name: value`, values that go on in
/// lines starting with a space or tab. Every line ends with a newline, the last one too, as dpkg demands.
/// </summary>
internal ref struct ControlReader(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> text = text;
    private int at;
    private int next = 1;

    /// <summary>Line where the token starts, from 1.</summary>
    public int Line { get; private set; }

    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Without blanks at its ends; newlines of continuation lines are inside.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    public ControlToken Read()
    {
        Line = next;
        Name = Value = default;
        if (at == text.Length) return ControlToken.End;
        if (!HasLine(out var line))
        {
            at = text.Length;
            return ControlToken.Truncated;
        }
        if (IsBlank(line))
        {
            do Take(line);
            while (HasLine(out line) && IsBlank(line));
            return ControlToken.Separator;
        }
        var start = at;
        var first = line;
        do Take(line);
        while (HasLine(out line) && line.Length > 0 && line[0] is (byte)' ' or (byte)'\t' && !IsBlank(line));
        var colon = first.IndexOf((byte)':');
        if (colon <= 0 || first[..colon].ContainsAnyExceptInRange((byte)'!', (byte)'~') || first[0] is (byte)'#' or (byte)'-')
            return ControlToken.Malformed;
        Name = first[..colon];
        Value = text[(start + colon + 1)..at].Trim(" \t\r\n"u8);
        return ControlToken.Field;
    }

    public readonly bool Is(ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(Name, name);

    private readonly bool HasLine(out ReadOnlySpan<byte> line)
    {
        var length = text[at..].IndexOf((byte)'\n');
        line = length < 0 ? default : text.Slice(at, length);
        return length >= 0;
    }

    private void Take(ReadOnlySpan<byte> line)
    {
        at += line.Length + 1;
        next++;
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => !line.ContainsAnyExcept((byte)' ', (byte)'\t');
}
