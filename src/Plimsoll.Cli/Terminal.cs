namespace Plimsoll.Cli;

/// <summary>What is on the other end of the standard streams, and the sentences that go to standard error.</summary>
internal static class Terminal
{
    private const int DefaultWidth = 80;

    public static bool IsOutput => !Console.IsOutputRedirected;
    public static bool IsError => !Console.IsErrorRedirected;

    /// <summary>Colours on a terminal that has them, unless NO_COLOR is set to anything (no-color.org).</summary>
    public static bool HasColour => IsOutput
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    public static int Width
    {
        get
        {
            if (!IsOutput) return DefaultWidth;
            var width = Console.WindowWidth;
            return width > 0 ? width : DefaultWidth;
        }
    }

    public static void Error(string sentence) => Console.Error.WriteLine($"plimsoll: {sentence}");
    public static void Hint(string sentence) => Console.Error.WriteLine($"  {sentence}");
}
