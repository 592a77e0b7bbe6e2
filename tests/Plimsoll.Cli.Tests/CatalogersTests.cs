using System.CommandLine;
using Plimsoll.Cli.Commands;
using Plimsoll.Scan;

namespace Plimsoll.Cli.Tests;

public sealed class CatalogersTests
{
    [Fact]
    public void Each_is_listed_once_within_the_terminal()
    {
        using var output = new StringWriter();
        All.Root(completes: false).Parse("catalogers").Invoke(new InvocationConfiguration { Output = output });
        var lines = output.ToString().Split('\n');
        Assert.Equal(Scanner.Catalogers.Select(cataloger => cataloger.Id), lines.Where(line => line is not ("" or [' ', ..])).Select(line => line.Split(' ')[0]));
        Assert.DoesNotContain(lines, line => line.Length > HelpPage.Width);
    }
}
