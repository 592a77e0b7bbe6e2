using System.Globalization;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Effective;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Hardening.Rules;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>The tree in force against `sshd -T`, for connections that blocks are for, too.</summary>
public sealed class OpenSshOracleTests
{
    private const string Version = "9.2p1";

    [Fact]
    public void What_is_in_force_is_what_sshd_says()
    {
        for (var seed = 0; seed < (Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 } ? 400 : 30); seed++)
        {
            var made = GeneratedSshd.Of(seed);
            using var server = new SshdServer();
            server.Write(made.Files);
            var result = Scan(made.Arguments, made.Files);
            Assert.Empty(result.Problems.Select(problem => $"seed {seed}: {problem.Where}: {problem.Message}"));
            var judged = new Judged(new OpenSsh(), result.Of("openssh"));
            Assert.Equal(Version, judged.Configuration.Version);
            foreach (var scope in judged.Scopes.DistinctBy(Connection))
            {
                var (said, errors) = server.Ask(made.Arguments, Connection(scope));
                Assert.True(said is not null, $"seed {seed}: {errors}");
                foreach (var (key, _) in GeneratedSshd.Anywhere.Concat(scope.Parent is null ? GeneratedSshd.Outside : [])) Same($"seed {seed}, {Connection(scope)}", key, said, judged, scope);
            }
        }
    }

    [Fact]
    public void Defaults_are_those_of_the_server()
    {
        using var server = new SshdServer();
        server.Write([("/etc/ssh/sshd_config", "")]);
        var (said, errors) = server.Ask([]);
        Assert.True(said is not null, errors);
        var ssh = new OpenSsh();
        var known = said.Select(line => line.Key).Where(key => ssh.Default(key, Version) is not null).ToList();
        Assert.True(known.Count >= 45);
        foreach (var key in known)
            // Debian has added the name that later releases have for the first of the key exchanges.
            Assert.Equal((key, string.Join(' ', said[key]).Replace("sntrup761x25519-sha512,", "", StringComparison.Ordinal)), (key, Canonical(key, ssh.Default(key, Version)!.Value)));
    }

    [Fact]
    public void Debians_own_configuration_is_what_sshd_says()
    {
        using var server = new SshdServer();
        var files = new[] { ("/etc/ssh/sshd_config", File.ReadAllText("/etc/ssh/sshd_config")) };
        server.Write(files);
        var (said, errors) = server.Ask([]);
        Assert.True(said is not null, errors);
        var result = Scan([], files);
        Assert.Empty(result.Problems);
        var judged = new Judged(new OpenSsh(), result.Of("openssh"));
        foreach (var key in said.Select(line => line.Key).Where(key => judged.Value(judged.Root, key) is not null && key is not ("hostkey" or "subsystem" or "kexalgorithms"))) Same("Debian", key, said, judged, judged.Root);
    }

    [Theory]
    [InlineData("Port")]
    [InlineData("Port \"22")]
    [InlineData("\"Port 22")]
    [InlineData("Banner 'a b")]
    [InlineData("Banner # x")]
    [InlineData("PermitTTY = yes")]
    [InlineData("PermitTTY=yes")]
    [InlineData("  PermitTTY yes # why\f")]
    [InlineData("Banner a\\ b")]
    [InlineData("Banner \"a\"b'c d'")]
    [InlineData("#PermitTTY")]
    public void Refuses_what_sshd_cannot_read(string text)
    {
        using var server = new SshdServer();
        server.Write([("/etc/ssh/sshd_config", text + "\n")]);
        Assert.Equal(server.Ask([]).Said is null, SshdGrammar.Parse(text + "\n", new Location("/x")).Error is not null);
    }

    [Fact]
    public void Every_example_of_a_rule_is_one_that_sshd_takes()
    {
        var taken = 0;
        foreach (var rule in RuleBook.Open([]).Of("openssh"))
            foreach (var example in rule.Good.Concat(rule.Bad))
            {
                using var server = new SshdServer();
                server.Write(example.Files.Where(file => file.Path.StartsWith("/etc/ssh/", StringComparison.Ordinal)));
                var (said, errors) = server.Ask([], $"user=root,addr=10.0.0.1");
                Assert.True(said is not null, $"{rule.File}:{example.Line}: {errors}");
                taken++;
            }
        Assert.True(taken > 90, $"only {taken} were taken");
    }

    private static ScanResult Scan(IEnumerable<string> arguments, IEnumerable<(string, string)> files) => HardenedImage.Scan(["/usr/sbin/sshd", .. arguments], [], [.. files, .. OpenSshTests.Package]);

    /// <summary>A connection that this block and those around it are for, and no other that names a user or address.</summary>
    private static string Connection(Scope scope)
    {
        var (user, address) = ("nobody", "192.0.2.1");
        foreach (var block in scope.Outwards.Select(at => at.Block))
            if (block.Arguments is ["User", var name]) user = name;
            else if (block.Arguments is ["Address", var range]) address = range.Replace("0.0/16", "0.1", StringComparison.Ordinal);
        return $"user={user},addr={address}";
    }

    private static void Same(string what, string key, ILookup<string, string> said, Judged judged, Scope scope)
    {
        var ours = key.ToUpperInvariant() is "ACCEPTENV" or "ALLOWUSERS" or "PORT" ? string.Join(' ', judged.Application.Find(scope, key).Settings.SelectMany(setting => setting.Arguments)) : null;
        ours = string.IsNullOrEmpty(ours) ? judged.Value(scope, key)?.Value ?? "" : ours;
        Assert.Equal((what, key, string.Join(' ', said[key])), (what, key, Canonical(key, ours)));
    }

    /// <summary>Values as sshd tells them: seconds, and the words that it keeps.</summary>
    private static string Canonical(string key, string value) => key.ToUpperInvariant() switch
    {
        "CLIENTALIVEINTERVAL" or "LOGINGRACETIME" => Quantities.Seconds(value)!.Value.ToString("0", CultureInfo.InvariantCulture),
        "PERMITROOTLOGIN" when value == "prohibit-password" => "without-password",
        _ => value,
    };
}
