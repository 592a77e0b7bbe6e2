using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Engines.Http;
using Plimsoll.Scan.Freshness;
using Plimsoll.Scan.Freshness.Sources;
using Plimsoll.Scan.Tests.Catalogers;

namespace Plimsoll.Scan.Tests.Freshness;

public sealed class AptSourcesTests
{
    [Fact]
    public void Reads_both_formats()
    {
        var (sources, problems) = Read(
            ("sources.list", "# comment\ndeb http://a.example/debian bookworm main contrib # end\ndeb-src http://a.example/debian bookworm main\ndeb [arch=amd64,i386 signed-by=/k.gpg] https://b.example/x/ stable main\n"),
            ("sources.list.d/flat.list", "deb https://c.example/repo ./\n"),
            ("sources.list.d/debian.sources", "Types: deb deb-src\n# http://snapshot.example\nURIs: http://a.example/debian\nSuites: bookworm bookworm-updates\nComponents: main\n non-free\nSigned-By: /k.gpg\n\nTypes: deb\nURIs: http://d.example\nSuites: off\nComponents: main\nEnabled: no\n\nTypes: deb-src\nURIs: http://e.example\nSuites: x\nComponents: main"),
            ("sources.list.d/ignored.list.save", "nonsense\n"));
        Assert.Empty(problems);
        Assert.Equal(
            [
                "http://a.example/debian bookworm main,contrib,non-free",
                "https://b.example/x stable main [amd64,i386]",
                "http://a.example/debian bookworm-updates main,non-free",
                "https://c.example/repo ./ ",
            ],
            sources.Select(source => $"{source.Uri} {source.Suite} {string.Join(',', source.Components)}{(source.Architectures.IsEmpty ? "" : $" [{string.Join(',', source.Architectures)}]")}"));
    }

    [Theory]
    [InlineData("sources.list", "deb http://a.example/debian\n", "/etc/apt/sources.list:1")]
    [InlineData("sources.list", "\ndeb http://a.example/debian bookworm\n", "/etc/apt/sources.list:2")]
    [InlineData("sources.list", "rpm http://a.example/debian bookworm main\n", "/etc/apt/sources.list:1")]
    [InlineData("sources.list.d/x.sources", "Types: deb\nSuites: x\n", "/etc/apt/sources.list.d/x.sources:1")]
    [InlineData("sources.list.d/x.sources", "Types: deb\nno field\nURIs: http://a.example\nSuites: x\nComponents: main\n", "/etc/apt/sources.list.d/x.sources:2")]
    public void Says_what_is_no_source(string file, string text, string where)
    {
        var (_, problems) = Read((file, text));
        var problem = Assert.Single(problems);
        Assert.Equal((ProblemKind.Malformed, "refresh/deb", where), (problem.Kind, problem.Unit, problem.Where));
    }

    private static (IReadOnlyList<AptSource> Sources, IReadOnlyList<Problem> Problems) Read(params (string File, string Text)[] files)
    {
        using var getter = new Getter(new TransportOptions(), kept: null, TimeSpan.Zero, TimeProvider.System);
        using var image = MemoryImage.Of([.. files.Select(file => new MemoryFile($"/etc/apt/{file.File}", Encoding.UTF8.GetBytes(file.Text)))]);
        var asking = new Asking(getter, _ => null, os: null, image);
        return (AptSources.Read(image, asking), [.. asking.Problems()]);
    }
}
