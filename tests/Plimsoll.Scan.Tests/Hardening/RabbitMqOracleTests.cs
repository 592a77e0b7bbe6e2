using System.Globalization;
using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Effective;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Hardening.Rules;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>The tree in force against what the real server makes of the same files.</summary>
public sealed class RabbitMqOracleTests
{
    /// <summary>Settings with values, and where the server keeps them.</summary>
    private static readonly (string Key, string[] Values, string Env)[] settings =
    [
        ("default_user", ["app", "a b", "x#y", "\"q\""], "rabbit.default_user"), ("default_pass", ["secret", "p=q", "\\#z"], "rabbit.default_pass"), ("default_vhost", ["/", "v w"], "rabbit.default_vhost"), ("heartbeat", ["10", "60"], "rabbit.heartbeat"),
        ("disk_free_limit.absolute", ["1GB", "52428800"], "rabbit.disk_free_limit"), ("vm_memory_calculation_strategy", ["rss", "allocated"], "rabbit.vm_memory_calculation_strategy"), ("channel_max", ["128", "2047"], "rabbit.channel_max"),
        ("management.disable_stats", ["true", "false"], "rabbitmq_management.disable_management_stats"), ("mqtt.allow_anonymous", ["true", "false"], "rabbitmq_mqtt.allow_anonymous"),
    ];

    private static readonly (string Family, string[] Members, string[] Values, string Env)[] families =
    [
        ("listeners.tcp", ["a", "b", "default"], ["5672", "127.0.0.1:5673", "5674"], "rabbit.tcp_listeners"), ("listeners.ssl", ["a"], ["5671"], "rabbit.ssl_listeners"), ("auth_mechanisms", ["1", "2"], ["PLAIN", "AMQPLAIN", "EXTERNAL"], "rabbit.auth_mechanisms"),
    ];

