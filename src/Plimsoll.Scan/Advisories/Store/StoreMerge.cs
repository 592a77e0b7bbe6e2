using System.Buffers.Binary;
using Plimsoll.Core.Advisories;

namespace Plimsoll.Scan.Advisories.Store;

/// <summary>A new store from an old one and what changed since.</summary>
internal static class StoreMerge
{
    /// <summary>Writes the new store; it may replace the old one.</summary>
    /// <param name="source">Feed, part and times of the new one.</param>
    /// <param name="changed">New and changed advisories; each replaces the old one of its id.</param>
    /// <param name="removed">Ids that the source no longer has.</param>
    /// <param name="unread">Records of the source that the new one will not have.</param>
    /// <param name="rejected">Is told of each changed advisory that cannot be kept, and why; the old one of its id then stays. It counts as unread.</param>
    /// <exception cref="Core.Results.PlimsollException">The old one is corrupt.</exception>
    public static void Merge(AdvisoryStore old, IEnumerable<Advisory> changed, IReadOnlySet<string> removed, string target, StoreHeader source, long unread, Action<Advisory, string> rejected)
    {
        using var writer = new AdvisoryStoreWriter(target, source);
        var replaced = new HashSet<string>(removed, StringComparer.Ordinal);
        foreach (var advisory in changed)
        {
            if (writer.Add(advisory) is not { } fault)
            {
                replaced.Add(advisory.Id);
                continue;
            }
            rejected(advisory, fault);
            unread++;
        }
        // In the order of their texts, so that each block of those is inflated once.
        using var byText = new ExternalSort(ExternalSort.DefaultRun);
        var key = new byte[16];
        foreach (var (_, record) in old.RawRecords())
        {
            var (advisory, place) = old.Decode(record);
            if (replaced.Contains(advisory.Id)) continue; // Changed or removed: that is the purpose.
            BinaryPrimitives.WriteInt64BigEndian(key, place?.Block ?? long.MaxValue);
            BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(8), place?.Offset ?? 0);
            byText.Add(key, record);
        }
        byText.Drain((_, record) =>
        {
            var (advisory, place) = old.Decode(record.ToArray());
            if (writer.Add(old.WithText(advisory, place)) is { } fault) throw Corrupt.File(old.Path, $"{advisory.Id}: {fault}");
        });
        writer.Complete(unread);
    }
}
