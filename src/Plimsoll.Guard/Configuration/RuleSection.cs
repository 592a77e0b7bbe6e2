using Plimsoll.Core.Results;
using Plimsoll.Guard.SecLang;
using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.Configuration;

/// <summary>`rules` of a site: files and folders of rules in SecLang, the paranoia level of the Core Rule Set, what judges injections, and whether verdicts are remembered.</summary>
internal static class RuleSection
{
    private const int mostPaths = 100;

    public static RuleProgram? Read(Section section, Faults faults)
    {
        var nodes = section.Items("paths", mostPaths, "paths: [coreruleset]");
        var paranoia = section.Number("paranoia", 0, 1, Paranoia.Most);
        var detection = section.Choice("detection", Detection.Structural, ("structural", Detection.Structural), ("crs", Detection.Crs));
        var remembers = section.Flag("remember", otherwise: true);
        section.End();
        var paths = nodes.Select(section.Text).OfType<string>().Select(path => Path.Combine(faults.Folder, path)).ToList();
        if (paths.Count == 0 || paths.Count < nodes.Count) return null;
        try
        {
            return Load(paths, paranoia == 0 ? null : paranoia, detection, remembers);
        }
        catch (PlimsollException thrown)
        {
            foreach (var sentence in thrown.Message.Split('\n')) faults.Add(section.Node, sentence.TrimEnd('.'), "`plimsoll guard rules check` reads rules alone.");
            return null;
        }
    }

    /// <param name="paranoia">Null for what the rules say themselves.</param>
    /// <param name="remembers">Whether verdicts on values that come again are kept.</param>
    /// <exception cref="PlimsollException">With every fault.</exception>
    public static RuleProgram Load(IReadOnlyList<string> paths, int? paranoia, Detection detection, bool remembers = true) => ProgramBuilder.Build(RuleFiles.Read(paths), paranoia, detection, remembers);
}