    [Fact]
    public void What_is_in_force_is_what_the_server_makes_of_it()
    {
        var sets = Enumerable.Range(0, Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 } ? 400 : 40).Select(Files).ToList();
        using var reader = new RabbitMqReader();
        var answers = reader.Ask(sets);
        for (var seed = 0; seed < sets.Count; seed++)
        {
            var (files, (said, reason)) = (sets[seed], answers[seed]);
            Assert.True(said is not null, $"seed {seed}: {reason}\n{string.Concat(files.Select(file => $"--- {file.Path}\n{file.Text}"))}");
            var result = HardenedImage.Scan(["/opt/rabbitmq/sbin/rabbitmq-server"], ["RABBITMQ_VERSION=3.10.8"], [.. files]);
            Assert.Empty(result.Problems.Select(problem => $"seed {seed}: {problem.Where}: {problem.Message}"));
            var judged = new Judged(new RabbitMq(), result.Of("rabbitmq"));
            foreach (var (key, _, env) in settings)
                if (said.TryGetValue(env, out var value)) Assert.Equal((seed, key, value), (seed, key, judged.Value(judged.Root, key)!.Value));
                else Assert.Empty(judged.Application.Find(judged.Root, key).Settings);
            foreach (var (family, _, _, env) in families)
                if (said.TryGetValue(env, out var value)) Assert.Equal((seed, family, Sorted(value.Split(' ', StringSplitOptions.RemoveEmptyEntries))), (seed, family, Sorted(judged.Application.Find(judged.Root, family + ".*").Settings.Select(setting => setting.Value))));
            if (said.TryGetValue("rabbit.loopback_users", out var users))
                Assert.Equal(users.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), judged.Application.Find(judged.Root, "loopback_users.*").Settings.Where(user => user.Value == "true").Select(user => user.Key["loopback_users.".Length..]).Order(StringComparer.Ordinal));
        }
    }

    /// <summary>Where both stand beside each other the file of terms is the main one, and advanced.config is not read.</summary>
    [Fact]
    public void A_main_file_of_terms_goes_before_one_of_settings()
    {
        (string, string)[] files = [("/etc/rabbitmq/rabbitmq.conf", "heartbeat = 1\n"), ("/etc/rabbitmq/rabbitmq.config", "[{rabbit, [{channel_max, 9}]}].\n"), ("/etc/rabbitmq/advanced.config", "[{rabbit, [{channel_max, 5}]}].\n"), ("/etc/rabbitmq/conf.d/a.conf", "channel_max = 3\ndefault_user = app\n")];
        using var reader = new RabbitMqReader();
        var (said, reason) = Assert.Single(reader.Ask([files]));
        Assert.True(said is not null, reason);
        Assert.Equal(("9", "app", false), (said["rabbit.channel_max"], said["rabbit.default_user"], said.ContainsKey("rabbit.heartbeat")));
        var judged = new Judged(new RabbitMq(), HardenedImage.Scan(["/opt/rabbitmq/sbin/rabbitmq-server"], [], files).Of("rabbitmq"));
        Assert.Equal(("9", "app", null), (judged.Value(judged.Root, "channel_max")!.Value, judged.Value(judged.Root, "default_user")!.Value, judged.Value(judged.Root, "heartbeat")?.Value));
    }

    [Fact]
    public void Refuses_what_the_server_cannot_read()
    {
        string[] texts = ["default_user", "default_user =", "default_user = # x", "= x", "default_user == x", " default_user=x#y", "default_user\t=\tx", "default_user = 'a b'", "default_user. = x", "default user = x", "a.b.c"];
        using var reader = new RabbitMqReader();
        var answers = reader.Ask(texts.Select(text => new[] { ("/etc/rabbitmq/rabbitmq.conf", text + "\n") }));
        for (var i = 0; i < texts.Length; i++) Assert.Equal((texts[i], answers[i].Said is null), (texts[i], RabbitMqGrammar.Parse(texts[i] + "\n", new Location("/x")).Error is not null));
    }

    /// <summary>What the version of the package does not know yet is let pass.</summary>
    [Fact]
    public void Every_example_of_a_rule_is_one_that_the_server_takes()
    {
        var examples = RuleBook.Open([]).Of("rabbitmq").SelectMany(rule => rule.Good.Concat(rule.Bad).Select(example => (Place: $"{rule.File}:{example.Line}", Example: example))).Where(pair => !pair.Example.Environment.Contains("RABBITMQ_VERSION=4.1.0")).ToList();
        Assert.True(examples.Count > 40);
        using var reader = new RabbitMqReader();
        var answers = reader.Ask(examples.Select(pair => pair.Example.Files.Prepend(("/etc/rabbitmq/definitions.json", "{}")).Prepend(("/etc/rabbitmq/enabled_plugins", "[rabbitmq_management,rabbitmq_mqtt,rabbitmq_stomp]."))));
        Assert.Empty(examples.Zip(answers).Where(pair => pair.Second.Said is null).Select(pair => $"{pair.First.Place}: {pair.Second.Reason}"));
    }

    private static List<(string Path, string Text)> Files(int seed)
    {
        var random = new Random(seed);
        return [("/etc/rabbitmq/rabbitmq.conf", Lines(random)), ("/etc/rabbitmq/conf.d/20-b.conf", Lines(random)), ("/etc/rabbitmq/conf.d/10-a.conf", Lines(random)), ("/etc/rabbitmq/conf.d/30.txt", "not = read"), ("/etc/rabbitmq/advanced.config", Advanced(random))];
    }

    /// <summary>The server's own order of a family is not always that of its keys.</summary>
    private static string Sorted(IEnumerable<string> words) => string.Join(' ', words.Order(StringComparer.Ordinal));

    private static string Lines(Random random)
    {
        var text = new StringBuilder("## a comment = x\n\n");
        for (var i = random.Next(6); i > 0; i--)
        {
            var (key, value) = random.Next(3) switch
            {
                0 when families[random.Next(families.Length)] is var (family, members, values, _) => ($"{family}.{members[random.Next(members.Length)]}", values[random.Next(values.Length)]),
                1 => ($"loopback_users.{(random.Next(2) == 0 ? "guest" : "app")}", random.Next(2) == 0 ? "true" : "false"),
                _ when settings[random.Next(settings.Length)] is var (name, values, _) => (name, values[random.Next(values.Length)]),
                _ => throw new InvalidOperationException(),
            };
            text.Append(CultureInfo.InvariantCulture, $"{(random.Next(3) == 0 ? "  " : "")}{key}{(random.Next(2) == 0 ? " = " : "\t=")}{value}{(random.Next(3) == 0 ? "  # why" : "")}\n");
        }
        if (random.Next(8) == 0) text.Append("loopback_users = none\n");
        if (random.Next(8) == 0) text.Append("listeners.ssl = none\n");
        return text.ToString();
    }

    private static string Advanced(Random random)
    {
        var terms = new List<string>();
        if (random.Next(3) == 0) terms.Add("{default_user, <<\"adv\">>}");
        if (random.Next(3) == 0) terms.Add(random.Next(2) == 0 ? "{loopback_users, []}" : "{loopback_users, [<<\"guest\">>, <<\"adv\">>]}");
        if (random.Next(3) == 0) terms.Add("{tcp_listeners, [5672, {\"127.0.0.1\", 5679}]}");
        if (random.Next(3) == 0) terms.Add("{heartbeat, 7}");
        return $"%% terms\n[{{rabbit, [{string.Join(",\n  ", terms)}]}} % end\n].\n";
    }
}
