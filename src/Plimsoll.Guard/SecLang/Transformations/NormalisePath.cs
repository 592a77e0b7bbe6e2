namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>`//`, `/./` and `/x/../` are taken out; a `..` at the beginning of a relative path stays, and no slash is at the end where none was.</summary>
internal static class NormalisePath
{
    public static readonly Transformation Word = new("normalisePath", "path normalised", Apply);
    public static readonly Transformation Alias = new("normalizePath", "path normalised", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output) => Apply(value, output, isWindows: false);

    /// <param name="isWindows">Whether backslashes part a path too.</param>
    public static int Apply(ReadOnlySpan<byte> value, Span<byte> output, bool isWindows)
    {
        if (value.IsEmpty) return -1;
        var isAbsolute = IsSlash(value[0], isWindows);
        var endsInSlash = IsSlash(value[^1], isWindows);
        var length = 0;
        var kept = 0; // Bytes that no `..` takes away.
        if (isAbsolute) output[length++] = (byte)'/';
        kept = length;
        for (var at = 0; at < value.Length;)
        {
            var end = at;
            while (end < value.Length && !IsSlash(value[end], isWindows)) end++;
            var segment = value[at..end];
            at = end + 1;
            if (segment.IsEmpty || segment is [(byte)'.']) continue;
            if (segment is [(byte)'.', (byte)'.'])
            {
                if (length > kept)
                {
                    while (length > kept && output[length - 1] != '/') length--;
                    if (length > kept) length--;
                    continue;
                }
                if (isAbsolute) continue;
                if (length > 0) output[length++] = (byte)'/';
                output[length++] = (byte)'.';
                output[length++] = (byte)'.';
                kept = length;
                continue;
            }
            if (length > 0 && output[length - 1] != '/') output[length++] = (byte)'/';
            segment.CopyTo(output[length..]);
            length += segment.Length;
        }
        if (!endsInSlash && length == 1 && output[0] == '/') length = 0;
        if (endsInSlash && length > 0 && output[length - 1] != '/' && length < value.Length) output[length++] = (byte)'/';
        return output[..length].SequenceEqual(value) ? -1 : length;
    }

    private static bool IsSlash(byte value, bool isWindows) => value == '/' || (isWindows && value == '\\');
}
