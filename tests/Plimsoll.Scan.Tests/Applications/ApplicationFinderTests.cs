using Plimsoll.Core.Applications;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Applications;

namespace Plimsoll.Scan.Tests.Applications;

public sealed class ApplicationFinderTests
{
    public static IEnumerable<TheoryDataRow<string>> Titles => Cases.All.Select(one => new TheoryDataRow<string>(one.Title));

    [Theory]
    [MemberData(nameof(Titles))]
    public void Finds_what_the_container_runs(string title)
    {
        using var image = new TestImage();
        var one = Cases.All.Single(one => one.Title == title);
        var identified = one.Build(image).Identify();
        var found = identified.Applications.IsEmpty
            ? identified.Note
            : string.Join(" + ", identified.Applications.Select(a => $"{a.Name}@{a.Version ?? "?"} {a.User}: {string.Join(' ', a.Command)}"));
        Assert.Equal(one.Expect, found);
        Assert.Equal(identified.Applications.Length == 1, identified.Note is null);
        Assert.DoesNotContain(image.Problems, problem => problem.Kind == ProblemKind.Crashed);
    }

    [Fact]
    public void A_folder_has_no_known_application()
    {
        using var image = new TestImage { Config = Plimsoll.Core.Images.ImageConfig.None };
        Assert.Equal("A folder does not say how it is started, so its application is not known.", image.Identify().Note);
    }

    [Fact]
    public void Evidence_quotes_file_and_line()
    {
        using var image = new TestImage();
        var found = image.Run("/e.sh").Cmd("nginx").Ports("8443/tcp", "80/tcp").Script("/e.sh", "#!/bin/sh\nset -e\n\nexec \"$@\"\n").Elf("/usr/sbin/nginx")
            .Owned("/usr/sbin/nginx", "deb", "nginx", "1.22.1-9", "nginx").Identify().Applications.Single();
        Assert.Equal(
        [
            "ENTRYPOINT [\"/e.sh\"] gets CMD [\"nginx\"] as its arguments.",
            "/e.sh is a script for /bin/sh.",
            "/e.sh:4 becomes `exec \"$@\"`.",
            "/usr/sbin/nginx was installed by the package nginx 1.22.1-9.",
        ], found.Evidence);
        Assert.Equal(["80/tcp", "8443/tcp"], found.Ports);
        Assert.Equal("pkg:deb/debian/nginx@1.22.1-9", found.PackageKey);
        Assert.Equal(new Location("/usr/sbin/nginx"), found.Executable);
    }

    [Fact]
    public void Says_when_a_script_decides_between_several()
    {
        using var image = new TestImage();
        var note = Cases.All.Single(one => one.Title == "one of two").Build(image).Identify().Note;
        Assert.Equal("The script /s.sh decides at run time between haproxy, nginx.", note);
    }

    [Fact]
    public void Says_when_several_run()
    {
        using var image = new TestImage();
        var note = Cases.All.Single(one => one.Title == "supervisord").Build(image).Identify().Note;
        Assert.Equal("The container runs 3 applications: nginx, php-fpm, redis.", note);
    }

    [Fact]
    public void A_script_that_breaks_the_grammar_is_a_problem()
    {
        using var image = new TestImage();
        Cases.All.Single(one => one.Title == "broken script").Build(image).Identify();
        var problem = Assert.Single(image.Problems);
        Assert.Equal((ProblemKind.Unsupported, "/s.sh", "this shell script could not be followed: line 3: expected `fi`, found the end"), (problem.Kind, problem.Where, problem.Message));
    }
}
