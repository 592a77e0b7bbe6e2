using System.Globalization;

namespace Plimsoll.Guard.Tests.Injection.Corpus;

/// <summary>Where generated attacks and ordinary values begin: always alike, unless PLIMSOLL_SEED names another number. A detector that does well with one seed alone was tuned on it.</summary>
internal static class CorpusSeed
{
    private const string variable = "PLIMSOLL_SEED";
    private const int ordinarily = 1;

    public static readonly int Value = Read(Environment.GetEnvironmentVariable(variable));

    /// <summary>For values that have a seed of their own: 0 ordinarily.</summary>
    public static int Shift => unchecked((Value - ordinarily) * 1_000_003);

    /// <summary>For the sentence of a failure.</summary>
    public static string Name => $"{variable}={Value}";

    private static int Read(string? text) => text is null or "" ? ordinarily : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : throw new FormatException($"{variable} is `{text}`: write a number.");
}
