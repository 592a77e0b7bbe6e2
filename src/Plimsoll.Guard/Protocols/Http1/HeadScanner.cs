namespace Plimsoll.Guard.Protocols.Http1;

/// <summary>Finds the end of a head: the first empty line, whether its ends are CRLF or bare LF (which parsing then refuses).</summary>
internal struct HeadScanner
{
    private int scanned;

    /// <summary>Bytes of the head with its empty line, or -1 when more are needed. Call it with more of the same bytes each time: none is looked at twice.</summary>
    public int FindEnd(ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            var found = bytes[scanned..].IndexOf((byte)'\n');
            if (found < 0)
            {
                scanned = bytes.Length;
                return -1;
            }
            var next = scanned + found + 1;
            if (next < bytes.Length && bytes[next] == '\n') return next + 1;
            if (next + 1 < bytes.Length && bytes[next] == '\r' && bytes[next + 1] == '\n') return next + 2;
            if (next >= bytes.Length || (bytes[next] == '\r' && next + 1 >= bytes.Length))
            {
                scanned = next - 1; // What follows this line feed decides.
                return -1;
            }
            scanned = next;
        }
    }
}
