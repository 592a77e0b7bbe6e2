using System.Text;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Tests.Versions;

namespace Plimsoll.Core.Tests.Advisories;

/// <summary>Scores of generated vectors against calculators of others: js-cvss for version 2.0, where ae-cvss-calculator does not round as the guide says, and ae-cvss-calculator for the others. Installed by npm on first use.</summary>
public sealed class CvssOracleTests
{
    private static readonly string[] Modules = ["ae-cvss-calculator@1.0.13", "@pandatix/js-cvss@0.4.4"];

    private static readonly Lazy<(string? Folder, string Reason)> Installed = new(Install);

    private const string Script = """
        const { readFileSync } = require("fs");
        const [file, modules] = process.argv.slice(1);
        const ae = require(modules + "/ae-cvss-calculator");
        // Its import statements have no file extensions, which node does not follow; a high requirement weighs 1.51 in the specification.
        const source = readFileSync(modules + "/@pandatix/js-cvss/dist/cvss20.js", "utf8").replace(/^import .*$/m, "").replace(/^export /gm, "").replace("'H': 0.51", "'H': 1.51");
        const Js20 = new Function("errors", source + "; return CVSS20;")({});
        const readers = { "3.0": ae.Cvss3P0, "3.1": ae.Cvss3P1 };
        function scores(text) {
            if (text.startsWith("CVSS:")) {
                const base = text.split("/").slice(0, 12).join("/");
                if (text.startsWith("CVSS:4")) return [base, text].map(text => new ae.Cvss4P0(text).calculateOverallScore());
                const scores = new readers[text.slice(5, 8)](text).calculateScores();
                return [scores.base, scores.overall];
            }
            const parts = text.split("/");
            const vector = new Js20(parts.slice(0, 6).join("/"));
            for (const part of parts.slice(6)) vector.Set(...part.split(":"));
            return [vector.BaseScore(), /CDP|TD|[CIA]R:[^/]/.test(text.replace(/[A-Z]+:ND/g, "")) ? Math.max(0, vector.EnvironmentalScore()) : vector.TemporalScore()];
        }
        console.log(readFileSync(file, "utf8").trimEnd().split("\n").map(text => scores(text).map(score => score.toFixed(1)).join(" ")).join("\n"));
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

    /// <summary>The calculator has binary fractions, which take some halves down that are up in decimal ones.</summary>
    [Fact]
    public void Version_2_has_the_same_scores() => Compare("", V2, (ours, theirs) => Math.Abs(ours - theirs) <= 0.1m);

    /// <summary>The calculator has binary fractions, which take some whole tenths up.</summary>
    [Fact]
    public void Version_3_0_has_the_same_scores() => Compare("CVSS:3.0", V3, (ours, theirs) => theirs - ours == 0.1m);

    [Fact]
    public void Version_3_1_has_the_same_scores() => Compare("CVSS:3.1", V3, (_, _) => false);

    [Fact]
    public void Version_4_0_has_the_same_scores() => Compare("CVSS:4.0", V4, (_, _) => false);

    /// <param name="isRounding">Whether a difference of two overall scores is one of fractions; one in a hundred may be.</param>
    private static void Compare(string prefix, string[] metrics, Func<decimal, decimal, bool> isRounding)
    {
        var (folder, reason) = Installed.Value;
        if (folder is null) Assert.Skip(reason);
        var random = new Random(Oracle.Seed);
        var vectors = Enumerable.Range(0, Oracle.Count / 2).Select(_ => Vector(random, prefix, metrics)).ToList();
        var answers = Oracle.AskWith(file => ["-e", Script, file, Path.Combine(folder, "node_modules")], "node", vectors);
        Assert.Equal(vectors.Count, answers.Length);
        var (wrong, rounding) = (new List<string>(), 0);
        foreach (var (text, answer) in vectors.Zip(answers))
        {
            Assert.True(CvssVector.TryParse(text, out var vector, out var why), $"{text}: {why}");
            var (score, overall) = (decimal.Parse(answer.Split(' ')[0]), decimal.Parse(answer.Split(' ')[1]));
            if ((vector.BaseScore, vector.Score) == (score, overall)) continue; // As it should be.
            if (vector.BaseScore == score && isRounding(vector.Score, overall)) rounding++;
            else wrong.Add($"{text}: oracle {answer}, ours {vector.BaseScore} {vector.Score}");
        }
        Assert.True(wrong.Count == 0, $"seed {Oracle.Seed}: {wrong.Count} of {vectors.Count} differ:\n" + string.Join('\n', wrong.OrderBy(line => line.Length).Take(12)));
        Assert.True(rounding <= vectors.Count / 100, $"{rounding} of {vectors.Count} are rounded otherwise");
        Assert.True(answers.Distinct().Count() > 300, "hardly any two vectors differ in their scores");
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
