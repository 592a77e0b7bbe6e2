using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Plimsoll.Engines.Tests;
using Plimsoll.Scan.Advisories.Feeds;

namespace Plimsoll.Scan.Tests.Advisories.Feeds;

/// <summary>Whatever a server does, what the database had stays in use, the other parts are updated, and it is told.</summary>
public sealed class UpdateFaultTests
{
    private const string Archive = "osv/npm/all.zip";

    private static readonly TestRecord lodash = new("GHSA-1", "2026-01-10T00:00:00Z", "lodash");
    private static readonly TestRecord axios = new("GHSA-3", "2026-01-12T00:00:00Z", "axios");

    private static readonly Lazy<byte[]> bomb = new(Bomb);
    private static readonly Lazy<byte[]> crowd = new(Crowd);

    public static TheoryData<string, string> Faults => new()
    {
        { "404", "` is not there: 404 X." },
        { "500", "it answers 500 X; tried 2 times." },
        { "429", "it answers 429 X, and asks to wait 86,400 seconds." },
        { "cut", "does not give `npm/all.zip` whole: it was cut after " },
        { "stall", "does not give `npm/all.zip` whole: it was cut after " },
        { "drip", "it takes longer than 0.01 minutes." },
        { "shorter than declared", "does not give `npm/all.zip` whole: it was cut after " },
        { "longer than declared", "`osv/npm/all.zip` cannot be imported: " },
        { "changed at each piece", "does not give `npm/all.zip` whole: " },
        { "redirect loop", "it redirects more than 5 times." },
        { "redirect without TLS", "it redirects to http://192.0.2.1, which is not reached by TLS." },
        { "page of a proxy", "`osv/npm/all.zip` cannot be imported: " },
        { "empty", "`osv/npm/all.zip` cannot be imported: " },
        { "corrupt", "`osv/npm/all.zip` cannot be imported: " },
        { "bomb", "`osv/npm/all.zip` cannot be imported: its entries inflate to more than 100 times its size, as no real archive does." },
        { "too many entries", "`osv/npm/all.zip` cannot be imported: " },
        { "no records", "`osv/npm/all.zip` has no record that can be read" },
    };

    [Theory, MemberData(nameof(Faults))]
    public void A_failure_leaves_what_was_there(string fault, string sentence)
    {
        using var mirror = new TestMirror();
        mirror.Publish("npm", lodash);
        mirror.Publish("PyPI", lodash);
        Assert.False(mirror.Update("npm", "PyPI").HasFailed);
        mirror.Publish("npm", axios);
        mirror.Publish("PyPI", axios);
        mirror.Remove("osv/npm/modified_id.csv");
        mirror.Now += TimeSpan.FromDays(1);
        var patient = mirror.Transport;
        if (fault == "stall") mirror.Transport = patient with { Stall = TimeSpan.FromSeconds(2) };
        if (fault == "drip") mirror.Transport = patient with { Total = TimeSpan.FromMilliseconds(800) };
        mirror.Behave = (path, request) => path.StartsWith(Archive, StringComparison.Ordinal) ? Answer(fault, mirror, request) : null;

        var result = mirror.Update("npm", "PyPI");
        var failed = Assert.Single(result.Parts, part => part.Change == PartChange.Failed);
        Assert.Equal("osv/npm", failed.Name);
        Assert.Contains(sentence, failed.Sentence, StringComparison.Ordinal);
        Assert.NotEmpty(failed.Remedy!);
        Assert.True(result.HasAny);
        Assert.Equal(["GHSA-1"], mirror.Find("npm", "lodash"));
        Assert.Equal(["GHSA-3"], mirror.Find("PyPI", "axios"));
        var state = mirror.State("osv", "npm");
        Assert.Equal((failed.Sentence, mirror.Now, mirror.Now - TimeSpan.FromDays(1)), (state.Error, state.Failed, state.Checked));
        Assert.DoesNotContain(Directory.EnumerateFiles(mirror.Database, "*", SearchOption.AllDirectories), path => path.EndsWith(".partial", StringComparison.Ordinal));

        (mirror.Behave, mirror.Transport) = (null, patient);
        Assert.Equal(PartChange.Updated, mirror.UpdateOne("npm", "osv/npm").Change);
        Assert.Equal(["GHSA-3"], mirror.Find("npm", "axios"));
        Assert.Null(mirror.State("osv", "npm").Error);
    }

