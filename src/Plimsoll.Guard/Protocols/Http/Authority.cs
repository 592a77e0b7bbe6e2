using Plimsoll.Guard.Protocols.Http1;

namespace Plimsoll.Guard.Protocols.Http;

/// <summary>`host`, `host:port`, `[address]:port`.</summary>
internal static class Authority
{
    public static bool IsValid(ReadOnlySpan<byte> authority, int limit)
    {
        if (authority.IsEmpty || authority.Length > limit) return false;
        int end;
        if (authority[0] == '[')
        {
            end = authority.IndexOf((byte)']');
            if (end < 3 || authority[1..end].ContainsAnyExcept(Syntax.Ip6)) return false;
            end++;
        }
        else
        {
            end = authority.IndexOf((byte)':');
            if (end < 0) end = authority.Length;
            if (end == 0 || authority[..end].ContainsAnyExcept(Syntax.Host) || authority[0] == '.') return false;
        }
        if (end == authority.Length) return true;
        var port = authority[end..];
        return port.Length is >= 2 and <= 6 && port[0] == ':' && !port[1..].ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    /// <summary>Without the port.</summary>
    public static ReadOnlySpan<byte> Host(ReadOnlySpan<byte> authority)
    {
        var end = authority is [(byte)'[', ..] ? authority.IndexOf((byte)']') + 1 : authority.IndexOf((byte)':');
        return end < 0 ? authority : authority[..end];
    }
}
