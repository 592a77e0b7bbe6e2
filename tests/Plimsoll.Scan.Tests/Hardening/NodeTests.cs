using CsCheck;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening.Effective;
using Plimsoll.Scan.Hardening.Grammars;

namespace Plimsoll.Scan.Tests.Hardening;

public sealed class NodeTests
{
    private const string Manifest = """{"name":"shop","version":"1.2.0","scripts":{"start":"node --inspect server.js"},"devDependencies":{"jest":"29"}}""";

    /// <summary>What the official image starts with: its entrypoint puts node before options and scripts.</summary>
    private const string Entrypoint = """
        #!/bin/sh
        set -e
        if [ "${1#-}" != "${1}" ] || [ -z "$(command -v "${1}")" ] || { [ -f "${1}" ] && ! [ -x "${1}" ]; }; then
          set -- node "$@"
        fi
        exec "$@"

        """;

    [Fact]
    public void A_hardened_application_follows_every_rule()
    {
        var result = Scan(["/usr/local/bin/node", "--disable-proto=delete", "/app/server.js"], ["NODE_VERSION=22.11.0", "NODE_ENV=production"], ("/app/package.json", Manifest));
        Assert.Empty(result.Hardening!.Findings.Where(finding => finding.Application == "node").Select(finding => $"{finding.Rule.Id} {finding.Answer} {finding.Needs}"));
        Assert.Equal(12, result.Hardening.Followed.Count(rule => rule.StartsWith("node/", StringComparison.Ordinal)));
        Assert.Equal("22.11.0", result.Of("node").Version);
        Assert.DoesNotContain(result.Hardening.Notes, note => note.Contains("There are no rules", StringComparison.Ordinal));
    }

    [Fact]
    public void Options_stand_in_the_order_in_which_they_count()
    {
        var result = Scan(["/usr/local/bin/node", "--inspect=127.0.0.1:1", "--no-insecure_http_parser", "-r", "./x.js", "/app/server.js", "--inspect=0.0.0.0"], ["NODE_OPTIONS=--insecure-http-parser \"--title=a b\"", "NODE_ENV=production"]);
        Assert.Equal("""
            --insecure-http-parser true | ENV NODE_OPTIONS
            --title a b | ENV NODE_OPTIONS
            --inspect 127.0.0.1:1 | argument --inspect
            --insecure-http-parser false | argument --no-insecure-http-parser
            -r ./x.js | argument -r
            NODE_ENV production | ENV NODE_ENV

            """, HardenedImage.Text(result.Of("node").Settings, origins: true));
    }

    [Fact]
    public void A_script_of_a_package_is_followed_to_the_options_of_node()
    {
        var result = HardenedImage.Scan(["/usr/bin/npm", "--prefix", "/app", "start"], [], ("/app/package.json", Manifest), ("/app/server.js", "x"), ("/usr/bin/npm", "#!/usr/bin/env node\n"));
        var settings = HardenedImage.Text(result.Of("node").Settings);
        Assert.Contains("--inspect true\n", settings, StringComparison.Ordinal);
        Assert.Contains("started-by npm\n", settings, StringComparison.Ordinal);
    }

    [Fact]
    public void The_official_entrypoint_is_followed()
    {
        var result = HardenedImage.Scan(["/usr/local/bin/docker-entrypoint.sh", "--inspect=0.0.0.0:9229", "/app/server.js"], ["NODE_VERSION=22.11.0", "PATH=/usr/local/bin:/usr/bin"], ("/usr/local/bin/docker-entrypoint.sh", Entrypoint), ("/usr/local/bin/node", "\u007fELF"), ("/app/server.js", "x"));
        Assert.Contains(result.Hardening!.Findings, finding => finding.Rule.Id == "node/inspector-address" && finding.Answer == HardeningAnswer.DoesNotFollow);
    }

    [Fact]
    public void What_only_the_container_knows_is_not_known()
    {
        var result = Scan(["/bin/sh", "-c", "exec node $(flags) /app/server.js"], ["PATH=/usr/local/bin", "NODE_ENV=production"], ("/usr/local/bin/node", "\u007fELF"), ("/bin/sh", "\u007fELF"));
        Assert.Contains(result.Hardening!.Findings, finding => finding.Rule.Id == "node/inspector" && finding.Answer == HardeningAnswer.CannotKnow);
        Assert.Contains(Scan(["/usr/local/bin/node", "--env-file=/run/app.env", "/app/server.js"], []).Hardening!.Findings, finding => finding.Rule.Id == "node/production" && finding.Needs == "the file /run/app.env, which the image does not hold");
    }

    [Fact]
    public void The_version_is_that_of_the_headers_when_the_environment_does_not_say_it() =>
        Assert.Equal("20.20.2", Scan(["/usr/local/bin/node", "/app/server.js"], [], ("/usr/include/node/node_version.h", "#define NODE_MAJOR_VERSION 20\n#define NODE_MINOR_VERSION 20\n#define NODE_PATCH_VERSION 2\n")).Of("node").Version);

    [Fact]
    public void Any_text_is_read() => Gen.String[Gen.Char["ab=\"'`\\ \n\t#-_"], 0, 120].Sample(text =>
    {
        Assert.All(EnvFileGrammar.Parse(text, new Location("/x")).Settings, setting => Assert.InRange(setting.Origin.File!.Value.Line!.Value, 1, text.Count(c => c == '\n') + 1));
        Assert.All(NodeOptions.Of(text), option => Assert.StartsWith("-", option.Key, StringComparison.Ordinal));
    }, iter: Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 } ? 200_000 : 5_000);

    private static ScanResult Scan(string[] command, string[] environment, params (string Path, string Text)[] files) => HardenedImage.Scan(command, environment, [.. files, ("/app/server.js", "x")]);
}
