using Plimsoll.Core.Applications;
using Plimsoll.Core.Plans;
using Plimsoll.Core.Results;
using static Plimsoll.Scan.Tests.Plans.Findings;

namespace Plimsoll.Scan.Tests.Plans;

public sealed class NecessityTests
{
    /// <summary>nginx needs libssl3 and that zlib1g; dpkg is essential and needs tar; nothing leads to vim and its runtime.</summary>
    private static ScanResult Shop(string? application)
    {
        var (zlib, tar, runtime, flask) = (Deb("zlib1g", "1"), Deb("tar", "1"), Deb("vim-runtime", "9"), Of("pypi", "flask", "1"));
        var tls = Deb("libssl3", "3") with { Dependencies = [zlib.Key] };
        var nginx = Deb("nginx", "1.22") with { Dependencies = [tls.Key] };
        var dpkg = Deb("dpkg", "1.21") with { IsEssential = true, Dependencies = [tar.Key, zlib.Key] };
        var vim = Deb("vim", "9") with { Dependencies = [runtime.Key] };
        return Result([zlib, tar, runtime, flask, tls, nginx, dpkg, vim]) with { Applications = application is null ? [] : [new Application { Name = application, PackageKey = nginx.Key }] };
    }

    [Fact]
    public void What_nothing_leads_to_is_unneeded_and_essential_packages_are_apart()
    {
        var necessity = Judge(Shop("nginx")).Necessity!;
        Assert.Equal([Deb("vim-runtime", "9").Key, Deb("vim", "9").Key], necessity.Unneeded);
        Assert.Equal(2, necessity.Essential); // dpkg and tar; zlib1g is the application's too.
        Assert.Equal([new UnknownNeed("pypi", 1, "not known, since nothing says which packages of this kind nginx needs")], necessity.Unknown);
    }

    [Fact]
    public void Without_an_application_nothing_is_called_unneeded()
    {
        var necessity = Judge(Shop(application: null)).Necessity!;
        Assert.Empty(necessity.Unneeded);
        Assert.Equal(0, necessity.Essential);
        Assert.Equal([new UnknownNeed("deb", 7, "not known, since no application is"), new UnknownNeed("pypi", 1, "not known, since no application is")], necessity.Unknown);
    }

    [Fact]
    public void An_inventory_alone_does_not_pay_for_it() => Assert.Null(Judge(Shop("nginx") with { Vulnerabilities = null }).Necessity);

    [Fact]
    public void A_package_that_a_later_layer_removed_is_not_there()
    {
        var shop = Shop("nginx");
        var removed = shop with { Packages = [.. shop.Packages.Select(package => package.Name == "vim-runtime" ? package with { RemovedIn = 2 } : package)] };
        Assert.Equal([Deb("vim", "9").Key], Judge(removed).Necessity!.Unneeded);
    }

    private static string Minimal(ScanResult result) => Judge(result).Practices.Single(mark => mark.Practice == Practice.Minimal) is var mark ? $"{mark.Mark}: {mark.Sentence}" : "";

    [Fact]
    public void The_mark_accuses_by_what_is_declared_and_praises_only_what_is_known()
    {
        var shop = Shop("nginx");
        ScanResult Only(params string[] names) => shop with { Packages = [.. shop.Packages.Where(package => names.Contains(package.Name))] };
        Assert.Equal("Fair: 2 of 8 packages are needed by nothing that starts, as far as packages declare; of 1 it is not known", Minimal(shop));
        Assert.Equal("Fair: each of 3 packages is needed; of 1 it is not known", Minimal(Only("nginx", "libssl3", "zlib1g", "flask")));
        Assert.Equal("Good: each of 5 packages is needed, 2 of them by the distribution alone", Minimal(Only("nginx", "libssl3", "zlib1g", "dpkg", "tar")));
        Assert.Equal("Good: each of 3 packages is needed", Minimal(Only("nginx", "libssl3", "zlib1g")));
        Assert.Equal("NotJudged: not judged: not known, since no application is", Minimal(Shop(application: null)));
        Assert.Equal("NotJudged: not judged: no package was found in it", Minimal(shop with { Packages = [] }));
        Assert.Equal("NotJudged: not judged: what it needs was not looked at", Minimal(shop with { Vulnerabilities = null }));
    }
}