    private static Response Answer(string fault, TestMirror mirror, Request request)
    {
        var honest = mirror.Honest(Archive, request);
        return fault switch
        {
            "404" => Response.Text(404, ""),
            "500" => Response.Text(500, ""),
            "429" => Response.Text(429, "", "Retry-After: 86400"),
            "cut" => honest with { Cut = request.From == 0 ? 1000 : 0 },
            "stall" => honest with { Cut = request.From == 0 ? 1000 : 0, Linger = TimeSpan.FromSeconds(1) },
            "drip" => honest with { Drip = TimeSpan.FromMilliseconds(400) },
            "shorter than declared" => honest with { Length = honest.Body.Length + 7 },
            "longer than declared" => honest with { Length = honest.Body.Length - 7 },
            "changed at each piece" => new Response(200, honest.Body) { Headers = [$"ETag: \"{Guid.NewGuid()}\""], Cut = 1000 },
            "redirect loop" => Response.Text(302, "", $"Location: {request.Path}x"),
            "redirect without TLS" => Response.Text(302, "", "Location: http://192.0.2.1/all.zip"),
            "page of a proxy" => Response.Text(200, "<html>Please log in</html>"),
            "empty" => Response.Text(200, ""),
            "corrupt" => new Response(200, Corrupt(mirror[Archive])),
            "bomb" => new Response(200, bomb.Value),
            "too many entries" => new Response(200, crowd.Value),
            _ => new Response(200, Zip(zip => Entry(zip, "a.json", "{}"u8.ToArray()))),
        };
    }

    /// <summary>An update of single records that fails half-way changes nothing.</summary>
    [Theory]
    [InlineData("500")]
    [InlineData("cut")]
    public void A_change_that_cannot_be_had_changes_nothing(string fault)
    {
        using var mirror = new TestMirror();
        mirror.Publish("npm", lodash);
        mirror.Update("npm");
        mirror.Publish("npm", axios, lodash with { Modified = "2026-01-20T00:00:00Z", Package = "other" });
        mirror.Behave = (path, request) => path != "osv/npm/GHSA-3.json" ? null : fault == "500" ? Response.Text(500, "") : mirror.Honest(path, request) with { Cut = 5 };
        Assert.Equal(PartChange.Failed, mirror.UpdateOne("npm", "osv/npm").Change);
        Assert.Equal(["GHSA-1"], mirror.Find("npm", "lodash"));
        mirror.Behave = null;
        Assert.Equal("2 changed, 0 removed; 3 records.", mirror.UpdateOne("npm", "osv/npm").Sentence);
    }

    [Theory]
    [InlineData("{\"id\":", "it is no JSON object after its first ")]
    [InlineData("{\"id\":\"GHSA-9\",\"modified\":\"2026-01-20T00:00:00Z\"}", "its `id` is `GHSA-9`")]
    public void A_changed_record_that_cannot_be_read_is_told_and_the_old_one_stays(string json, string problem)
    {
        using var mirror = new TestMirror();
        mirror.Publish("npm", lodash);
        mirror.Update("npm");
        mirror.Publish("npm", axios, lodash with { Modified = "2026-01-20T00:00:00Z", Package = "other" });
        mirror.Put("osv/npm/GHSA-1.json", Encoding.ASCII.GetBytes(json));
        var outcome = mirror.UpdateOne("npm", "osv/npm");
        Assert.Equal(1, outcome.Unread);
        Assert.Contains(outcome.Problems, line => line.StartsWith($"osv/npm/GHSA-1.json: {problem}", StringComparison.Ordinal));
        Assert.Equal(["GHSA-1"], mirror.Find("npm", "lodash"));
        Assert.Equal(["GHSA-3"], mirror.Find("npm", "axios"));
    }

