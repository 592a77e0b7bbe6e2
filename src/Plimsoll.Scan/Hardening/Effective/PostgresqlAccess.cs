using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Hardening.Grammars;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// The meaning of a list of `hba` records: the first that fits a connection decides, also when it refuses (PostgreSQL's documentation, "The pg_hba.conf File").
/// A record that fits nothing which earlier ones leave over is never reached.
/// </summary>
internal static class PostgresqlAccess
{
    /// <summary>Key of a record that no connection comes to.</summary>
    public const string Unreached = "hba-unreached";

    /// <summary>Records that are compared with each other at most; those beyond count as reached.</summary>
    private const int MostCompared = 1000;

    private static readonly string[] everywhere = ["0.0.0.0/0", "::/0"];

    public static IEnumerable<Setting> Marked(IEnumerable<Setting> records)
    {
        var earlier = new List<Setting>();
        foreach (var record in records)
        {
            if (record.IsGap || record.Key != HbaGrammar.Key || record.Needs is not null)
            {
                yield return record;
                continue; // What is not known covers nothing.
            }
            var isReached = earlier.Count >= MostCompared || !Pieces(record).All(address => earlier.Exists(other => Covers(other, record, address)));
            yield return isReached ? record : record with { Key = Unreached };
            if (isReached && earlier.Count < MostCompared) earlier.Add(record);
        }
    }

    /// <summary>Whether an address is one of this machine alone.</summary>
    public static bool IsLoopback(string address) =>
        address is "-" or "localhost" || (Network(address) is { PrefixLength: >= 8 } network && IPAddress.IsLoopback(network.BaseAddress));

    private static string[] Pieces(Setting record) => record.Arguments[3] == "all" ? everywhere : [record.Arguments[3]];

    private static bool Covers(Setting first, Setting record, string address) =>
        TypeCovers(first.Arguments[0], record.Arguments[0]) && Databases(first.Arguments[1], record.Arguments[1]) && Users(first.Arguments[2], record.Arguments[2]) && Addresses(first.Arguments[3], address);

    /// <summary>A connection with TLS has no GSSAPI encryption, and the other way round.</summary>
    private static bool TypeCovers(string first, string type) => first == type || (first, type) switch
    {
        ("host", not "local") => true,
        ("hostnogssenc", "hostssl") or ("hostnossl", "hostgssenc") => true,
        _ => false,
    };

    /// <summary>`all` does not stand for replication.</summary>
    private static bool Databases(string first, string databases)
    {
        var covering = first.Split(',');
        return databases.Split(',').All(database => covering.Contains(database) || (covering.Contains("all") && database != "replication"));
    }

    private static bool Users(string first, string users)
    {
        var covering = first.Split(',');
        return covering.Contains("all") || users.Split(',').All(covering.Contains);
    }

    private static bool Addresses(string first, string address)
    {
        if (first == "all" || first == address) return true;
        return Network(first) is { } outer && Network(address) is { } inner && outer.BaseAddress.AddressFamily == inner.BaseAddress.AddressFamily && outer.PrefixLength <= inner.PrefixLength && outer.Contains(inner.BaseAddress);
    }

    /// <summary>An address with its length, `10.0.0.1/8`: bits behind the length do not count. Null for names and keywords.</summary>
    private static IPNetwork? Network(string text)
    {
        if (text.Split('/') is not [var address, var bits] || !IPAddress.TryParse(address, out var ip) || !int.TryParse(bits, NumberStyles.None, CultureInfo.InvariantCulture, out var length)) return null;
        var bytes = ip.GetAddressBytes();
        if (length > bytes.Length * 8) return null;
        for (var i = 0; i < bytes.Length; i++) bytes[i] &= (byte)(0xFF00 >> Math.Clamp(length - (i * 8), 0, 8));
        return new IPNetwork(new IPAddress(bytes), length);
    }
}
