using System.Buffers;
using System.Globalization;
using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>validateByteRange: whether a value has bytes outside of `9,32-126`.</summary>
internal sealed class ByteRangeProbe(SearchValues<byte> allowed) : Probe
{
    public static ByteRangeProbe? Compile(string argument, Place place, RuleFaults faults)
    {
        var bytes = new List<byte>();
        foreach (var range in argument.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = range.Split('-', 2);
            if (!byte.TryParse(ends[0], NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var first) || !byte.TryParse(ends[^1], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var last) || last < first)
            {
                faults.Add(place, $"`{range}` is no range of bytes", "Write numbers from 0 to 255, as `9,32-126`.");
                return null;
            }
            for (int one = first; one <= last; one++) bytes.Add((byte)one);
        }
        return new(SearchValues.Create([.. bytes]));
    }

    /// <summary>Whether a value with this byte matches.</summary>
    public bool Matches(byte value) => !allowed.Contains(value);

    public override Answer Ask(ReadOnlySpan<byte> value, Bytes argument, Captures? captures, Effort? effort = null)
    {
        var at = value.IndexOfAnyExcept(allowed);
        if (at < 0) return Answer.No;
        captures?.Set(0, new(at, 1));
        return Answer.Yes;
    }
}
