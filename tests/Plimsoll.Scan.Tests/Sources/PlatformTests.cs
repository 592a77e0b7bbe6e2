using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening.Rules;

namespace Plimsoll.Scan.Tests.Sources;

public sealed class PlatformTests
{
    [Fact]
    public void An_archive_for_another_platform_is_refused()
    {
        var archive = Path.GetTempFileName();
        try
        {
            using (var file = File.Create(archive)) ExampleImage.Write(new Example { Line = 1, Command = ["/x"], Files = [("/x", "x")] }, file);
            ScanResult Scan(Platform? platform) => Scanner.Scan(new ScanRequest { Target = new Target(SourceKind.Archive, archive, null), Platform = platform });
            var actual = Scan(null).Image.Platform!;
            Assert.Equal(actual, Scan(actual).Image.Platform);
            var refused = Assert.Throws<PlimsollException>(() => Scan(new Platform("linux", "s390x", null)));
            Assert.Equal($"The image of `{archive}` is for {actual}, not linux/s390x.", refused.Message);
            Assert.Equal($"Leave `--platform` out or give `--platform {actual}`.", refused.Remedy);
        }
        finally
        {
            File.Delete(archive);
        }
    }

    /// <summary>What is only there once cannot be chosen from, under its prefix or by its form.</summary>
    [Theory]
    [InlineData("rootfs:")]
    [InlineData("")]
    public void A_folder_has_no_platform_to_choose(string prefix)
    {
        var folder = Directory.CreateTempSubdirectory("plimsoll-platform-").FullName;
        try
        {
            ScanResult Scan(Platform? platform) => Scanner.Scan(new ScanRequest { Target = Target.Parse(prefix + folder), Platform = platform });
            Assert.Null(Scan(null).Image.Platform);
            var refused = Assert.Throws<PlimsollException>(() => Scan(new Platform("linux", "arm64", null)));
            Assert.Equal(("option-unsuitable", $"`--platform` chooses one image of several, and `rootfs:{folder}` is a folder.", "Leave it out."), (refused.Code, refused.Message, refused.Remedy));
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    [Fact]
    public void A_container_has_no_platform_to_choose() =>
        Assert.Equal("`--platform` chooses one image of several, and `container:web` is a container.", Assert.Throws<PlimsollException>(() => Scanner.Scan(new ScanRequest { Target = Target.Parse("container:web"), Platform = new Platform("linux", "arm64", null) })).Message);
}
