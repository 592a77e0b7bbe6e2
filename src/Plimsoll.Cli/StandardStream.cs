using System.Runtime.InteropServices;

namespace Plimsoll.Cli;

/// <summary>
/// Standard output or error, written by write(2). The streams of Console would first load the terminal's description
/// and send it a start sequence. A reader that is gone is no failure: what follows is thrown away.
/// </summary>
internal sealed partial class StandardStream : Stream
{
    private const int Interrupted = 4; // EINTR
    private const int TryAgain = 11; // EAGAIN: somebody made the terminal non-blocking
    private const int BrokenPipe = 32; // EPIPE
    private const int SignalBrokenPipe = 13; // SIGPIPE
    private const nint Ignore = 1; // SIG_IGN

    private readonly int descriptor;
    private bool gone;

    public StandardStream(int descriptor)
    {
        this.descriptor = descriptor;
        _ = Signal(SignalBrokenPipe, Ignore);
    }

    public override unsafe void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty && !gone)
        {
            nint written;
            fixed (byte* from = buffer) written = WriteTo(descriptor, from, (nuint)buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }
            var error = Marshal.GetLastPInvokeError();
            if (error == BrokenPipe) gone = true;
            else if (error == TryAgain) Thread.Sleep(1);
            else if (error != Interrupted)
            {
                gone = true; // What is still buffered is not tried again.
                throw new UnwritableException(Marshal.GetPInvokeErrorMessage(error));
            }
        }
    }

    /// <summary>The system refused what was written, for a full disk.</summary>
    public sealed class UnwritableException(string message) : IOException(message);

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint WriteTo(int file, byte* from, nuint count);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int number, nint handler);
}
