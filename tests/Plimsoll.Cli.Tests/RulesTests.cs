using System.CommandLine;
using Plimsoll.Cli.Commands;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening;

namespace Plimsoll.Cli.Tests;

/// <summary>What `explain` and `rules` say of a rule, and of one that is wrong.</summary>
public sealed class RulesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-rules-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Explaining_a_rule_shows_all_that_its_file_says()
    {
        var text = Said("explain", "nginx/tls-protocols");
        Assert.StartsWith("nginx/tls-protocols: TLS 1.0, TLS 1.1 and SSL are off\n\nseverity     high\nscope        http/server\nwhen         any(listen, it has [ssl, quic])\ncondition    not ssl_protocols has [SSLv2, SSLv3, TLSv1, TLSv1.1]\n", text, StringComparison.Ordinal);
        Assert.Contains("\n`plimsoll harden --write` can do it.\n", text, StringComparison.Ordinal);
        Assert.Contains("\nDoes not follow:\n  tls:\n    ssl_protocols TLSv1 TLSv1.2;\n", text, StringComparison.Ordinal);
        text = Said("explain", "image/root-user");
        Assert.Contains("\nunless       application == [nginx, apache-httpd, haproxy, openssh, php-fpm]\n", text, StringComparison.Ordinal);
        Assert.Contains("\nBy hand: ", text, StringComparison.Ordinal);
        // Whatever an example is made of is shown.
        Assert.Contains("command:\n    ", text, StringComparison.Ordinal);
    }

    /// <summary>Sentences and conditions end within 80 columns; only what is to be copied (addresses, remedies, examples) may be longer.</summary>
    [Fact]
    public void Every_rule_is_explained_within_the_page()
    {
        var wide = new List<string>();
        var rules = RuleCatalog.All([]);
        foreach (var rule in rules)
            wide.AddRange(Said("explain", rule.Id).Split('\n').Where(line => line.Length > 80 && !line.StartsWith("  ", StringComparison.Ordinal)).Select(line => $"{rule.Id}: {line}"));
        Assert.True(rules.Any(rule => rule.Why.Length > 160));
        Assert.Empty(wide);
    }

    [Theory]
    [InlineData("nginx/alias", "There are `nginx/alias-traversal`; `plimsoll rules` lists all.")]
    [InlineData("Nginx/autoindex", "There are `nginx/autoindex`; `plimsoll rules` lists all.")]
    [InlineData("apache/trace", "There are `apache-httpd/trace`, `tomcat/trace`; `plimsoll rules` lists all.")]
    [InlineData("cobol/x", "`plimsoll rules` lists them.")]
    public void A_name_that_is_not_quite_right_is_helped(string name, string hint) =>
        Assert.Equal(hint, Assert.Throws<PlimsollException>(() => Said("explain", name)).Remedy);

    [Fact]
    public void All_that_is_wrong_is_told_a_line_each()
    {
        Directory.CreateDirectory(folder + "/nginx");
        File.WriteAllText(folder + "/nginx/x.yaml", "id: nginx/x\ntitle: t\nexpct: gzip == off\nseverity: huge\n");
        var message = Assert.Throws<PlimsollException>(() => Said("rules", "test", folder)).Message;
        Assert.StartsWith($"The rules cannot be used:\n  {folder}/nginx/x.yaml:3: there is no key `expct`\n  {folder}/nginx/x.yaml:1: ", message, StringComparison.Ordinal);
        Assert.Contains($"\n  {folder}/nginx/x.yaml:4: `severity` is low, medium, high or critical, not `huge`", message, StringComparison.Ordinal);
    }

    private static string Said(params string[] arguments)
    {
        using var output = new StringWriter();
        All.Root(completes: false).Parse(arguments).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output });
        return output.ToString();
    }
}
