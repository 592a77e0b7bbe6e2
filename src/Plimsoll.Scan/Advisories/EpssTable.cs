using Plimsoll.Core.Advisories;
using Plimsoll.Scan.Advisories.Feeds;
using Plimsoll.Scan.Advisories.Store;

namespace Plimsoll.Scan.Advisories;

/// <summary>
/// EPSS scores by CVE, a <see cref="KeyedFile"/>; a content is score and percentile in units of 1e-7 (3 bytes each,
/// lowest first; 0xFFFFFF for no percentile). FIRST publishes five decimals; what has more than seven is rounded.
/// </summary>
internal sealed class EpssTable : IDisposable
{
    private const int Unit = 10_000_000;
    private const int None = 0xFFFFFF;

    private readonly KeyedFile file;

    private EpssTable(KeyedFile file) => this.file = file;

    public KeyedHeader Header => file.Header;

    /// <summary>Of a database's folder; null when it does not have the scores.</summary>
    /// <exception cref="Core.Results.PlimsollException">They are there, but damaged.</exception>
    public static EpssTable? OpenIn(string folder) => DatabaseLayout.FileOf(folder, new Epss(), Epss.FeedId) is var path && File.Exists(path) ? Open(path) : null;

    /// <inheritdoc cref="KeyedFile.Open"/>
    public static EpssTable Open(string path) => new(KeyedFile.Open(path, Epss.FeedId));

    /// <param name="rows">Sorted, each CVE once.</param>
    public static void Write(string path, KeyedHeader header, IEnumerable<(CveId Cve, ExploitProbability Probability)> rows) =>
        KeyedFileWriter.Write(path, header, rows.Select(row => (CveKey.Of(row.Cve), Content(row.Probability))));

    /// <inheritdoc cref="KeyedFile.Find"/>
    public ExploitProbability? Find(CveId cve) => file.Find<ExploitProbability?>(CveKey.Of(cve), static content =>
    {
        if (content.Length != 6) throw new DamagedException("a score has not the length of one");
        var percentile = Number(content.AsSpan(3));
        return new ExploitProbability(Number(content) / (double)Unit, percentile == None ? null : percentile / (double)Unit);
    });

    public void Dispose() => file.Dispose();

    private static byte[] Content(ExploitProbability probability)
    {
        var score = (int)Math.Round(probability.Score * Unit);
        var percentile = probability.Percentile is { } known ? (int)Math.Round(known * Unit) : None;
        return [(byte)score, (byte)(score >> 8), (byte)(score >> 16), (byte)percentile, (byte)(percentile >> 8), (byte)(percentile >> 16)];
    }

    private static int Number(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
}
