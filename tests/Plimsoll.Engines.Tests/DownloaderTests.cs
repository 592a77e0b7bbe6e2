using System.Diagnostics;
using Plimsoll.Core.Results;
using Plimsoll.Engines.Http;

namespace Plimsoll.Engines.Tests;

/// <summary>A server of files that cuts, lies, stalls, loops and changes its mind.</summary>
public sealed class DownloaderTests
{
    private const string Version = "\"one\"";
    private const int Limit = 1 << 20;

    private static readonly TransportOptions quick = new() { Attempts = 3, Pause = TimeSpan.FromMilliseconds(1), Stall = TimeSpan.FromSeconds(20) };
    private static readonly byte[] content = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7 >> 3))];

    private static (Download Download, byte[] Bytes) Fetch(FakeServer server, Validators known = default, TransportOptions? options = null, Action<long, long?>? advance = null)
    {
        using var downloader = new Downloader(options ?? quick);
        using var into = new MemoryStream();
        var download = downloader.Fetch(new Uri($"http://{server.Host}/a/all.zip"), "a/all.zip", known, into, Limit, advance);
        return (download, into.ToArray());
    }

    private static PlimsollException Refusal(FakeServer server, TransportOptions? options = null) => Assert.Throws<PlimsollException>(() => Fetch(server, options: options));

    [Fact]
    public void A_file_comes_whole_with_its_validators_and_progress()
    {
        using var server = new FakeServer(request => Response.File(request, content, Version));
        var told = new List<(long, long?)>();
        var (download, bytes) = Fetch(server, advance: (at, total) => told.Add((at, total)));
        Assert.Equal(new Download(DownloadOutcome.Fetched, new Validators(Version, null)), download);
        Assert.Equal(content, bytes);
        Assert.Equal((300_000, 300_000), told[^1]);
        Assert.Equal(told.Order(), told);
    }

    [Fact]
    public void What_did_not_change_is_not_sent_again()
    {
        using var server = new FakeServer(request => Response.File(request, content, Version));
        Assert.Equal(new Download(DownloadOutcome.Unchanged, new Validators(Version, null)), Fetch(server, new Validators(Version, null)).Download);
        Assert.Equal(content, Fetch(server, new Validators("\"zero\"", null)).Bytes);
    }

    [Fact]
    public void A_server_without_ETags_is_asked_by_time()
    {
        const string changed = "Tue, 13 Jan 2026 10:00:00 GMT";
        using var server = new FakeServer(request => request["if-modified-since"] == changed ? Response.Text(304, "") : new Response(200, content) { Headers = [$"Last-Modified: {changed}"] });
        var first = Fetch(server).Download;
        Assert.Equal(new Validators(null, changed), first.Validators);
        Assert.Equal(DownloadOutcome.Unchanged, Fetch(server, first.Validators).Download.Outcome);
    }

    [Fact]
    public void A_download_that_is_cut_again_and_again_goes_on_where_it_was()
    {
        using var server = new FakeServer(request => Response.File(request, content, Version) with { Cut = 60_000 });
        Assert.Equal(content, Fetch(server).Bytes);
        Assert.Equal([0, 60_000, 120_000, 180_000, 240_000], server.Requests.Select(request => request.From));
        Assert.All(server.Requests.Skip(1), request => Assert.Equal(Version, request["if-range"]));
    }

    [Theory]
    [InlineData("Last-Modified: Tue, 13 Jan 2026 10:00:00 GMT", "Date: Tue, 13 Jan 2026 11:00:00 GMT", true)]
    [InlineData("Last-Modified: Tue, 13 Jan 2026 10:00:00 GMT", "Date: Tue, 13 Jan 2026 10:00:59 GMT", false)]
    [InlineData("ETag: W/\"weak\"", "X: x", false)]
    [InlineData("X: x", "Y: y", false)]
    public void Pieces_are_joined_only_by_what_is_sure_to_name_one_version(string header, string other, bool joins)
    {
        var cut = true;
        using var server = new FakeServer(request =>
        {
            var answer = request["range"] is null ? new Response(200, content) : new Response(206, content[(int)request.From..]) { Headers = [$"Content-Range: bytes {request.From}-299999/300000"] };
            answer = answer with { Headers = [.. answer.Headers, header, other], Cut = cut ? 60_000 : null };
            cut = false;
            return answer;
        });
        Assert.Equal(content, Fetch(server).Bytes);
        Assert.Equal(joins ? 60_000 : 0, server.Requests.Last().From);
    }

    [Theory]
    [InlineData("heeds If-Range")]
    [InlineData("sends the piece all the same")]
    [InlineData("is shorter now")]
    public void A_file_that_changes_between_two_pieces_is_fetched_anew(string kind)
    {
        byte[] next = kind == "is shorter now" ? content[..50_000] : [.. content.Reverse()];
        var first = true;
        using var server = new FakeServer(request =>
        {
            var answer = Response.File(request, first ? content : next, first ? Version : "\"two\"");
            if (!first && kind == "sends the piece all the same" && request.From > 0) answer = new Response(206, next[(int)request.From..]) { Headers = ["ETag: \"two\"", $"Content-Range: bytes {request.From}-299999/300000"] };
            if (!first && kind == "is shorter now" && request.From > 0) answer = Response.Text(416, "");
            if (first) answer = answer with { Cut = 60_000 };
            first = false;
            return answer;
        });
        var (download, bytes) = Fetch(server);
        Assert.Equal(next, bytes);
        Assert.Equal("\"two\"", download.Validators.ETag);
    }

    [Fact]
    public void A_download_that_does_not_get_further_is_given_up()
    {
        using var server = new FakeServer(request => Response.File(request, content, Version) with { Cut = request.From == 0 ? 1000 : 0 });
        var refusal = Refusal(server);
        Assert.Equal("download-failed", refusal.Code);
        Assert.StartsWith($"The server {server.Host} does not give `a/all.zip` whole: it was cut after 1,000 of 300,000 bytes: ", refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith("; tried 4 times.", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(410)]
    public void What_is_not_there_is_told_apart_from_a_failure(int status)
    {
        using var server = new FakeServer(_ => Response.Text(status, ""));
        Assert.Equal(new Download(DownloadOutcome.Absent, default, $"{status} X"), Fetch(server).Download);
        Assert.Single(server.Requests);
    }

    [Fact]
    public void A_failure_that_may_pass_is_tried_again()
    {
        var failures = 2;
        using var server = new FakeServer(request => failures-- > 0 ? Response.Text(failures == 1 ? 500 : 429, "", "Retry-After: 0") : Response.File(request, content, Version));
        Assert.Equal(content, Fetch(server).Bytes);
    }

    [Fact]
    public void A_failure_that_lasts_is_told()
    {
        using var server = new FakeServer(_ => Response.Text(500, ""));
        Assert.Equal($"The server {server.Host} does not give `a/all.zip`: it answers 500 X; tried 3 times.", Refusal(server).Message);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public void A_server_that_asks_for_patience_beyond_measure_is_not_waited_for()
    {
        using var server = new FakeServer(_ => Response.Text(429, "", "Retry-After: 3600"));
        Assert.Equal($"The server {server.Host} does not give `a/all.zip` now: it answers 429 X, and asks to wait 3,600 seconds.", Refusal(server).Message);
        Assert.Single(server.Requests);
    }

    [Fact]
    public void A_long_file_is_refused_by_its_length_and_by_its_bytes()
    {
        using var declared = new FakeServer(_ => new Response(200, []) { Length = Limit + 1 });
        Assert.Equal($"`a/all.zip` of {declared.Host} has more than the 1,048,576 bytes that are taken of its kind: 1,048,577.", Refusal(declared).Message);
        using var endless = new FakeServer(_ => new Response(200, new byte[Limit + 1]) { Length = -1 });
        Assert.Equal($"`a/all.zip` of {endless.Host} has more than the 1,048,576 bytes that are taken of its kind.", Refusal(endless).Message);
        using var just = new FakeServer(_ => new Response(200, new byte[Limit]));
        Assert.Equal(Limit, Fetch(just).Bytes.Length);
        using var empty = new FakeServer(_ => new Response(200, []));
        Assert.Empty(Fetch(empty).Bytes);
    }

    [Theory]
    [InlineData("Content-Range: bytes 7-299999/300000", "it was asked for the bytes from 60,000 on and sends those from 7 on")]
    [InlineData("Content-Range: bytes 60000-299999/300000", "300,000 bytes are declared, but 299,999 are offered")]
    public void A_piece_that_is_another_is_refused(string range, string part)
    {
        using var server = new FakeServer(request => request.From == 0 ? Response.File(request, content, Version) with { Cut = 60_000 } : new Response(206, content[60_001..]) { Headers = [range, $"ETag: {Version}"] });
        Assert.Equal($"The server {server.Host} contradicts itself on `a/all.zip`: {part}.", Refusal(server).Message);
    }

    [Fact]
    public void An_answer_304_to_no_condition_is_refused()
    {
        using var server = new FakeServer(_ => Response.Text(304, ""));
        Assert.Equal($"The server {server.Host} contradicts itself on `a/all.zip`: it answers 304 to a question without a condition.", Refusal(server).Message);
    }

    [Fact]
    public void A_stall_is_taken_as_a_cut()
    {
        var stalls = true;
        using var server = new FakeServer(request =>
        {
            var answer = Response.File(request, content, Version) with { Cut = stalls ? 1000 : null, Linger = TimeSpan.FromSeconds(stalls ? 30 : 0) };
            stalls = false;
            return answer;
        });
        var watch = Stopwatch.StartNew();
        Assert.Equal(content, Fetch(server, options: quick with { Stall = TimeSpan.FromSeconds(2) }).Bytes);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"{watch.Elapsed}");
        Assert.Equal([0, 1000], server.Requests.Select(request => request.From));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_server_that_only_drips_is_given_up_in_time(bool drips)
    {
        using var server = new FakeServer(request => Response.File(request, content, Version) with { Drip = TimeSpan.FromMilliseconds(drips ? 200 : 0), Wait = TimeSpan.FromSeconds(drips ? 0 : 5) });
        var watch = Stopwatch.StartNew();
        Assert.Equal($"The server {server.Host} does not give `a/all.zip` whole: it takes longer than 0.01 minutes.", Refusal(server, quick with { Stall = TimeSpan.FromSeconds(30), Total = TimeSpan.FromMilliseconds(600) }).Message);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(4), $"{watch.Elapsed}");
    }

    [Fact]
    public void Redirects_are_followed_but_not_in_a_loop()
    {
        using var server = new FakeServer(request => request.Path == "/b" ? Response.File(request, content, Version) : Response.Text(302, "", "Location: /b"));
        Assert.Equal(content, Fetch(server).Bytes);
        using var loop = new FakeServer(request => Response.Text(302, "", $"Location: {request.Path}x"));
        Assert.Equal($"The server {loop.Host} does not give `a/all.zip`: it redirects more than 5 times.", Refusal(loop).Message);
    }

    [Fact]
    public void Nothing_comes_from_another_machine_without_TLS()
    {
        using var server = new FakeServer(_ => Response.Text(302, "", "Location: http://192.0.2.1/all.zip"));
        Assert.Equal($"The server {server.Host} does not give `a/all.zip`: it redirects to http://192.0.2.1, which is not reached by TLS.", Refusal(server).Message);
        using var downloader = new Downloader(quick);
        var refusal = Assert.Throws<PlimsollException>(() => downloader.Fetch(new Uri("http://192.0.2.1/all.zip"), "all.zip", default, Stream.Null, Limit));
        Assert.Equal("`all.zip` would come from http://192.0.2.1 without TLS.", refusal.Message);
    }
}
