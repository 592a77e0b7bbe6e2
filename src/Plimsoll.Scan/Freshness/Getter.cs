using System.Collections.Concurrent;
using System.Security.Cryptography;
using Plimsoll.Core.Results;
using Plimsoll.Engines.Http;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Freshness;

/// <summary>What to fetch and how far it is trusted to be the same as before.</summary>
/// <param name="Limit">Bytes.</param>
/// <param name="MaxAge">How long a kept answer is used without asking.</param>
internal sealed record Wanted(Uri Uri, long Limit, TimeSpan MaxAge)
{
    /// <summary>Media type that is asked for; null for any.</summary>
    public string? Accept { get; init; }

    /// <summary>Whether it may come without TLS.</summary>
    public bool MayBePlain { get; init; }

    /// <summary>Hexadecimal, in lower case, where it is known before: a kept answer that has it is used at any age.</summary>
    public string? Sha256 { get; init; }
}

/// <summary>Why there is no content.</summary>
/// <param name="IsAbsent">The server says that it has no such thing.</param>
/// <param name="Reason">One clause.</param>
internal sealed record Failure(bool IsAbsent, string Reason)
{
    /// <summary>The server gave all of it, and it is not what was wanted: one file is wrong, not the server.</summary>
    public bool IsMismatch { get; init; }
}

/// <summary>
/// Fetches small documents and indices: a few at a time, from what is kept where that is young or unchanged, and no more
/// from a host that fails again and again.
/// </summary>
internal sealed class Getter : IDisposable
{
    /// <summary>Requests at a time, to all hosts together and to one.</summary>
    private const int Most = 8;

    public const int MostOfHost = 4;

    /// <summary>Failures of a host in a row after which it is left in peace.</summary>
    private const int Patience = 3;

    private readonly Downloader downloader;
    private readonly Downloader plain;
    private readonly KeptAnswers? kept;
    private readonly SemaphoreSlim all = new(Most);
    private readonly ConcurrentDictionary<string, Host> hosts = new(StringComparer.Ordinal);
    private readonly TimeProvider clock;
    private readonly DateTimeOffset end;

    /// <param name="kept">Null to keep nothing.</param>
    /// <param name="within">Time for everything that is fetched.</param>
    public Getter(TransportOptions options, KeptAnswers? kept, TimeSpan within, TimeProvider clock)
    {
        (this.kept, this.clock) = (kept, clock);
        end = clock.GetUtcNow() + within;
        downloader = new Downloader(options);
        plain = new Downloader(options with { PlainHttp = true });
    }

    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>The content from its start, or why there is none.</summary>
    public (Stream? Content, Failure? Failure) Get(Wanted wanted) => Get(wanted, old => Fetch(wanted, old));

    /// <summary>The same for what takes more than a request; its address stands for it.</summary>
    /// <param name="ask">Gives the content; what it throws becomes the failure.</param>
    /// <param name="absent">Code of the exception that says that there is no such thing.</param>
    public (Stream? Content, Failure? Failure) Get(Wanted wanted, Func<byte[]> ask, string absent) => Get(wanted, old =>
    {
        old?.Content.Dispose();
        try
        {
            var bytes = ask();
            var content = new MemoryStream(bytes, writable: false);
            kept?.Keep(wanted, default, Convert.ToHexStringLower(SHA256.HashData(bytes)), content, clock.GetUtcNow());
            content.Position = 0;
            return (content, null);
        }
        catch (PlimsollException failed)
        {
            return (null, new Failure(failed.Code == absent, failed.Message.TrimEnd('.')));
        }
    });

    private (Stream? Content, Failure? Failure) Get(Wanted wanted, Func<Kept?, (Stream?, Failure?)> fetch)
    {
        var old = kept?.Find(wanted);
        if (old is not null && (wanted.Sha256 is not null || clock.GetUtcNow() - old.Checked < wanted.MaxAge)) return (old.Content, null);
        var host = hosts.GetOrAdd(wanted.Uri.GetLeftPart(UriPartial.Authority), _ => new Host());
        host.Slots.Wait();
        all.Wait();
        try
        {
            if (host.GaveUp is { } reason) return Nothing(old, reason);
            if (clock.GetUtcNow() > end) return Nothing(old, "the time for asking was over");
            var (content, failure) = fetch(old);
            host.Heed(failure);
            return (content, failure);
        }
        finally
        {
            all.Release();
            host.Slots.Release();
        }
    }

    private static (Stream?, Failure?) Nothing(Kept? old, string reason)
    {
        old?.Content.Dispose();
        return (null, new Failure(IsAbsent: false, reason));
    }

    private (Stream?, Failure?) Fetch(Wanted wanted, Kept? old)
    {
        var into = Spool.CreateFile();
        try
        {
            var download = (wanted.MayBePlain ? plain : downloader).Fetch(wanted.Uri, wanted.Uri.AbsolutePath, old?.Validators ?? default, into, wanted.Limit, accept: wanted.Accept);
            if (download.Outcome == DownloadOutcome.Unchanged)
            {
                into.Dispose();
                kept!.Confirm(wanted, clock.GetUtcNow());
                return (old!.Content, null);
            }
            old?.Content.Dispose();
            if (download.Outcome == DownloadOutcome.Absent)
            {
                into.Dispose();
                return (null, new Failure(IsAbsent: true, download.Answer ?? "there is no such file"));
            }
            into.Position = 0;
            var digest = Convert.ToHexStringLower(SHA256.HashData(into));
            if (wanted.Sha256 is { } expected && expected != digest)
            {
                into.Dispose();
                return (null, new Failure(IsAbsent: false, $"{wanted.Uri.AbsolutePath} has the digest {digest[..12]}…, expected {expected[..12]}…") { IsMismatch = true });
            }
            into.Position = 0;
            kept?.Keep(wanted, download.Validators, digest, into, clock.GetUtcNow());
            into.Position = 0;
            return (into, null);
        }
        catch (PlimsollException failed)
        {
            into.Dispose();
            old?.Content.Dispose();
            return (null, new Failure(IsAbsent: false, failed.Message.TrimEnd('.')));
        }
    }

    public void Dispose()
    {
        downloader.Dispose();
        plain.Dispose();
        all.Dispose();
        foreach (var host in hosts.Values) host.Slots.Dispose();
        kept?.Trim();
    }

    private sealed class Host
    {
        private readonly Lock gate = new();
        private int failures;

        public SemaphoreSlim Slots { get; } = new(MostOfHost);

        /// <summary>Why it is not asked any more; null while it is.</summary>
        public string? GaveUp { get; private set; }

        public void Heed(Failure? failure)
        {
            lock (gate)
            {
                failures = failure is null or { IsAbsent: true } or { IsMismatch: true } ? 0 : failures + 1;
                if (failures >= Patience) GaveUp ??= $"the server failed {Patience} times in a row and was not asked again";
            }
        }
    }
}
