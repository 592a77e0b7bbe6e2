using System.Buffers.Binary;
using System.IO.Hashing;

namespace Plimsoll.Guard.Normalisation;

/// <summary>The wrapping of deflate.</summary>
internal enum DeflateFormat : byte
{
    /// <summary>RFC 1952.</summary>
    Gzip,
    /// <summary>RFC 1950, HTTP's `deflate`; raw deflate, which some send, is read too and noted.</summary>
    Zlib,
}

/// <summary>gzip and deflate (RFC 1950 to 1952), pushed. Each step takes what it needs or nothing, so any split gives the same bytes.</summary>
internal sealed class DeflateStage(ValueArena arena) : CodingStage(arena)
{
    private readonly Inflater inflater = new();
    private readonly Crc32 crc = new();
    private DeflateFormat format;
    private Part part;
    private bool isRaw;
    private uint adlerLow, adlerHigh, size;

    private enum Part : byte
    {
        Header,
        Blocks,
        Trailer,
        /// <summary>Behind a whole member.</summary>
        After,
    }

    public void Begin(DeflateFormat wrapping, BodyReader receiver)
    {
        Begin(receiver);
        (format, part) = (wrapping, Part.Header);
        inflater.Begin();
    }

    protected override bool IsComplete => part == Part.After;

    protected override void Decode(ReadOnlySpan<byte> piece)
    {
        inflater.Take(piece);
        while (!Stopped && Step()) { }
    }

    /// <summary>False when more bytes are needed.</summary>
    private bool Step() => part switch
    {
        Part.Header => Header(),
        Part.Blocks => Blocks(),
        Part.Trailer => Trailer(),
        _ => After(),
    };

    private bool Header()
    {
        var bytes = inflater.Waiting;
        if (bytes.Length < 2) return false;
        var length = 0;
        if (format == DeflateFormat.Zlib)
        {
            isRaw = (bytes[0] & 15) != 8 || bytes[0] >> 4 > 7 || (bytes[0] << 8 | bytes[1]) % 31 != 0;
            if (isRaw) Note(Ambiguity.RawDeflate);
            else if ((bytes[1] & 0x20) != 0) Stop(Ambiguity.CorruptCoding); // A dictionary that nobody has.
            else length = 2;
        }
        else
        {
            length = GzipHeader(bytes);
            if (length < 0) Stop(Ambiguity.CorruptCoding);
            // A header that does not end in 4 KiB is none.
            else if (length == 0 && bytes.Length >= Inflater.MostWaiting) Stop(Ambiguity.CorruptCoding);
            if (length <= 0) return false;
        }
        if (Stopped) return false;
        inflater.Skip(length);
        inflater.BeginStream();
        crc.Reset();
        (adlerLow, adlerHigh, size) = (1, 0, 0);
        part = Part.Blocks;
        return true;
    }

    /// <summary>Its length; 0 when it is not complete, -1 when it is none.</summary>
    private static int GzipHeader(ReadOnlySpan<byte> bytes)
    {
        if (bytes[0] != 0x1F || bytes[1] != 0x8B || bytes.Length > 2 && bytes[2] != 8 || bytes.Length > 3 && (bytes[3] & 0xE0) != 0) return -1;
        if (bytes.Length < 10) return 0;
        var length = 10;
        var flags = bytes[3];
        if ((flags & 4) != 0)
        {
            if (bytes.Length < length + 2) return 0;
            length += 2 + (bytes[length] | bytes[length + 1] << 8);
        }
        for (var flag = 8; flag <= 16; flag <<= 1)
        {
            if ((flags & flag) == 0) continue;
            var end = length < bytes.Length ? bytes[length..].IndexOf((byte)0) : -1;
            if (end < 0) return 0;
            length += end + 1;
        }
        if ((flags & 2) != 0) length += 2;
        return length <= bytes.Length ? length : 0;
    }

    private bool Blocks()
    {
        var status = inflater.Run();
        var output = inflater.TakeOutput();
        Sum(output);
        Give(output);
        if (status == InflateStatus.Corrupt) Stop(Ambiguity.CorruptCoding);
        if (status == InflateStatus.Done) part = format == DeflateFormat.Zlib && isRaw ? Part.After : Part.Trailer;
        return status is InflateStatus.Done or InflateStatus.OutputFull;
    }

    private void Sum(ReadOnlySpan<byte> output)
    {
        size += (uint)output.Length;
        if (format == DeflateFormat.Gzip) crc.Append(output);
        else
            foreach (var value in output)
            {
                adlerLow = (adlerLow + value) % 65_521;
                adlerHigh = (adlerHigh + adlerLow) % 65_521;
            }
    }

    private bool Trailer()
    {
        var bytes = inflater.Waiting;
        var length = format == DeflateFormat.Gzip ? 8 : 4;
        if (bytes.Length < length) return false;
        var isRight = format == DeflateFormat.Gzip
            ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) == crc.GetCurrentHashAsUInt32() && BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) == size
            : BinaryPrimitives.ReadUInt32BigEndian(bytes) == (adlerHigh << 16 | adlerLow);
        if (!isRight) Stop(Ambiguity.CorruptCoding);
        inflater.Skip(length);
        part = Part.After;
        return true;
    }

    private bool After()
    {
        var bytes = inflater.Waiting;
        if (bytes.IsEmpty) return false;
        if (format == DeflateFormat.Gzip && bytes[0] == 0x1F)
        {
            Note(Ambiguity.SeveralMembers);
            part = Part.Header;
            return true;
        }
        Stop(Ambiguity.CodingTrailingBytes);
        return false;
    }
}
