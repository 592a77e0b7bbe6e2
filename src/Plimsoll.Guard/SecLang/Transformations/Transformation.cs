namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>Writes what a transformation makes of a value.</summary>
/// <returns>Bytes that were written; -1 when the value stays as it is.</returns>
internal delegate int Rewriting(ReadOnlySpan<byte> value, Span<byte> output);

/// <summary>A word after `t:`. Immutable, and used by all requests at once.</summary>
/// <param name="meaning">What a value is after it, as `guard rules explain` says it.</param>
/// <param name="factor">A value becomes at most that many times as long,</param>
/// <param name="least">or this long.</param>
internal sealed class Transformation(string name, string meaning, Rewriting rewriting, int factor = 1, int least = 0)
{
    public string Name => name;

    public string Meaning => meaning;

    /// <summary>Bytes that a value of this length may become.</summary>
    public int MaxLength(int length) => Math.Max(least, checked(length * factor));

    /// <param name="output">Of <see cref="MaxLength"/>.</param>
    /// <returns>Bytes that were written; -1 when the value stays as it is.</returns>
    public int Apply(ReadOnlySpan<byte> value, Span<byte> output) => rewriting(value, output);
}
