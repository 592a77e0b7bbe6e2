using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Guard.SecLang.Releases;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.SecLang.Releases;

/// <summary>A release is put in a folder when it is verified and understood, and otherwise nothing changes.</summary>
public sealed class RuleUpdateTests : IDisposable
{
    private const string rule = "SecAction \"id:7,phase:1,pass\"\nSecComponentSignature \"OWASP_CRS/9.9\"\n";
    private readonly string root = Directory.CreateTempSubdirectory("plimsoll-release-").FullName;

    private string Folder => Path.Combine(root, "rules");

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task A_release_is_fetched_compared_and_put_in_place()
    {
        var archive = Archive(("crs-9.9/rules/A.conf", rule), ("crs-9.9/crs-setup.conf.example", "SecAction \"id:8,phase:1,pass\"\n"));
        using var server = Serving(archive);
        Directory.CreateDirectory(Path.Combine(Folder, "rules"));
        File.WriteAllText(Path.Combine(Folder, "crs-setup.conf"), "SecAction \"id:9,phase:1,pass\"\n");
        File.WriteAllText(Path.Combine(Folder, "rules/OLD.conf"), "SecAction \"id:10,phase:1,pass\"\n");

        var said = await Update($"http://{server.Address}/crs.tar.gz", Sum(archive));

        Assert.Equal($"verified  SHA-256 {Sum(archive)}, as given\nkept      crs-setup.conf\nin force  OWASP_CRS/9.9, 2 rules in {Folder}", said);
        Assert.False(File.Exists(Path.Combine(Folder, "rules/OLD.conf")));
        Assert.Equal([Folder], Directory.GetFileSystemEntries(root));
    }

    [Fact]
    public async Task An_archive_or_folder_of_this_machine_is_taken()
    {
        var file = Path.Combine(root, "crs.tar.gz");
        File.WriteAllBytes(file, Archive(("crs/rules/A.conf", rule)));
        Assert.StartsWith("verified  nothing: an archive of this machine, SHA-256 ", await Update(file), StringComparison.Ordinal);
        Assert.Equal($"verified  a folder of this machine, taken as it is\nin force  OWASP_CRS/9.9, 1 rules in {Folder}", await Update(Folder));
    }

