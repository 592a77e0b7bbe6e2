using System.Globalization;
using System.Text;
using System.Text.Json;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Deployments;
using Plimsoll.Scan.Tests.Catalogers;

namespace Plimsoll.Scan.Tests.Hardening;

public sealed class ComposeTests
{
    [Fact]
    public void A_mounted_file_command_environment_and_user_are_those_in_force()
    {
        using var deployed = DeployedImage.Nginx()
            .Write(".env", "PORT=8081\nCONF='site.conf'\n")
            .Write("conf/site.conf", "server { listen 8081; server_tokens on; }\n")
            .Write("compose.yaml", """
                x-base: &base
                  user: "101"
                services:
                  db: { image: postgres }
                  web:
                    <<: *base
                    image: example:latest
                    command: ["/usr/sbin/nginx", "-g", "daemon off; pid /run/${CONF}.pid;"]
                    entrypoint: []
                    environment: { MODE: "${MODE:-deployed}" }
                    volumes:
                      - ./conf/${CONF:?none}:/etc/nginx/conf.d/default.conf:ro
                    ports: ["${PORT}:8081"]
                """);
        var result = deployed.Compose();
        Assert.Empty(result.Problems);
        Assert.Contains("pid /run/site.conf.pid", HardenedImage.Text(result.Of("nginx").Settings), StringComparison.Ordinal);
        Assert.Contains("listen 8081", HardenedImage.Text(result.Of("nginx").Settings), StringComparison.Ordinal);
        var image = HardenedImage.Text(result.Of("image").Settings, origins: true);
        Assert.Contains("user 101 | user of the deployment", image, StringComparison.Ordinal);
        Assert.Contains("env MODE deployed | ENV MODE", image, StringComparison.Ordinal);
        Assert.Contains("deployment web | compose.yaml:6", image, StringComparison.Ordinal);
        var tokens = Assert.Single(result.Hardening!.Findings, finding => finding.Rule.Id == "nginx/server-tokens");
        Assert.Equal("/etc/nginx/conf.d/default.conf:1", tokens.Place.ToString());
        Assert.Equal("/etc/nginx/conf.d/default.conf comes from ./conf/site.conf.", tokens.Detail);
        Assert.Equal((HardeningSeverity.Low, HardeningSeverity.Medium), (tokens.Rule.Severity, tokens.Rank));
        Assert.Equal(new Exposure(Reach.Published, "The service web publishes port 8081 of the host."), result.Hardening.Exposure);
    }

    [Fact]
    public void What_is_mounted_and_not_given_cannot_be_known()
    {
        using var deployed = DeployedImage.Nginx().Write("compose.yaml", """
            services:
              web:
                image: example
                volumes: ["/srv/nginx.conf:/etc/nginx/nginx.conf"]
            """);
        var result = deployed.Compose();
        Assert.Equal("daemon off\n? include /etc/nginx/nginx.conf needs the file /etc/nginx/nginx.conf, which is mounted from /srv/nginx.conf of the host\n", HardenedImage.Text(result.Of("nginx").Settings));
        Assert.DoesNotContain(result.Hardening!.Followed, rule => rule == "nginx/server-tokens");
        Assert.Equal(Reach.Nobody, result.Hardening.Exposure!.Reach);
    }

