using System.Runtime.InteropServices;

namespace Plimsoll.Cli;

/// <summary>What is on the other end of the standard streams, and the sentences that go to standard error.</summary>
internal static partial class Terminal
{
    private const int DefaultWidth = 80;
    private const int DefaultHeight = 24;
    private const int StandardOutput = 1;
    private const int StandardError = 2;
    private const nuint GetWindowSize = 0x5413; // TIOCGWINSZ (ioctl_tty(2))

    public static Stream OutStream { get; } = new StandardStream(StandardOutput);
    public static TextWriter Out { get; } = new StreamWriter(OutStream) { AutoFlush = true };
    public static TextWriter Err { get; } = new StreamWriter(new StandardStream(StandardError)) { AutoFlush = true };

    public static bool IsOutput => !Console.IsOutputRedirected;
    public static bool IsError => !Console.IsErrorRedirected;

    /// <summary>Colours on a terminal that has them, unless NO_COLOR is set to anything (no-color.org).</summary>
    public static bool HasColour => IsOutput
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <summary>Columns of the terminal; 80 where there is none. Console.WindowWidth would also write control sequences to it.</summary>
    public static int Width => IoControl(StandardOutput, GetWindowSize, out var size) == 0 && size.Columns > 0 ? size.Columns : DefaultWidth;

    /// <summary>Rows of the terminal; 24 where it does not say.</summary>
    public static int Height => IoControl(StandardOutput, GetWindowSize, out var size) == 0 && size.Rows > 0 ? size.Rows : DefaultHeight;

    public static void Error(string sentence) => Err.WriteLine($"plimsoll: {sentence}");
    public static void Hint(string sentence) => Err.WriteLine($"  {sentence}");

    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        private readonly uint pixels;
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoControl(int file, nuint request, out WindowSize size);
}
