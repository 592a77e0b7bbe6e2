using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Protocols.Http1;

/// <summary>The Connection field (RFC 9110, section 7.6.1): a list of options and of names of fields that end here.</summary>
internal static class ConnectionOptions
{
    [Flags]
    public enum Found
    {
        None = 0,
        Close = 1,
        KeepAlive = 2,
        Upgrade = 4,
        /// <summary>Names of fields.</summary>
        Others = 8,
    }

    /// <summary>Refuses a list that is none, and one that would take away a field that the application decides by.</summary>
    public static Verdict Of(HttpHead head, out Found found)
    {
        found = Found.None;
        foreach (ref readonly var field in head.Fields)
        {
            if (field.Id != FieldId.Connection) continue;
            var list = head[field.Value];
            while (Next(ref list, out var option))
            {
                if (option.IsEmpty || option.ContainsAnyExcept(Syntax.Token)) return new(Reason.ConnectionMalformed, Part.Field, field.Name.Start);
                if (Ascii.EqualsIgnoreCase(option, "close"u8)) found |= Found.Close;
                else if (Ascii.EqualsIgnoreCase(option, "keep-alive"u8)) found |= Found.KeepAlive;
                else if (Ascii.EqualsIgnoreCase(option, "upgrade"u8)) found |= Found.Upgrade;
                else if (FieldIds.Of(option) is var id && id != FieldId.Other && !FieldIds.IsHopByHop(id)) return new(Reason.ConnectionMalformed, Part.Field, field.Name.Start);
                else found |= Found.Others;
            }
        }
        return default;
    }

    /// <summary>Whether a Connection field names this one.</summary>
    public static bool Names(HttpHead head, ReadOnlySpan<byte> name)
    {
        foreach (ref readonly var field in head.Fields)
        {
            if (field.Id != FieldId.Connection) continue;
            var list = head[field.Value];
            while (Next(ref list, out var option))
                if (Ascii.EqualsIgnoreCase(option, name)) return true;
        }
        return false;
    }

    /// <summary>Takes the next member off a list.</summary>
    private static bool Next(ref ReadOnlySpan<byte> list, out ReadOnlySpan<byte> member)
    {
        member = default;
        if (list.IsEmpty) return false;
        var comma = list.IndexOf((byte)',');
        member = Syntax.TrimWhitespace(comma < 0 ? list : list[..comma]);
        list = comma < 0 ? default : list[(comma + 1)..];
        return true;
    }
}