    [Theory]
    [InlineData("volumes: [\"data:/etc/nginx/conf.d\"]", "the folder /etc/nginx/conf.d, which lies in the volume data, which keeps what containers wrote")]
    [InlineData("secrets: [{ source: s, target: /etc/nginx/nginx.conf }]", "the file /etc/nginx/nginx.conf, which is the secret s, which is not read")]
    [InlineData("configs: [{ source: c, target: /etc/nginx/nginx.conf }]", "the file /etc/nginx/nginx.conf, which is the config c, whose content the description does not give")]
    [InlineData("volumes: [\"./no.conf:/etc/nginx/nginx.conf\"]", "the file /etc/nginx/nginx.conf, which is mounted from ./no.conf, which is not beside the description")]
    [InlineData("volumes: [\"../../../../etc/hostname:/etc/nginx/nginx.conf\"]", "the file /etc/nginx/nginx.conf, which is mounted from ../../../../etc/hostname, which lies outside of the description's folder and is not read")]
    [InlineData("volumes: [\"./link:/etc/nginx/nginx.conf\"]", "the file /etc/nginx/nginx.conf, which is mounted from ./link, which lies outside of the description's folder and is not read")]
    [InlineData("command: [\"/usr/sbin/nginx\", \"-g\", \"user $WHO;\"]\n    entrypoint: []", "the value of `user $WHO;` when the container starts")]
    public void What_would_be_needed_is_told(string line, string needs)
    {
        using var deployed = DeployedImage.Nginx().Write("compose.yaml", $"services:\n  web:\n    image: example\n    {line}\n");
        File.CreateSymbolicLink(deployed.Folder + "/link", "/etc/hostname");
        Assert.Contains($"needs {needs}\n", HardenedImage.Text(deployed.Compose().Of("nginx").Settings), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_are_laid_over_one_another_and_services_extended()
    {
        using var deployed = DeployedImage.Nginx()
            .Write("common.yaml", "services:\n  base:\n    image: example\n    cap_drop: [ALL]\n    environment: [A=1, B=1]\n    configs: [{ source: site, target: /etc/nginx/conf.d/default.conf }]\n")
            .Write("a.yaml", "services:\n  web:\n    extends: { file: common.yaml, service: base }\n    environment: { B: 2 }\n    ports: [\"127.0.0.1:80:80\"]\nconfigs:\n  site: { content: \"server { listen 90; }\" }\n")
            .Write("b.yaml", "services:\n  web:\n    environment: { C: 3 }\n    read_only: true\n");
        var result = deployed.Compose(null, "a.yaml", "b.yaml");
        var image = HardenedImage.Text(result.Of("image").Settings);
        Assert.All(["env A 1\n", "env B 2\n", "env C 3\n", "capability-drop ALL\n", "read-only-root yes\n"], line => Assert.Contains(line, image, StringComparison.Ordinal));
        Assert.Contains("listen 90", HardenedImage.Text(result.Of("nginx").Settings), StringComparison.Ordinal);
        Assert.Equal(new Exposure(Reach.Inside, "The service web publishes port 80 to the host alone."), result.Hardening!.Exposure);
    }

    [Theory]
    [InlineData("services: { a: { image: x }, b: { image: y } }", null, "it has service a (compose.yaml:1), service b (compose.yaml:1).")]
    [InlineData("services: { a: { image: example }, b: { image: \"example:latest\" } }", null, "The image is that of service a (compose.yaml:1), service b (compose.yaml:1).")]
    [InlineData("services: { a: { image: x } }", "c", "There is no `c` in the description, which has service a (compose.yaml:1).")]
    [InlineData("services: { a: { extends: b }, b: { extends: a } }", null, "the service `a` extends itself")]
    [InlineData("services: { a: { extends: c } }", null, "there is no service `c` to extend")]
    [InlineData("a: 1", null, "it has no `services`")]
    [InlineData("services: { a: { environment: !reset [] } }", null, "the tag `!reset` is not understood")]
    [InlineData("a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]", null, "its aliases unfold to more than 1,000,000 values")]
    [InlineData("a: &a { b: *a }", null, "there is no anchor `a` before this line")]
    public void What_cannot_be_used_is_told(string text, string? service, string sentence)
    {
        using var deployed = DeployedImage.Nginx().Write("compose.yaml", text);
        Assert.Contains(sentence, Assert.Throws<PlimsollException>(() => deployed.Compose(service)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        using var deployed = DeployedImage.Nginx().Write("compose.yaml", new string('[', 5000));
        Assert.Contains("it is nested deeper than 64", Assert.Throws<PlimsollException>(() => deployed.Compose()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"8080:80\"", Reach.Published)]
    [InlineData("80", Reach.Published)]
    [InlineData("\"127.0.0.1:8080:80\"", Reach.Inside)]
    [InlineData("\"[::1]:8080:80\"", Reach.Inside)]
    [InlineData("{ target: 80, published: 80, host_ip: 127.0.0.1 }", Reach.Inside)]
    [InlineData("{ target: 80, published: \"80\" }", Reach.Published)]
    public void Ports_say_who_can_reach_it(string port, Reach reach)
    {
        using var deployed = DeployedImage.Nginx().Write("compose.yaml", $"services: {{ web: {{ image: example, ports: [{port}] }} }}");
        Assert.Equal(reach, deployed.Compose().Hardening!.Exposure!.Reach);
    }

    [Theory]
    [InlineData("${ONE:+set}|${EMPTY:+set}|${NO+set}", "set||")]
    [InlineData("${EMPTY+set}", "set")]
    [InlineData("${NO:-${ONE}-${NO2-x}}", "1-x")]
    [InlineData("$", "$")]
    [InlineData("a$$b$1", "a$b$1")]
    [InlineData("${ONE", null)]
    [InlineData("${ONE%x}", null)]
    [InlineData("${NO:?must be set}", null)]
    [InlineData("$NO", null)]
    public void Variables_have_the_forms_of_the_specification(string text, string? expected)
    {
        string? needs = null;
        var resolved = new Interpolation(new Dictionary<string, string>(StringComparer.Ordinal) { ["ONE"] = "1", ["EMPTY"] = "" }).Resolve(text, 0, ref needs);
        Assert.Equal(expected, needs is null ? resolved : null);
    }

    [Theory]
    [InlineData("A=1\nexport B = two # no\nC='it''s'\nD=\"a\\nb\\\"c\"\n#E=1\nF\nG=a#b\nH='two\nlines'\n", "A=1|B=two|C=it|D=a\nb\"c|F|G=a#b|H=two\nlines")]
    public void Environment_files_have_quotes_and_comments(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', EnvironmentFile.Read(text).Select(pair => pair.Value is null ? pair.Name : $"{pair.Name}={pair.Value}")));

    [Fact]
    public void Services_are_what_docker_compose_makes_of_them()
    {
        if (!Programs.Exist("docker-compose")) Assert.Skip("docker-compose is not installed.");
        const string script = "import json,shlex,sys,yaml\ns=yaml.safe_load(sys.stdin.read().replace('$$','$'))['services']['web']\nw=lambda k: shlex.split(s[k]) if isinstance(s.get(k),str) else s.get(k)\nprint(json.dumps({'command':w('command'),'entrypoint':w('entrypoint'),'user':s.get('user'),'environment':{k:str(v) for k,v in s.get('environment',{}).items()},'cap_add':s.get('cap_add',[])}))";
        for (var seed = 0; seed < (Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 } ? 60 : 6); seed++)
        {
            using var deployed = DeployedImage.Nginx();
            var random = new Random(seed);
            deployed.Write(".env", "ONE=1\nTWO=\"two words\"\nEMPTY=\n").Write("a.yaml", Generated(random, extends: true)).Write("b.yaml", Generated(random, extends: false)).Write("base.yaml", Generated(random, extends: false)).Write("said.py", script).Write("vars.env", "FROM_FILE=f\n# no\nA=file\n");
            var (exit, output, errors) = Programs.Run(deployed.Folder, "sh", "-c", "env -i PATH=\"$PATH\" docker-compose -f a.yaml -f b.yaml config | python3 said.py");
            Assert.True(exit == 0, $"{seed}: {errors}\n{File.ReadAllText(deployed.Folder + "/a.yaml")}\n{File.ReadAllText(deployed.Folder + "/b.yaml")}");
            using var said = JsonDocument.Parse(output);
            var ours = Assert.Single(DeploymentInput.OfCompose([deployed.Folder + "/a.yaml", deployed.Folder + "/b.yaml"], null).Deployments);
            Assert.Equal((seed, Words(said.RootElement.GetProperty("command"))), (seed, Words(ours.Command)));
            Assert.Equal((seed, Words(said.RootElement.GetProperty("entrypoint"))), (seed, Words(ours.Entrypoint)));
            Assert.Equal((seed, said.RootElement.GetProperty("user").GetString()), (seed, ours.User));
            var environment = ours.Environment.GroupBy(pair => pair.Name, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.Last().Value!.Value.Text, StringComparer.Ordinal);
            Assert.Equal(said.RootElement.GetProperty("environment").EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString()!, StringComparer.Ordinal), environment);
            Assert.Equal(said.RootElement.GetProperty("cap_add").EnumerateArray().Select(item => item.GetString()!).Order(StringComparer.Ordinal), ours.Settings.Where(setting => setting.Key == "capability-add").Select(setting => setting.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        }

        static string? Words(object? words) => words switch
        {
            JsonElement { ValueKind: JsonValueKind.Array } array => string.Join('|', array.EnumerateArray().Select(item => item.GetString())),
            System.Collections.Immutable.ImmutableArray<DeployedText> own => string.Join('|', own.Select(word => word.Text)),
            _ => null,
        };
    }

    private static string Generated(Random random, bool extends)
    {
        string[] values = ["plain", "${ONE}", "$ONE-x", "${TWO}", "${NO:-dflt}", "${NO-}", "${EMPTY:-e}", "${EMPTY-e}", "$$ONE"];
        string Value() => values[random.Next(values.Length)];
        var text = new StringBuilder("services:\n  web:\n    image: example\n");
        if (extends) text.Append("    extends: { file: base.yaml, service: web }\n    env_file: [vars.env]\n");
        if (random.Next(2) == 0) text.Append(CultureInfo.InvariantCulture, $"    command: {(random.Next(2) == 0 ? $"[\"a b\", \"{Value()}\", c]" : $"run 'a b' {Value().Replace("TWO", "ONE", StringComparison.Ordinal)} \"c d\" e\\ f")}\n");
        if (random.Next(3) == 0) text.Append(CultureInfo.InvariantCulture, $"    entrypoint: [/entry, \"{Value()}\"]\n");
        if (random.Next(2) == 0) text.Append(CultureInfo.InvariantCulture, $"    user: \"{random.Next(1000)}\"\n");
        if (random.Next(2) == 0) text.Append(CultureInfo.InvariantCulture, $"    environment: {{ A: \"{Value()}\", B{random.Next(3)}: \"{Value()}\" }}\n");
        else text.Append(CultureInfo.InvariantCulture, $"    environment: [\"C={Value()}\", \"B{random.Next(3)}={Value()}\"]\n");
        if (random.Next(2) == 0) text.Append(CultureInfo.InvariantCulture, $"    cap_add: [{(random.Next(2) == 0 ? "NET_ADMIN" : "SYS_TIME")}]\n");
        return text.ToString();
    }
}
