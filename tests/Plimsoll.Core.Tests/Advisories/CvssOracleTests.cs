using System.Text;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Tests.Versions;

namespace Plimsoll.Core.Tests.Advisories;

/// <summary>Scores of generated vectors against calculators of others: ae-cvss-calculator for all versions, js-cvss for 4.0 (its 2.0 and 3 have wrong figures). Installed by npm on first use.</summary>
public sealed class CvssOracleTests
{
    private static readonly string[] Modules = ["ae-cvss-calculator@1.0.13", "@pandatix/js-cvss@0.4.4"];

    private static readonly Lazy<(string? Folder, string Reason)> Installed = new(Install);

    private const string Script = """
        const { readFileSync } = require("fs");
        const [file, modules] = process.argv.slice(1);
        const ae = require(modules + "/ae-cvss-calculator");
        // Its import statements have no file extensions, which node does not follow.
        const source = readFileSync(modules + "/@pandatix/js-cvss/dist/cvss40.js", "utf8").replace(/^import .*$/m, "").replace(/^export /gm, "");
        const Js40 = new Function("errors", source + "; return CVSS40;")({});
        const readers = { "3.0": ae.Cvss3P0, "3.1": ae.Cvss3P1, "4.0": ae.Cvss4P0 };
        const lines = readFileSync(file, "utf8").trimEnd().split("\n").map(text => {
            const version = text.startsWith("CVSS:") ? text.slice(5, 8) : "2.0";
            const scores = new (readers[version] ?? ae.Cvss2)(text).calculateScores();
            const answer = [scores.base, scores.overall];
            if (version === "4.0") answer.push(scores.baseMetricsOnly, new Js40(text).Score());
            return answer.map(score => score.toFixed(1)).join(" ");
        });
        console.log(lines.join("\n"));
        """;

    private static readonly string[] V2 = ["AV:LAN", "AC:HML", "Au:MSN", "C:NPC", "I:NPC", "A:NPC", "E:U,POC,F,H,ND?", "RL:OF,TF,W,U,ND?", "RC:UC,UR,C,ND?", "CDP:N,L,LM,MH,H,ND?", "TD:N,L,M,H,ND?", "CR:L,M,H,ND?", "IR:L,M,H,ND?", "AR:L,M,H,ND?"];

    private static readonly string[] V3 =
    [
        "AV:NALP", "AC:LH", "PR:NLH", "UI:NR", "S:UC", "C:NLH", "I:NLH", "A:NLH", "E:XUPFH?", "RL:XOTWU?", "RC:XURC?", "CR:XLMH?", "IR:XLMH?", "AR:XLMH?",
        "MAV:XNALP?", "MAC:XLH?", "MPR:XNLH?", "MUI:XNR?", "MS:XUC?", "MC:XNLH?", "MI:XNLH?", "MA:XNLH?",
    ];

    private static readonly string[] V4 =
    [
        "AV:NALP", "AC:LH", "AT:NP", "PR:NLH", "UI:NPA", "VC:HLN", "VI:HLN", "VA:HLN", "SC:HLN", "SI:HLN", "SA:HLN", "E:XAPU?", "CR:XHML?", "IR:XHML?", "AR:XHML?",
        "MAV:XNALP?", "MAC:XLH?", "MAT:XNP?", "MPR:XNLH?", "MUI:XNPA?", "MVC:XNLH?", "MVI:XNLH?", "MVA:XNLH?", "MSC:XNLH?", "MSI:XNLHS?", "MSA:XNLHS?",
        "S:XNP?", "AU:XNY?", "R:XAUI?", "V:XDC?", "RE:XLMH?", "U:X,Clear,Green,Amber,Red?",
    ];

    [Fact]
    public void Version_2_has_the_same_scores() => Compare("", V2);

    [Fact]
    public void Version_3_0_has_the_same_scores() => Compare("CVSS:3.0", V3);

    [Fact]
    public void Version_3_1_has_the_same_scores() => Compare("CVSS:3.1", V3);

    [Fact]
    public void Version_4_0_has_the_same_scores() => Compare("CVSS:4.0", V4);

    private static void Compare(string prefix, string[] metrics)
    {
        var (folder, reason) = Installed.Value;
        if (folder is null) Assert.Skip(reason);
        var random = new Random(Oracle.Seed);
        var vectors = Enumerable.Range(0, Oracle.Count).Select(_ => Vector(random, prefix, metrics)).ToList();
        var answers = Oracle.AskWith(file => ["-e", Script, file, Path.Combine(folder, "node_modules")], "node", vectors);
        Assert.Equal(vectors.Count, answers.Length);
        var wrong = vectors.Zip(answers, (vector, answer) => (vector, answer, ours: Ours(vector))).Where(item => item.answer != item.ours).ToList();
        Assert.True(wrong.Count == 0, $"seed {Oracle.Seed}: {wrong.Count} of {vectors.Count} differ:\n" + string.Join('\n', wrong.OrderBy(item => item.vector.Length).Take(12)));
        Assert.True(answers.Distinct().Count() > 300, "hardly any two vectors differ in their scores");
    }

    private static string Ours(string text)
    {
        Assert.True(CvssVector.TryParse(text, out var vector, out var reason), $"{text}: {reason}");
        var (score, overall) = (vector.BaseScore.ToString("0.0"), vector.Score.ToString("0.0"));
        // What the calculator calls the base score of 4.0 is the overall one.
        return vector.Version == "4.0" ? $"{overall} {overall} {score} {overall}" : $"{score} {overall}";
    }

    /// <summary>A third of the vectors has base metrics alone, a third a few others, a third many.</summary>
    private static string Vector(Random random, string prefix, string[] metrics)
    {
        var text = new StringBuilder(prefix);
        var share = random.Next(3);
        foreach (var metric in metrics)
        {
            if (metric[^1] == '?' && random.Next(3) >= share) continue; // An optional metric that this vector does without.
            var (name, values) = (metric[..metric.IndexOf(':')], metric[(metric.IndexOf(':') + 1)..].TrimEnd('?'));
            var choices = values.Contains(',') ? values.Split(',') : [.. values.Select(c => c.ToString())];
            if (text.Length > 0) text.Append('/');
            text.Append(name).Append(':').Append(choices[random.Next(choices.Length)]);
        }
        return text.ToString();
    }

    private static (string? Folder, string Reason) Install()
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "npm")))) return (null, "node and npm are not installed here.");
        var folder = Path.Combine(Path.GetTempPath(), "plimsoll-cvss-calculators-1");
        var done = Path.Combine(folder, "installed");
        if (File.Exists(done)) return (folder, "");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "package.json"), """{ "private": true }""");
        try
        {
            Oracle.Run("npm", ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", .. Modules]);
        }
        catch (Xunit.Sdk.XunitException failed)
        {
            return (null, $"npm cannot install the calculators: {failed.Message}");
        }
        File.WriteAllText(done, "");
        return (folder, "");
    }
}