    public static TheoryData<string, string> Faults() => new()
    {
        { "unvouched", "Nobody vouches for " },
        { "sum", "not 00" },
        { "absent", " is not there." },
        { "failing", " answers 500." },
        { "cut", "cannot be fetched" },
        { "upwards", "`crs/../../evil.conf` leads out of it" },
        { "absolute", "`/etc/evil.conf` leads out of it" },
        { "link", "`crs/rules/l.conf` is neither a file nor a folder" },
        { "text", "it is no tar, or is cut off" },
        { "short", "it is no tar, or is cut off" },
        { "empty", "it has no files" },
        { "unknown", "rules/A.conf:1: `SecNothing` with 1 words is not known here" },
        { "pattern", "rules/A.conf:1: `(` is no pattern" },
        { "plain", "is no address with https://" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_is_wrong_changes_nothing(string fault, string sentence)
    {
        var archive = fault switch
        {
            "upwards" => Archive(("crs/rules/A.conf", rule), ("crs/../../evil.conf", rule)),
            "absolute" => Archive(("/etc/evil.conf", rule)),
            "link" => Archive(("crs/rules/A.conf", rule), ("crs/rules/l.conf", null)),
            "text" => Encoding.ASCII.GetBytes(new string('x', 2_000)),
            "short" => Archive(("crs/rules/A.conf", rule + new string('#', 5_000)))[..60],
            "empty" => Archive(),
            "unknown" => Archive(("crs/rules/A.conf", "SecNothing x\n")),
            "pattern" => Archive(("crs/rules/A.conf", "SecRule ARGS \"@rx (\" \"id:1\"\n")),
            _ => Archive(("crs/rules/A.conf", rule)),
        };
        using var server = Serving(archive, fault);
        Directory.CreateDirectory(Path.Combine(Folder, "rules"));
        File.WriteAllText(Path.Combine(Folder, "rules/OLD.conf"), rule);
        var sum = fault switch { "unvouched" => null, "sum" => new string('0', 64), _ => Sum(archive) };

        var thrown = await Assert.ThrowsAsync<PlimsollException>(() => Update(fault == "plain" ? "http://192.0.2.1/crs.tar.gz" : $"http://{server.Address}/crs.tar.gz", sum));

        Assert.Contains(sentence, thrown.Message, StringComparison.Ordinal);
        Assert.Equal(rule, File.ReadAllText(Path.Combine(Folder, "rules/OLD.conf")));
        Assert.Equal([Folder], Directory.GetFileSystemEntries(root));
        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(root)!, "evil.conf")));
    }

    [Fact]
    public async Task A_folder_of_other_things_is_not_replaced()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, "letter.txt"), "Dear");
        var file = Path.Combine(root, "crs.tar.gz");
        File.WriteAllBytes(file, Archive(("crs/rules/A.conf", rule)));
        var thrown = await Assert.ThrowsAsync<PlimsollException>(() => Update(file));
        Assert.Equal($"`{Folder}` has something other than rules.", thrown.Message);
    }

    [Fact]
    public async Task A_signature_is_verified_by_gpg()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/gpg"), "gpg is not installed");
        var home = Directory.CreateTempSubdirectory("plimsoll-gpg-");
        var before = Environment.GetEnvironmentVariable("GNUPGHOME");
        Environment.SetEnvironmentVariable("GNUPGHOME", home.FullName);
        try
        {
            Gpg("--passphrase", "", "--quick-gen-key", "a@test", "ed25519", "sign", "never");
            Gpg("--passphrase", "", "--quick-gen-key", "b@test", "ed25519", "sign", "never");
            var keys = Gpg("--with-colons", "--list-keys").Split('\n').Where(line => line.StartsWith("fpr:", StringComparison.Ordinal)).Select(line => line.Split(':')[9]).ToList();
            var file = Path.Combine(root, "crs.tar.gz");
            File.WriteAllBytes(file, Archive(("crs/rules/A.conf", rule)));
            Gpg("--armor", "--local-user", "a@test", "--detach-sign", file);

            Assert.StartsWith($"verified  signature by the key {keys[0]}\n", await Update(file, key: keys[0]), StringComparison.Ordinal);
            var other = await Assert.ThrowsAsync<PlimsollException>(() => Update(file, key: keys[1]));
            Assert.Contains("is not a good one by the key", other.Message, StringComparison.Ordinal);
            File.WriteAllBytes(file, Archive(("crs/rules/A.conf", rule + "#\n")));
            var changed = await Assert.ThrowsAsync<PlimsollException>(() => Update(file, key: keys[0]));
            Assert.Contains("is not a good one by the key", changed.Message, StringComparison.Ordinal);
        }
        finally
        {
            Run("gpgconf", "--kill", "all");
            Environment.SetEnvironmentVariable("GNUPGHOME", before);
            home.Delete(recursive: true);
        }
    }

    private Task<string> Update(string from, string? sum = null, string key = RuleUpdateRequest.CoreRuleSetKey) =>
        RuleUpdate.RunAsync(new() { Folder = Folder, From = from, Sha256 = sum, Key = key }, TestContext.Current.CancellationToken);

    private static string Sum(byte[] archive) => Convert.ToHexStringLower(SHA256.HashData(archive));

    /// <summary>A tar.gz; a file without content is a link.</summary>
    private static byte[] Archive(params (string Name, string? Content)[] files)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        {
            foreach (var (name, content) in files)
            {
                if (content is null) tar.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, name) { LinkName = "/etc/passwd" });
                else tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
            }
        }
        return bytes.ToArray();
    }

    private static RawServer Serving(byte[] archive, string fault = "") => new(async peer =>
    {
        while (await peer.ReadHeadAsync() is { } head)
        {
            var isSignature = head.Split(' ')[1].EndsWith(".asc", StringComparison.Ordinal);
            var body = Encoding.Latin1.GetString(archive);
            await peer.SendAsync((isSignature || fault == "absent", fault) switch
            {
                (true, _) => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
                (_, "failing") => "HTTP/1.1 500 Failed\r\nContent-Length: 0\r\n\r\n",
                (_, "cut") => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length + 10}\r\nConnection: close\r\n\r\n{body}",
                _ => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}",
            });
            if (fault == "cut") return;
        }
    });

    private static string Gpg(params string[] arguments) => Run("gpg", ["--batch", "--yes", .. arguments]);

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return said;
    }
}
