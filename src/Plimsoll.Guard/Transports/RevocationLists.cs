using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;

namespace Plimsoll.Guard.Transports;

/// <summary>
/// The lists of revoked certificates of one file. Each certificate of a chain but the root must be on a list's side that is in
/// force: without one it is not known whether the certificate is still good, and who shows it is not let in.
/// </summary>
internal sealed class RevocationLists
{
    /// <summary>Bytes of a file. 300,000 revoked certificates.</summary>
    private const int mostBytes = 16 << 20;

    private const int mostLists = 64;
    private const string label = "X509 CRL";
    private readonly List<RevocationList> lists = [];

    /// <exception cref="PlimsollException">The file cannot be read, or a list of it is none of the authorities.</exception>
    public RevocationLists(string file, X509Certificate2Collection authorities)
    {
        var count = 0;
        foreach (var der in Pieces(file))
        {
            if (count++ == mostLists) throw new PlimsollException("guard-revocations", $"{file} has more than {mostLists} lists.", "Keep those of the authorities of `client-ca`.");
            var list = new RevocationList(der, file, authorities);
            // Of several lists of one authority the newest counts.
            if (lists.Exists(other => other.IsOfSame(list) && other.From >= list.From)) continue;
            lists.RemoveAll(list.IsOfSame);
            lists.Add(list);
        }
        if (lists.Count == 0) throw new PlimsollException("guard-revocations", $"{file} has no list of revoked certificates.", $"Give a file in PEM (`-----BEGIN {label}-----`) or DER.");
    }

    /// <summary>When the first of them holds no longer.</summary>
    public DateTimeOffset Until => lists.Min(list => list.Until);

    /// <summary>What is against a chain that was verified, the client's certificate first.</summary>
    public Reason Check(X509Chain chain, DateTimeOffset now)
    {
        var found = Reason.None;
        for (var i = 0; i + 1 < chain.ChainElements.Count; i++)
        {
            var list = lists.Find(list => list.IsOf(chain.ChainElements[i + 1].Certificate));
            // What was taken back stays so, also on a list that is out of date.
            if (list?.Has(chain.ChainElements[i].Certificate) is true) return Reason.ClientRevoked;
            if (list is null || now < list.From || now >= list.Until) found = Reason.ClientRevocationUnknown;
        }
        return found;
    }

    /// <summary>Of all files that clients' certificates are looked up in, when each holds no longer.</summary>
    /// <exception cref="PlimsollException">A file cannot be read any more.</exception>
    public static IEnumerable<(string File, DateTimeOffset Until)> All(GuardOptions options)
    {
        var trusts = options.Listeners.Select(listener => listener.Tls).OfType<TlsOptions>().SelectMany(tls => tls.Trusts);
        foreach (var trust in trusts.DistinctBy(trust => trust.Revocations))
            if (trust.Revocations is { } file) yield return (file, Read(trust)!.Until);
    }

    /// <summary>A sentence for each file that is out of date.</summary>
    public static IEnumerable<string> Late(IEnumerable<(string File, DateTimeOffset Until)> all, DateTimeOffset now) =>
        all.Where(one => one.Until <= now).Select(one => $"{one.File} was good until {one.Until.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC: clients with certificates of that authority are refused until there is a newer list.");

    /// <summary>Null when the trust names no lists.</summary>
    /// <exception cref="PlimsollException">The file cannot be read.</exception>
    public static RevocationLists? Read(ClientTrust trust)
    {
        if (trust.Revocations is null) return null;
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(trust.Authorities);
        return new(trust.Revocations, authorities);
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Pieces(string file)
    {
        var bytes = Bytes(file);
        if (bytes is [0x30, ..])
        {
            yield return bytes;
            yield break;
        }
        var text = Encoding.Latin1.GetString(bytes);
        for (var start = 0; PemEncoding.TryFind(text.AsSpan(start), out var fields);)
        {
            if (text.AsSpan(start)[fields.Label].SequenceEqual(label)) yield return Convert.FromBase64String(text.AsSpan(start)[fields.Base64Data].ToString());
            start += fields.Location.End.Value;
        }
    }

    private static byte[] Bytes(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var bytes = new byte[Math.Min(stream.Length, mostBytes) + 1];
            var count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (count > mostBytes) throw new PlimsollException("guard-revocations", $"{file} has more than {mostBytes:N0} bytes.", "Name the right file.");
            return bytes[..count];
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new PlimsollException("guard-revocations", $"{file} cannot be read: {thrown.Message.TrimEnd('.')}.", "Name a file that the guard may read.");
        }
    }
}