    [Fact]
    public void An_archive_that_is_cut_is_resumed_and_one_that_is_replaced_meanwhile_is_fetched_anew()
    {
        using var mirror = new TestMirror();
        mirror.Publish("npm", lodash);
        var archive = mirror[Archive];
        var pieces = 0;
        mirror.Behave = (path, request) =>
        {
            if (path != Archive) return null;
            if (pieces++ == 1) mirror.Publish("npm", axios);
            return mirror.Honest(path, request) with { Cut = pieces <= 2 ? 100_000 : null };
        };
        Assert.Equal(PartChange.Updated, mirror.UpdateOne("npm", "osv/npm").Change);
        Assert.Equal(["GHSA-3"], mirror.Find("npm", "axios"));
        Assert.Empty(mirror.Find("npm", "lodash"));
        Assert.NotEqual(archive, mirror[Archive]);
    }

    [Fact]
    public void A_state_that_is_damaged_costs_a_download_and_no_data()
    {
        using var mirror = new TestMirror();
        mirror.Publish("npm", lodash);
        mirror.Update("npm");
        Assert.Empty(mirror.Sayings);
        foreach (var damaged in (string[])["", "{", "[]", "{\"format\":2,\"parts\":[]}", "{\"format\":1,\"parts\":[{}]}"])
        {
            File.WriteAllText(Path.Combine(mirror.Database, FeedStates.FileName), damaged);
            Assert.NotNull(FeedStates.Read(mirror.Database).Damage);
            Assert.False(mirror.Update("npm").HasFailed);
            Assert.EndsWith("; what was fetched before is not known, so all is fetched anew.", mirror.Sayings[^1], StringComparison.Ordinal);
            Assert.Null(FeedStates.Read(mirror.Database).Damage);
        }
        Assert.Equal(["GHSA-1"], mirror.Find("npm", "lodash"));
    }

    [Fact]
    public void When_nothing_can_be_had_nothing_is_claimed()
    {
        using var mirror = new TestMirror { Behave = (_, _) => Response.Text(500, "") };
        var result = mirror.Update("npm");
        Assert.True(result.HasFailed);
        Assert.False(result.HasAny);
        Assert.Empty(mirror.Find("npm", "lodash"));
    }

    private static byte[] Zip(Action<ZipArchive> fill)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true)) fill(zip);
        return bytes.ToArray();
    }

    private static void Entry(ZipArchive zip, string name, byte[] content)
    {
        using var entry = zip.CreateEntry(name).Open();
        entry.Write(content);
    }

    private static byte[] Corrupt(byte[] archive)
    {
        var bytes = archive.ToArray();
        for (var at = 1000; at < 1100; at++) bytes[at] ^= 0x55;
        return bytes;
    }

    /// <summary>One entry of 16 MiB, listed forty times: 640 MiB in an archive of some KiB.</summary>
    private static byte[] Bomb()
    {
        var bytes = Zip(zip => Entry(zip, "a.json", [.. "{\"id\":\"A\",\"modified\":\"2026-01-01T00:00:00Z\",\"details\":\""u8, .. Encoding.ASCII.GetBytes(new string('x', 16 << 20)), .. "\"}"u8]));
        return Repeat(bytes, 40);
    }

    /// <summary>An entry listed more often than any archive has entries.</summary>
    private static byte[] Crowd() => Repeat(Zip(zip => Entry(zip, "a.json", "{}"u8.ToArray())), 1_100_000);

    /// <summary>Repeats the one record of an archive's directory.</summary>
    private static byte[] Repeat(byte[] archive, int times)
    {
        var start = (int)BinaryPrimitives.ReadUInt32LittleEndian(archive.AsSpan(archive.Length - 6));
        var record = archive[start..^22];
        var end = archive[^22..];
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(8), (ushort)times);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(10), (ushort)times);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(12), (uint)(record.Length * times));
        var all = new byte[start + (record.Length * times) + end.Length];
        archive.AsSpan(0, start).CopyTo(all);
        for (var i = 0; i < times; i++) record.CopyTo(all, start + (i * record.Length));
        end.CopyTo(all, all.Length - end.Length);
        return all;
    }
}
