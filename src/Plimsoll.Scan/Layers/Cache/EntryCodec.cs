using Microsoft.Win32.SafeHandles;

namespace Plimsoll.Scan.Layers.Cache;

/// <summary>
/// Entries of a tar in its order, some 25 bytes each: flags; how many bytes of the path before are the beginning of this
/// one; the rest of it; mode, size and where the content begins, counted from where the content before ended; the link;
/// what the first bytes were. Numbers are LEB128, so small ones take a byte.
/// </summary>
internal static class EntryCodec
{
    private const byte HasLink = 1, IsOpaque = 2, IsFile = 4;
    private const char File = '0';

    /// <summary>Writes entries into a buffer that its owner empties.</summary>
    internal sealed class Writer
    {
        private byte[] path = [];
        private long end;

        public void Write(List<byte> to, TarEntry entry)
        {
            var flags = (byte)((entry.Link.Length > 0 ? HasLink : 0) | (entry.Opaque ? IsOpaque : 0) | (entry.Type == File ? IsFile : 0));
            to.Add(flags);
            if ((flags & IsFile) == 0) to.Add((byte)entry.Type);
            var shared = path.AsSpan().CommonPrefixLength(entry.Path);
            Number(to, (ulong)shared);
            Bytes(to, entry.Path.AsSpan(shared));
            Number(to, (ulong)(uint)entry.Mode);
            Number(to, (ulong)entry.Size);
            Number(to, (ulong)(entry.Offset - end));
            if ((flags & HasLink) != 0) Bytes(to, entry.Link);
            (path, end) = (entry.Path, entry.Offset + entry.Size);
        }

        private static void Bytes(List<byte> to, ReadOnlySpan<byte> bytes)
        {
            Number(to, (ulong)bytes.Length);
            to.AddRange(bytes);
        }

        private static void Number(List<byte> to, ulong value)
        {
            for (; value >= 0x80; value >>= 7) to.Add((byte)(value | 0x80));
            to.Add((byte)value);
        }
    }

    /// <summary>Reads them back, a piece of the file at a time.</summary>
    /// <exception cref="InvalidDataException">They are not what <see cref="Writer"/> writes, which their checksum rules out.</exception>
    internal sealed class Reader(SafeFileHandle file, long offset, long length)
    {
        private const int Piece = 64 * 1024;

        /// <summary>Bytes of one path or link: more than a layer that is kept can have.</summary>
        private const int MostBytes = 1 << 20;

        private readonly byte[] buffer = GC.AllocateUninitializedArray<byte>(Piece);
        private byte[] path = [];
        private long end;
        private long position;
        private int at;
        private int filled;

        /// <returns>Null at the end.</returns>
        public (TarEntry Entry, Magic Magic)? Next()
        {
            if (at == filled && position == length) return null;
            var flags = Byte();
            var type = (flags & IsFile) != 0 ? File : (char)Byte();
            var shared = Length();
            if (shared > path.Length) throw Malformed();
            var rest = Length();
            var next = new byte[shared + rest];
            path.AsSpan(0, shared).CopyTo(next);
            Fill(next.AsSpan(shared));
            var (mode, size) = ((int)Number(), (long)Number());
            var start = end + (long)Number();
            byte[] link = [];
            if ((flags & HasLink) != 0) Fill(link = new byte[Length()]);
            (path, end) = (next, start + size);
            return (new TarEntry { Path = next, Link = link, Type = type, Size = size, StoredSize = size, Offset = start, Mode = mode, Opaque = (flags & IsOpaque) != 0 }, (Magic)Byte());
        }

        private byte Byte()
        {
            if (at == filled) Refill();
            return buffer[at++];
        }

        private void Fill(Span<byte> to)
        {
            while (!to.IsEmpty)
            {
                if (at == filled) Refill();
                var take = Math.Min(to.Length, filled - at);
                buffer.AsSpan(at, take).CopyTo(to);
                at += take;
                to = to[take..];
            }
        }

        private void Refill()
        {
            at = 0;
            filled = Native.ReadAt(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - position)), offset + position);
            if (filled == 0) throw Malformed();
            position += filled;
        }

        private int Length() => Number() is <= MostBytes and var value ? (int)value : throw Malformed();

        private ulong Number()
        {
            var value = 0UL;
            for (var shift = 0; shift < 64; shift += 7)
            {
                var b = Byte();
                value |= (ulong)(b & 0x7F) << shift;
                if (b < 0x80) return value;
            }
            throw Malformed();
        }

        private static InvalidDataException Malformed() => new("a kept layer has entries that were never written so");
    }
}
