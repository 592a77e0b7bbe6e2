using Plimsoll.Cli.Commands;
using Plimsoll.Core.Results;

namespace Plimsoll.Cli.Tests;

/// <summary>What is wrong is said with the remedy for it, and what can be typed is offered.</summary>
public sealed class ArgumentTests
{
    [Theory]
    [InlineData("scan x --platform foo", "`foo` is no platform such as `linux/arm64`.", "`--help` shows the options.")]
    [InlineData("scan x --now foo", "`foo` in --now is no time; write 2026-01-31T12:00:00Z or seconds since 1970.", "`--help` shows the options.")]
    [InlineData("scan x --format foo", "`foo` is no format.", "Formats are table, json, ")]
    [InlineData("diff x y --format foo", "`foo` is no format of a difference; write text, json, markdown.", "`plimsoll diff --help` shows the options.")]
    [InlineData("diff x y --now foo", "`foo` in --now is no time; write 2026-01-31T12:00:00Z or seconds since 1970.", "`plimsoll diff --help` shows the options.")]
    public void The_remedy_is_about_what_is_wrong(string typed, string message, string remedy)
    {
        var refused = Assert.Throws<PlimsollException>(() => All.Root(completes: false).Parse(typed).Invoke(new() { EnableDefaultExceptionHandler = false }));
        Assert.Equal(message, refused.Message);
        Assert.StartsWith(remedy, refused.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("scann x", "`plimsoll` has no command `scann`, but ")]
    [InlineData("db nope", "`plimsoll db` has no command `nope`, but update, status, import, export.")]
    [InlineData("db", "`plimsoll db` needs a command: update, status, import, export.")]
    [InlineData("db status --nope", "There is no option `--nope`.")]
    [InlineData("catalogers nope", "`plimsoll catalogers` takes no `nope`.")]
    [InlineData("scan", "`plimsoll scan` needs `TARGET`.")]
    [InlineData("completion nope", "`nope` is none of bash, zsh, fish.")]
    [InlineData("guard http --listen :1 --upstream x --mode nope", "`nope` in `--mode` is none of detect, enforce.")]
    [InlineData("guard http --listen :1 --upstream x --rate x", "`x` in `--rate` is no number that it may be.")]
    [InlineData("guard rules explain x y", "`x` is no number that it may be.")]
    public void What_cannot_be_read_is_said_in_a_sentence(string typed, string sentence) =>
        Assert.StartsWith(sentence, CommandLine.Wrong(All.Root(completes: false).Parse(typed)), StringComparison.Ordinal);

    [Theory]
    [InlineData("", "--help --version -? -h cache catalogers completion db diff explain guard harden rules sbom scan")]
    [InlineData("scan x --output ", "cyclonedx= github= gitlab= html= json= junit= markdown= openvex= purls= sarif= spdx= table=")]
    [InlineData("scan x --format c", "cyclonedx")]
    public void What_can_be_typed_is_offered(string typed, string offered) =>
        Assert.Equal(offered, string.Join(' ', All.Root(completes: true).Parse(typed).GetCompletions(typed.Length).Select(item => item.Label).Order(StringComparer.Ordinal)));

    [Fact]
    public void Catalogers_and_their_groups_are_offered() =>
        Assert.Superset(new HashSet<string> { "os", "language", "binary", "os/dpkg" }, All.Root(completes: true).Parse("scan x --only ").GetCompletions(14).Select(item => item.Label).ToHashSet());
}
