using System.Runtime.InteropServices;

namespace Plimsoll.Scan.Layers;

/// <summary>
/// The uncompressed bytes of gzip data (RFC 1952), members one after the other. As GZipStream, which it stands for: data
/// that end early end here too, without a word, and what follows the last member and is none is passed over. It calls the
/// base library's zlib itself, because GZipStream hands that 8 KiB at a time, after each of which zlib copies its window:
/// an eighth of the time that inflating takes.
/// </summary>
internal sealed unsafe partial class Gunzip(Stream source) : ForwardStream
{
    private const int InputSize = 256 * 1024;

    /// <summary>The largest window, with a gzip header and trailer (zlib manual, inflateInit2).</summary>
    private const int GzipWindow = 15 + 16;

    private readonly byte[] input = GC.AllocateUninitializedArray<byte>(InputSize);
    private readonly State* state = NewState();
    private int start;
    private int end;
    private bool inMember = true;
    private bool disposed;

    private enum Answer
    {
        Ok = 0,
        End = 1,
        Stuck = -5, // Z_BUF_ERROR: needs more input or room.
    }

    public override int Read(Span<byte> to)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        while (!to.IsEmpty)
        {
            if (start == end && !Fill(keep: 0)) return 0;
            if (!inMember && !BeginMember()) return 0;
            var made = Inflate(to);
            if (made > 0) return made;
        }
        return 0;
    }

    private int Inflate(Span<byte> to)
    {
        fixed (byte* from = input, into = to)
        {
            state->NextIn = from + start;
            state->AvailableIn = (uint)(end - start);
            state->NextOut = into;
            state->AvailableOut = (uint)to.Length;
            var answer = Native.Inflate(state, flush: 0);
            start = end - (int)state->AvailableIn;
            if (answer == Answer.End) inMember = false;
            else if (answer is not (Answer.Ok or Answer.Stuck)) throw new InvalidDataException($"zlib answers {(int)answer}");
            return to.Length - (int)state->AvailableOut;
        }
    }

    /// <summary>Whether another member begins here.</summary>
    private bool BeginMember()
    {
        if (end - start < 2 && !Fill(keep: end - start)) return false; // One byte is no member.
        if (Compressions.Of(input.AsSpan(start, end - start)) != Compression.Gzip) return false;
        if (Native.Reset(state, GzipWindow) != Answer.Ok) throw new InvalidOperationException("zlib cannot begin another member");
        return inMember = true;
    }

    private bool Fill(int keep)
    {
        input.AsSpan(start, keep).CopyTo(input);
        var read = source.Read(input.AsSpan(keep));
        (start, end) = (0, keep + read);
        return read > 0;
    }

    private static State* NewState()
    {
        var made = (State*)NativeMemory.AllocZeroed((nuint)sizeof(State));
        if (Native.Begin(made, GzipWindow) != Answer.Ok) throw new InvalidOperationException("zlib cannot begin");
        return made;
    }

    protected override void Dispose(bool disposing)
    {
        if (!disposed)
        {
            disposed = true;
            _ = Native.End(state);
            NativeMemory.Free(state);
        }
        base.Dispose(disposing);
    }

    /// <summary>The part of a `z_stream` that the base library's shim shows (pal_zlib.h of the .NET runtime).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct State
    {
        public byte* NextIn;
        public byte* NextOut;
        public byte* Message;
        public void* Internal;
        public uint AvailableIn;
        public uint AvailableOut;
    }

    private static partial class Native
    {
        private const string Library = "libSystem.IO.Compression.Native";

        [LibraryImport(Library, EntryPoint = "CompressionNative_InflateInit2_")]
        public static partial Answer Begin(State* state, int windowBits);

        [LibraryImport(Library, EntryPoint = "CompressionNative_InflateReset2_")]
        public static partial Answer Reset(State* state, int windowBits);

        [LibraryImport(Library, EntryPoint = "CompressionNative_Inflate")]
        public static partial Answer Inflate(State* state, int flush);

        [LibraryImport(Library, EntryPoint = "CompressionNative_InflateEnd")]
        public static partial Answer End(State* state);
    }
}
