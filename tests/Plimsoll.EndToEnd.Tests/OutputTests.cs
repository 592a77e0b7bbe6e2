namespace Plimsoll.EndToEnd.Tests;

/// <summary>What a script relies on: exit codes, outputs that compare, pipes without decoration.</summary>
public sealed class OutputTests(RealImages images)
{
    private const string Now = "2026-03-01T12:00:00Z";

    public static TheoryData<string> Formats => ["table", "json", "cyclonedx", "spdx", "purls", "markdown", "html", "sarif", "junit", "gitlab", "github"];

    [Theory, MemberData(nameof(Formats))]
    public void The_same_time_gives_the_same_bytes(string format)
    {
        string[] arguments = ["scan", images.Target("debian-node-app", "oci"), "--format", format, "--now", Now];
        var once = Run.Plimsoll(arguments).Expect(0).Out;
        Assert.NotEqual("", once);
        Assert.Equal(once, Run.Plimsoll(arguments).Expect(0).Out);
    }

    [Fact]
    public void The_time_comes_from_now_and_else_from_SOURCE_DATE_EPOCH()
    {
        string[] arguments = ["scan", images.Target("debian-base", "rootfs"), "--format", "cyclonedx"];
        var now = Run.Plimsoll([.. arguments, "--now", Now]).Expect(0).Out;
        Assert.Contains(Now, now, StringComparison.Ordinal);
        var epoch = new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = DateTimeOffset.Parse(Now).ToUnixTimeSeconds().ToString() };
        Assert.Equal(now, Run.Program(Run.Cli, arguments, epoch).Expect(0).Out);
        Assert.NotEqual(now, Run.Plimsoll([.. arguments, "--now", "2026-03-02T12:00:00Z"]).Expect(0).Out);
    }

    [Fact]
    public void Several_outputs_at_once_are_those_of_each_alone()
    {
        var folder = Directory.CreateTempSubdirectory("plimsoll-outputs-");
        try
        {
            var target = images.Target("debian-node-app", "docker.tar");
            string File(string format) => Path.Combine(folder.FullName, format);
            Run.Plimsoll(["scan", target, "--now", Now, .. Formats.Select(row => row.Data).SelectMany(format => new[] { "--output", $"{format}={File(format)}" })]).Expect(0);
            foreach (var format in Formats.Select(row => row.Data))
                Assert.Equal(Run.Plimsoll("scan", target, "--now", Now, "--format", format).Expect(0).Out, System.IO.File.ReadAllText(File(format)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void What_a_link_leads_to_is_written_and_the_link_stays()
    {
        var folder = Directory.CreateTempSubdirectory("plimsoll-links-");
        try
        {
            var (file, link) = (Path.Combine(folder.FullName, "file"), Path.Combine(folder.FullName, "link"));
            File.WriteAllText(file, new string('x', 1_000_000));
            File.CreateSymbolicLink(link, file);
            Run.Plimsoll("scan", images.Target("debian-base", "rootfs"), "--output", $"purls={link}").Expect(0);
            Assert.Equal(file, new FileInfo(link).LinkTarget);
            Assert.Equal(Run.Plimsoll("scan", images.Target("debian-base", "rootfs"), "--format", "purls").Expect(0).Out, File.ReadAllText(file));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("cyclonedx")]
    [InlineData("spdx")]
    public void The_bill_of_an_image_is_scanned_to_the_same_packages(string format)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("plimsoll-bill-").FullName, "bill.json");
        try
        {
            var target = images.Target("debian-node-app", "oci");
            Run.Plimsoll("sbom", target, "--output", $"{format}={file}").Expect(0);
            Assert.Equal(Run.Plimsoll("scan", target, "--format", "purls").Expect(0).Out, Run.Plimsoll("scan", file, "--format", "purls").Expect(0).Out);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }

    [Fact]
    public void The_sbom_command_writes_the_CycloneDX_of_scan()
    {
        var target = images.Target("debian-nginx", "oci");
        Assert.Equal(
            Run.Plimsoll("scan", target, "--format", "cyclonedx", "--now", Now).Expect(0).Out,
            Run.Plimsoll("sbom", target, "--now", Now).Expect(0).Out);
    }

    [Theory, MemberData(nameof(Formats))]
    public void A_pipe_gets_no_escape_sequences_and_stderr_no_progress(string format)
    {
        var ended = Run.Plimsoll("scan", images.Target("debian-nginx", "docker.tar"), "--format", format).Expect(0);
        Assert.DoesNotContain('\u001b', ended.All);
        Assert.DoesNotContain('\r', ended.All);
        Assert.Equal("", ended.Err);
    }

    [Fact]
    public void A_terminal_gets_colours_unless_NO_COLOR_is_set()
    {
        if (!Run.Has("script")) Assert.Skip("script (bsdutils), which makes a terminal, is not installed");
        var environment = new Dictionary<string, string> { ["TERM"] = "xterm-256color", ["NO_COLOR"] = "" };
        string Terminal() => Run.Program("script", ["-qec", $"{Run.Cli} scan {images.Target("debian-base", "rootfs")} --no-vulnerabilities 2>/dev/null", "/dev/null"], environment).Expect(0).Out;
        var coloured = Terminal();
        environment["NO_COLOR"] = "1";
        var plain = Terminal();
        Assert.Contains("\u001b[", coloured, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', plain);
        Assert.NotEqual("", plain);
    }

    [Fact]
    public void The_table_fits_80_columns() =>
        Assert.All(
            new[] { "debian-base", "debian-nginx", "debian-postgres", "debian-node-app" },
            image => Assert.All(Run.Plimsoll("scan", images.Target(image, "oci")).Expect(0).Lines, line => Assert.InRange(line.Length, 0, 80)));

    [Theory, InlineData("json"), InlineData("cyclonedx"), InlineData("table")]
    public void A_reader_that_leaves_early_is_success(string format)
    {
        var ended = Run.Shell("{ \"$1\" scan \"$2\" --no-vulnerabilities --details --format \"$3\"; echo $? >&2; } | head -c 1", Run.Cli, images.Target("debian-node-app", "rootfs"), format).Expect(0);
        Assert.Equal("0\n", ended.Err);
    }

    [Theory, InlineData("scan --format c", "cyclonedx"), InlineData("sc", "scan"), InlineData("scan --only language/n", "language/npm")]
    public void Bash_completes_by_the_script(string typed, string completed) => Assert.Equal(
        $"{completed}\n",
        Run.Shell("source <(\"$1\" completion bash); COMP_WORDS=(\"$1\" $2); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_LINE=\"plimsoll $2\"; COMP_POINT=${#COMP_LINE}; _plimsoll; echo \"${COMPREPLY[*]}\"", Run.Cli, typed).Expect(0).Out);

    [Theory, InlineData("json"), InlineData("purls"), InlineData("table")]
    public void A_full_disk_is_a_sentence_and_no_crash(string format)
    {
        var ended = Run.Shell("\"$1\" scan \"$2\" --no-vulnerabilities --format \"$3\" >/dev/full", Run.Cli, images.Target("debian-base", "rootfs"), format).Expect(2);
        Assert.Equal("plimsoll: standard output cannot be written: No space left on device.", ended.Err.Split('\n')[0]);
        Assert.DoesNotContain("   at Plimsoll", ended.Err, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("scan", "/nonexistent/image.tar")]
    [InlineData("scan", "archive:/nonexistent.tar")]
    [InlineData("scan", "archive:/etc/passwd")]
    [InlineData("scan", "oci:/etc")]
    [InlineData("scan")]
    [InlineData("scan", "rootfs:/etc", "--format", "nonsense")]
    [InlineData("scan", "rootfs:/etc", "--now", "yesterday")]
    [InlineData("scan", "rootfs:/etc", "--only", "no/such-cataloger")]
    [InlineData("scan", "rootfs:/etc", "--no-such-option")]
    [InlineData("no-such-command")]
    public void What_cannot_run_is_exit_code_2_with_a_word_on_stderr_and_none_on_stdout(params string[] arguments)
    {
        var ended = Run.Plimsoll(arguments).Expect(2);
        Assert.NotEqual("", ended.Err);
        Assert.DoesNotContain("   at Plimsoll", ended.Err, StringComparison.Ordinal);
        Assert.Equal("", ended.Out);
    }

    [Theory, InlineData("purls"), InlineData("cyclonedx")]
    public void An_incomplete_answer_for_programs_says_why_on_stderr(string format)
    {
        var path = Path.GetTempPath() + Path.GetRandomFileName();
        try
        {
            Run.Shell("head -c 100000000 \"$1\" > \"$2\"", Path.Combine(images.Folder, "debian-nginx/docker.tar"), path).Expect(0);
            var ended = Run.Plimsoll("scan", $"archive:{path}", "--format", format).Expect(3);
            Assert.Contains("100,000,000", ended.Err, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_damaged_package_database_is_exit_code_3_and_named()
    {
        var root = Directory.CreateTempSubdirectory("plimsoll-root-");
        try
        {
            Run.Shell("mkdir -p \"$2/var/lib\" \"$2/etc\" && cp -r \"$1/var/lib/dpkg\" \"$2/var/lib/\" && cp \"$1/etc/os-release\" \"$2/etc/\"", images.Rootfs("debian-nginx"), root.FullName).Expect(0);
            var all = Run.Plimsoll("scan", $"rootfs:{root.FullName}", "--format", "purls").Expect(0).Lines;
            Run.Shell("sed -i '/^Package: nginx$/,/^$/s/^Version: .*/Vers\\x01ion 1.22/' \"$1/var/lib/dpkg/status\"", root.FullName).Expect(0);
            var purls = Path.Combine(root.FullName, "purls");
            var ended = Run.Plimsoll("scan", $"rootfs:{root.FullName}", "--output", $"purls={purls}").Expect(3);
            Assert.Contains("/var/lib/dpkg/status", ended.Out, StringComparison.Ordinal);
            Assert.Equal(all.Length - 1, File.ReadAllLines(purls).Length);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }
}
