using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Plimsoll.Engines.Http;
using Plimsoll.Engines.Tests;
using Plimsoll.Scan.Advisories;
using Plimsoll.Scan.Advisories.Feeds;

namespace Plimsoll.Scan.Tests.Advisories.Feeds;

/// <summary>A small mirror of feeds on loopback, a database to fetch it into, and a clock. A test may answer requests itself.</summary>
internal sealed class TestMirror : IDisposable, IUpdateProgress
{
    /// <summary>Bytes that no compression makes fewer, so that an archive is worth more than a request.</summary>
    private const int Ballast = 200_000;

    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-feeds-").FullName;
    private readonly SortedDictionary<string, byte[]> files = new(StringComparer.Ordinal);
    private readonly FakeServer server;

    public TestMirror()
    {
        server = new FakeServer(request =>
        {
            var path = Uri.UnescapeDataString(request.Path[1..]);
            lock (files) return Behave?.Invoke(path, request) ?? Honest(path, request);
        });
    }

    /// <summary>Answers a request in place of the honest answer; null for that.</summary>
    public Func<string, Request, Response?>? Behave { get; set; }

    public string Database => Path.Combine(folder, "db");
    public string Host => server.Host;
    public string Address => $"http://{server.Host}";
    public DateTimeOffset Now { get; set; } = new(2026, 2, 1, 12, 0, 0, TimeSpan.Zero);
    public TransportOptions Transport { get; set; } = new() { Attempts = 2, Resumes = 3, Pause = TimeSpan.FromMilliseconds(1), Stall = TimeSpan.FromSeconds(20) };
    public List<string> Sayings { get; } = [];

    /// <summary>Paths asked for since the last call.</summary>
    public string[] Asked()
    {
        var asked = server.Requests.Select(request => Uri.UnescapeDataString(request.Path[1..])).ToArray();
        server.Requests.Clear();
        return asked;
    }

    public Response Honest(string path, Request request) => files.TryGetValue(path, out var body) ? Response.File(request, body, Version(body)) : Response.Text(404, "");

    public void Put(string path, byte[] content)
    {
        lock (files) files[path] = content;
    }

    public void Remove(string path)
    {
        lock (files) files.Remove(path);
    }

    public byte[] this[string path] => files[path];

    /// <summary>Publishes an ecosystem: archive, index, and each record by itself.</summary>
    public void Publish(string ecosystem, params TestRecord[] records)
    {
        Put($"osv/{ecosystem}/all.zip", Archive(ecosystem, records));
        Put($"osv/{ecosystem}/modified_id.csv", Encoding.ASCII.GetBytes(string.Concat(records.Append(Padding).OrderByDescending(record => record.Modified, StringComparer.Ordinal).Select(record => $"{record.Modified},{record.Id}\n"))));
        foreach (var record in records) Put($"osv/{ecosystem}/{record.Id}.json", Encoding.UTF8.GetBytes(record.Json(ecosystem)));
        lock (files) files["osv/ecosystems.txt"] = Encoding.ASCII.GetBytes(string.Concat(files.Keys.Where(path => path.EndsWith("/all.zip", StringComparison.Ordinal)).Select(path => path.Split('/')[1] + "\n")));
    }

    public static TestRecord Padding { get; } = new("PAD-1", "2020-01-01T00:00:00Z", "padding");

    public static byte[] Archive(string ecosystem, params TestRecord[] records)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var record in records) Add(record, record.Json(ecosystem));
            Add(Padding, Padding.Json(ecosystem, Convert.ToBase64String(Noise(Ballast))));

            void Add(TestRecord record, string json)
            {
                using var entry = zip.CreateEntry($"{record.Id}.json").Open();
                entry.Write(Encoding.UTF8.GetBytes(json));
            }
        }
        return bytes.ToArray();
    }

    private static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        for (var at = 0; at < length; at += SHA256.HashSizeInBytes) SHA256.HashData(BitConverter.GetBytes(at)).AsSpan(0, Math.Min(SHA256.HashSizeInBytes, length - at)).CopyTo(bytes.AsSpan(at));
        return bytes;
    }

    public UpdateRequest Request(params string[] names) => new()
    {
        Folder = Database,
        From = Address,
        Names = [.. names],
        Clock = new TestClock(this),
        Transport = Transport,
        Patience = TimeSpan.Zero,
        Variable = _ => null,
    };

    public UpdateResult Update(params string[] names) => Updater.Update(Request(names), this);

    /// <summary>The outcome of one part.</summary>
    public PartOutcome UpdateOne(string name, string part) => Assert.Single(Update(name).Parts, outcome => outcome.Name == part);

    /// <summary>Ids of what the database knows of a package.</summary>
    public string[] Find(string ecosystem, string name)
    {
        using var database = new AdvisoryDatabase(Database);
        return [.. database.Find(ecosystem, name).Select(advisory => advisory.Withdrawn is null ? advisory.Id : $"{advisory.Id} withdrawn")];
    }

    public FeedState State(string feed, string part) => FeedStates.Read(Database).Find(feed, part);

    /// <summary>The same mirror as a folder.</summary>
    public string ToFolder()
    {
        var root = Path.Combine(folder, "mirror");
        foreach (var (path, content) in files)
        {
            var at = Path.Combine(root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(at)!);
            File.WriteAllBytes(at, content);
        }
        return root;
    }

    public void Waits(string sentence) => Sayings.Add(sentence);

    public void Says(string sentence) => Sayings.Add(sentence);

    public void Planned(int parts)
    {
    }

    public void Receives(string part, long bytes, long? total)
    {
    }

    public void Ended(PartOutcome outcome)
    {
    }

    public void Dispose()
    {
        server.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static string Version(byte[] body) => $"\"{Convert.ToHexString(SHA256.HashData(body))[..16]}\"";

    private sealed class TestClock(TestMirror mirror) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => mirror.Now;
    }
}

/// <summary>One advisory on one package.</summary>
internal sealed record TestRecord(string Id, string Modified, string Package)
{
    public string? Withdrawn { get; init; }

    public string Json(string ecosystem, string details = "") => string.Create(CultureInfo.InvariantCulture,
        $$"""{"schema_version":"1.7.0","id":"{{Id}}","modified":"{{Modified}}",{{(Withdrawn is null ? "" : $"\"withdrawn\":\"{Withdrawn}\",")}}"details":"{{details}}","affected":[{"package":{"ecosystem":"{{ecosystem}}","name":"{{Package}}"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"2.0.0"}]}]}]}""");
}
