namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>Makes bytes of the digits of base64 (RFC 4648, section 4).</summary>
internal ref struct Base64Bits(Span<byte> output)
{
    private readonly Span<byte> output = output;
    private int bits, count;

    /// <summary>Whole bytes that were written.</summary>
    public int Length { get; private set; }

    /// <returns>Whether it is a digit.</returns>
    public bool Take(byte one)
    {
        var digit = one switch
        {
            >= (byte)'A' and <= (byte)'Z' => one - 'A',
            >= (byte)'a' and <= (byte)'z' => one - 'a' + 26,
            >= (byte)'0' and <= (byte)'9' => one - '0' + 52,
            (byte)'+' => 62,
            (byte)'/' => 63,
            _ => -1,
        };
        if (digit < 0) return false;
        bits = (bits << 6) | digit;
        count += 6;
        if (count < 8) return true;
        count -= 8;
        output[Length++] = (byte)(bits >> count);
        return true;
    }
}
