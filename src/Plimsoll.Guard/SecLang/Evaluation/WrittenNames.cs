using System.Text;

namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>
/// Names of fields and files of a multipart body as they were written: browsers write backslashes as they are, servers that
/// read quoted strings take them for escapes. Rules see both.
/// </summary>
internal static class WrittenNames
{
    public static bool IsDisposition(ReadOnlySpan<byte> header) => Ascii.EqualsIgnoreCase(header, "content-disposition"u8);

    /// <summary>Adds the part once more when its names were written otherwise than they are read.</summary>
    /// <param name="kind">Files or fields.</param>
    public static void AsWritten(Transaction transaction, MemberSet kind, ReadOnlySpan<byte> disposition, Bytes name, ReadOnlySpan<byte> content)
    {
        var written = Quoted(disposition, " name=\""u8);
        var file = kind == MemberSet.Files ? Quoted(disposition, " filename=\""u8) : content;
        if (written.SequenceEqual(name.Span) && file.SequenceEqual(content)) return;
        transaction.Add(kind, transaction.Scratch.Copy(written), transaction.Scratch.Copy(file));
    }

    /// <summary>Up to the quote that is not escaped; empty when the parameter is not there in quotes.</summary>
    private static ReadOnlySpan<byte> Quoted(ReadOnlySpan<byte> line, ReadOnlySpan<byte> parameter)
    {
        var start = line.IndexOf(parameter);
        if (start < 0) return default;
        var text = line[(start + parameter.Length)..];
        var end = 0;
        while (end < text.Length && text[end] != '"') end += text[end] == '\\' && end + 1 < text.Length && text[end + 1] == '"' ? 2 : 1;
        return text[..Math.Min(end, text.Length)];
    }
}
