namespace Plimsoll.Guard.Normalisation;

/// <summary>The name of the value that is being read, `/a/b/0` or `/root/element`: grows and shrinks with the nesting.</summary>
internal sealed class NestedName(NormalisationLimits limits)
{
    private byte[] bytes = new byte[256];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Bytes => bytes.AsSpan(0, Length);

    public void Truncate(int length)
    {
        Length = length;
        if (length == 0 && bytes.Length > 1024) bytes = new byte[256];
    }

    /// <summary>`/` and the text; false when that is longer than <see cref="NormalisationLimits.PathBytes"/>.</summary>
    public bool Push(ReadOnlySpan<byte> segment)
    {
        if (Length + 1 + segment.Length > limits.PathBytes) return false;
        return Append("/"u8) && Append(segment);
    }

    /// <summary>As <see cref="Push"/>, with `~` and `/` written as `~0` and `~1` (RFC 6901 §3).</summary>
    public bool PushKey(ReadOnlySpan<byte> key)
    {
        if (key.IndexOfAny("~/"u8) < 0) return Push(key);
        if (!Push(default)) return false;
        while (key.IndexOfAny("~/"u8) is >= 0 and var mark)
        {
            if (!Append(key[..mark]) || !Append(key[mark] == '~' ? "~0"u8 : "~1"u8)) return false;
            key = key[(mark + 1)..];
        }
        return Append(key);
    }

    /// <summary>The text, without a `/` before it.</summary>
    public bool Append(ReadOnlySpan<byte> more)
    {
        var size = Length + more.Length;
        if (size > limits.PathBytes) return false;
        if (size > bytes.Length) Array.Resize(ref bytes, Math.Min(limits.PathBytes, Math.Max(size, bytes.Length * 2)));
        more.CopyTo(bytes.AsSpan(Length));
        Length = size;
        return true;
    }

    public bool PushIndex(int index)
    {
        Span<byte> digits = stackalloc byte[11];
        index.TryFormat(digits, out int length);
        return Push(digits[..length]);
    }
}
