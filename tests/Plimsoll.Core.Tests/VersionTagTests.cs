using Plimsoll.Core.Images;

namespace Plimsoll.Core.Tests;

public sealed class VersionTagTests
{
    [Theory]
    [InlineData("1.25.3", "1.25.3", "", "", false)]
    [InlineData("v1.25", "1.25", "", "", false)]
    [InlineData("20.5-slim-bookworm", "20.5", "-slim-bookworm", "", false)]
    [InlineData("20.5-alpine3.18", "20.5", "-alpine#", "3.18", false)]
    [InlineData("20.5-alpine", "20.5", "-alpine", "", false)]
    [InlineData("3.13.0rc1-slim", "3.13.0", "-slim", "", true)]
    [InlineData("1.27-rc.1-alpine3.20", "1.27", "-alpine#", "3.20", true)]
    [InlineData("8.0.0-preview.7-jammy", "8.0.0", "-jammy", "", true)]
    [InlineData("22-dev", "22", "-dev", "", false)]
    [InlineData("9.0-jdk17", "9.0", "-jdk17", "", false)]
    [InlineData("2024.1.2_3", "2024.1.2", "_3", "", false)]
    [InlineData("18beta1", "18", "", "", true)]
    public void A_tag_has_numbers_and_a_flavour(string text, string numbers, string flavour, string alpine, bool isPreview)
    {
        var tag = VersionTag.TryParse(text)!;
        Assert.Equal((numbers, flavour, alpine, isPreview), (string.Join('.', tag.Numbers), tag.Flavour, string.Join('.', tag.Alpine), tag.IsPreview));
    }

    [Theory]
    [InlineData("latest")]
    [InlineData("bookworm-slim")]
    [InlineData("")]
    [InlineData("v")]
    [InlineData("8u342-jdk")]
    [InlineData("3f8a2c1")]
    [InlineData("1.2.3.4.5.6.7.8.9")]
    [InlineData("1234567890123456789")]
    public void What_names_no_version_is_none(string text) => Assert.Null(VersionTag.TryParse(text));

    [Theory]
    [InlineData("1.25", "2.0", true)]
    [InlineData("1.25", "1.25.3", false)]
    [InlineData("1.25", "1.26-slim", false)]
    [InlineData("20.5-alpine3.18", "22.1-alpine3.20", true)]
    [InlineData("20.5-alpine3.18", "22.1-alpine", false)]
    [InlineData("3", "20240923", false)]
    [InlineData("20230801", "20240923", true)]
    [InlineData("12-bookworm", "13-trixie", false)]
    [InlineData("v1.0", "1.1", true)]
    public void Only_the_same_kind_is_compared(string one, string other, bool alike) => Assert.Equal(alike, VersionTag.TryParse(one)!.IsLike(VersionTag.TryParse(other)!));

    [Theory]
    [InlineData("1.9", "1.10")]
    [InlineData("20.5-alpine3.9", "20.5-alpine3.18")]
    [InlineData("1.27-rc1", "1.27")]
    [InlineData("1.26", "1.27-rc1")]
    public void Versions_are_ordered_by_number(string older, string newer)
    {
        var (left, right) = (VersionTag.TryParse(older)!, VersionTag.TryParse(newer)!);
        Assert.Equal((-1, 1, 0), (Math.Sign(left.CompareTo(right)), Math.Sign(right.CompareTo(left)), left.CompareTo(left)));
    }
}
