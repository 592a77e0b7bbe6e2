using CsCheck;
using Plimsoll.Core.Advisories.Cvss;

namespace Plimsoll.Core.Tests.Advisories;

public sealed class CvssTests
{
    /// <summary>FIRST's guide to CVSS 2.0, section 3.3, and its example documents of CVSS 3.0, 3.1 and 4.0.</summary>
    [Theory]
    [InlineData("AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C", "7.8", "6.4")]
    [InlineData("AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H", "7.8", "9.2")]
    [InlineData("AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:N/TD:N/CR:M/IR:M/AR:H", "7.8", "0.0")]
    [InlineData("AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C", "10.0", "8.3")]
    [InlineData("AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:L", "10.0", "9.0")]
    [InlineData("AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C", "6.2", "4.9")]
    [InlineData("AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:M", "6.2", "7.5")]
    [InlineData("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", "6.1", "6.1")]
    [InlineData("CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", "6.4", "6.4")]
    [InlineData("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", "3.1", "3.1")]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", "9.9", "9.9")]
    [InlineData("CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", "4.2", "4.2")]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", "8.8", "8.8")]
    [InlineData("CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", "7.8", "7.8")]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "7.5", "7.5")]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "9.8", "9.8")]
    [InlineData("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N", "6.8", "6.8")]
    [InlineData("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "6.8", "6.8")]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:L/I:N/A:N", "5.8", "5.8")]
    [InlineData("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N", "4.6", "4.6")]
    [InlineData("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N", "7.4", "7.4")]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H", "9.6", "9.6")]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", "0.0", "0.0")]
    [InlineData("CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "7.3", "7.3")]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "7.7", "7.7")]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N", "8.3", "8.3")]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N/CR:H/IR:L/AR:L/MAV:N/MAC:H/MVC:H/MVI:L/MVA:L", "8.3", "8.1")]
    [InlineData("CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", "4.6", "4.6")]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", "5.1", "5.1")]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N", "6.9", "6.9")]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:A", "10.0", "10.0")]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N", "8.7", "8.7")]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", "0.0", "0.0")]
    public void Published_examples_have_their_scores(string text, string score, string overall)
    {
        Assert.True(CvssVector.TryParse(text, out var vector, out var reason), reason);
        Assert.Equal((score, overall), (vector.BaseScore.ToString("0.0"), vector.Score.ToString("0.0")));
        Assert.Equal(text, vector.Text);
    }

    /// <summary>The change from 3.0 to 3.1 that appendix A of 3.1 is about: products that are a tenth exactly, and the scope of modified impacts.</summary>
    [Theory]
    [InlineData("CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:H/MC:H", "9.0")]
    [InlineData("CVSS:3.0/AV:L/AC:H/PR:H/UI:R/S:C/C:H/I:H/A:H/CR:H", "7.2")]
    [InlineData("CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:C/C:H/I:H/A:H/CR:H", "7.3")]
    public void Modified_impacts_follow_their_version(string text, string overall)
    {
        Assert.True(CvssVector.TryParse(text, out var vector, out var reason), reason);
        Assert.Equal(overall, vector.Score.ToString("0.0"));
    }

    [Theory]
    [InlineData("CVSS:3.1/A:H/C:H/I:H/S:U/UI:N/PR:N/AC:L/AV:N", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:X/MAV:X/RL:O", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/RL:O")]
    [InlineData("(AV:N/AC:L/Au:N/C:N/I:N/A:C/E:ND)", "AV:N/AC:L/Au:N/C:N/I:N/A:C")]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N/U:Amber/S:P/E:P", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N/E:P/S:P/U:Amber")]
    public void The_text_is_canonical(string text, string canonical)
    {
        Assert.True(CvssVector.TryParse(text, out var vector, out var reason), reason);
        Assert.Equal(canonical, vector.Text);
    }

    [Theory]
    [InlineData("AV:L/AC:H/Au:M/C:N/I:N/A:N", CvssRating.Low)]
    [InlineData("AV:N/AC:L/Au:N/C:P/I:N/A:N", CvssRating.Medium)]
    [InlineData("AV:N/AC:L/Au:N/C:C/I:C/A:C", CvssRating.High)]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", CvssRating.None)]
    [InlineData("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", CvssRating.Low)]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", CvssRating.Medium)]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", CvssRating.High)]
    [InlineData("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", CvssRating.Critical)]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", CvssRating.Critical)]
    public void A_score_has_a_rating(string text, CvssRating rating)
    {
        Assert.True(CvssVector.TryParse(text, out var vector, out var reason), reason);
        Assert.Equal((rating, rating), (vector.BaseRating, vector.Rating));
    }

    [Theory]
    [InlineData("", "`` is no metric of CVSS 2.0 with a value of it.")]
    [InlineData("HIGH", "`HIGH` is no metric of CVSS 2.0 with a value of it.")]
    [InlineData("CVSS:5.0/AV:N", "A CVSS vector begins with CVSS:3.0, CVSS:3.1, CVSS:4.0 or a metric of version 2.0, this one with `CVSS:5.0`.")]
    [InlineData("CVSS:3.1", "`` is no metric of CVSS 3.1 with a value of it.")]
    [InlineData("CVSS:3.1/", "`` is no metric of CVSS 3.1 with a value of it.")]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", "A vector of CVSS 3.1 has the metric A, this one has not.")]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/AV:L", "A CVSS vector has each metric once, this one has AV twice.")]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:X/E:X", "A CVSS vector has each metric once, this one has E twice.")]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/", "`` is no metric of CVSS 3.1 with a value of it.")]
    [InlineData("CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "`AV:X` is no metric of CVSS 3.1 with a value of it.")]
    [InlineData("CVSS:3.1/av:n/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "`av:n` is no metric of CVSS 3.1 with a value of it.")]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/MSI:S", "`MSI:S` is no metric of CVSS 3.1 with a value of it.")]
    [InlineData("AV:N/AC:L/Au:N/C:N/I:N/A:C/E:X", "`E:X` is no metric of CVSS 2.0 with a value of it.")]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:N/SC:N/SI:S/SA:N", "`SI:S` is no metric of CVSS 4.0 with a value of it.")]
    [InlineData("CVSS:3.1/AV:NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN", "`AV:NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN…` is no metric of CVSS 3.1 with a value of it.")]
    public void What_is_none_is_refused_with_a_reason(string text, string expected)
    {
        Assert.False(CvssVector.TryParse(text, out var vector, out var reason));
        Assert.Null(vector);
        Assert.Equal(expected, reason);
    }

    [Fact]
    public void A_text_that_is_too_long_is_refused()
    {
        const string Vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
        Assert.False(CvssVector.TryParse(Vector + new string('/', 513 - Vector.Length), out _, out var reason));
        Assert.Equal("A CVSS vector has at most 512 characters, this one has 513.", reason);
        Assert.False(CvssVector.TryParse(Vector + new string('/', 512 - Vector.Length), out _, out reason));
        Assert.Equal("`` is no metric of CVSS 3.1 with a value of it.", reason);
    }

    [Fact]
    public void Any_text_is_answered() => Gen.Select(Gen.Int[0, 4], Gen.Char["AVNCLPRUISEHM:/X340.(){}\u0130"].Array[0, 60], (prefix, chars) =>
        ((string[])["", "CVSS:3.0/", "CVSS:3.1/", "CVSS:4.0/", "CVSS:"])[prefix] + new string(chars)).Sample(text =>
            CvssVector.TryParse(text, out var vector, out var reason) ? vector.Score is >= 0 and <= 10 : reason.EndsWith('.'));
}
