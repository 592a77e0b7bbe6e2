using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Bills;

/// <summary>
/// What a bill that Plimsoll wrote says beyond the standards, in the properties of Reports/Sbom/Properties.cs:
/// the way back of what is written there.
/// </summary>
internal sealed class OwnFacts
{
    private readonly Bill bill;
    private readonly int mostLayers;

    private OwnFacts(Bill bill, int mostLayers)
    {
        this.bill = bill;
        this.mostLayers = mostLayers;
        Problems = [.. bill.Properties.All("plimsoll:problem").Select(Problem)];
    }

    public ImmutableArray<Problem> Problems { get; }
    public string? ApplicationNote => bill.Properties.First("plimsoll:applicationNote");
    public IEnumerable<string> Notes => bill.Properties.All("plimsoll:note");

    /// <summary>Null for a bill of another tool.</summary>
    public static OwnFacts? Of(Bill bill, Limits limits) => bill.Properties.Has("plimsoll:completeness") ? new OwnFacts(bill, limits.Layers) : null;

    public Image Image(Image image)
    {
        if (bill.Subject is not { } about) return image;
        var facts = about.Properties;
        var layers = Layers(facts);
        var under = facts.First("plimsoll:image:base");
        var inBase = layers.Count(layer => layer.Origin == LayerOrigin.Base);
        return image with
        {
            Names = [.. facts.All("plimsoll:image:name")],
            ManifestDigest = about.Digest,
            ConfigDigest = Digest.TryParse(facts.First("plimsoll:image:configDigest"), out var config) ? config : null,
            Platform = Core.Images.Platform.TryParse(facts.First("plimsoll:image:platform") ?? "", out var platform) ? platform : null,
            Layers = layers,
            Base = under is null ? null : new BaseImage(
                Digest.TryParse(under, out var digest) ? null : under,
                Digest.TryParse(under, out _) ? digest : null,
                inBase > 0 ? inBase : null,
                "the bill of materials says it"),
        };
    }

    /// <summary>Null when the component is none of the applications that the image exists for.</summary>
    public Application? Application(Component component)
    {
        if (component.Purl is not null || component.Reference is not { } reference || !(reference.StartsWith("application-", StringComparison.Ordinal) || reference.StartsWith("SPDXRef-Application-", StringComparison.Ordinal))) return null;
        var facts = component.Properties;
        return new Application
        {
            Name = component.Name,
            Version = string.IsNullOrEmpty(component.Version) ? null : component.Version,
            Command = Words(facts.First("plimsoll:application:command") ?? ""),
            Executable = component.Locations.IsEmpty ? null : component.Locations[0],
            Runtime = facts.First("plimsoll:application:runtime"),
            User = facts.First("plimsoll:application:user") ?? "",
            Ports = [.. facts.All("plimsoll:application:port")],
            ConfigFiles = [.. facts.All("plimsoll:application:configFile").Select(path => new Location(path))],
            Evidence = [.. facts.All("plimsoll:application:evidence")],
        };
    }

    public static LayerOrigin Origin(string? text) => text switch
    {
        "base" => LayerOrigin.Base,
        "added" => LayerOrigin.Added,
        _ => LayerOrigin.Unknown,
    };

    /// <summary>`layer 0, line 12: /path`, `layer 0: /path`, `line 12: /path` or `file: /path`.</summary>
    public static Location Place(string text)
    {
        var colon = text.IndexOf(": ", StringComparison.Ordinal);
        if (colon < 0) return new Location(text);
        int? layer = null, line = null;
        foreach (var part in text[..colon].Split(", "))
            if (Number(part, "layer ") is { } index) layer = index;
            else if (Number(part, "line ") is { } number) line = number;
            else if (part != "file") return new Location(text); // Not of ours: all of it is the path.
        return new Location(text[(colon + 2)..], layer, line);
    }

    private static int? Number(string text, string prefix) =>
        text.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(text.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private ImmutableArray<Layer> Layers(BillProperties facts)
    {
        const string Prefix = "plimsoll:layer:";
        var count = 0;
        foreach (var name in facts.Names)
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && name.IndexOf(':', Prefix.Length) is > 0 and var end && int.TryParse(name.AsSpan(Prefix.Length, end - Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < mostLayers)
                count = Math.Max(count, index + 1);
        return [.. Enumerable.Range(0, count).Select(Layer)];

        Layer Layer(int index)
        {
            var prefix = $"{Prefix}{index.ToString(CultureInfo.InvariantCulture)}:";
            return new Layer(
                index,
                Digest.TryParse(facts.First(prefix + "digest"), out var digest) ? digest : null,
                Digest.TryParse(facts.First(prefix + "diffId"), out var diffId) ? diffId : null,
                long.TryParse(facts.First(prefix + "size"), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0,
                facts.First(prefix + "createdBy"))
            {
                Origin = Origin(facts.First(prefix + "origin")),
            };
        }
    }

    /// <summary>`where: kind (unit): message`, where `where: ` may be missing.</summary>
    private static Problem Problem(string sentence)
    {
        var found = Enum.GetValues<ProblemKind>().Select(kind => (Kind: kind, At: Find(sentence, $"{Facts.Kind(kind)} ("))).Where(kind => kind.At >= 0).OrderBy(kind => kind.At).ToList();
        if (found.Count > 0)
        {
            var (kind, at) = found[0];
            var unit = at + Facts.Kind(kind).Length + 2;
            if (sentence.IndexOf("): ", unit, StringComparison.Ordinal) is >= 0 and var end)
                return new Problem(kind, sentence[unit..end], at == 0 ? "" : sentence[..(at - 2)], sentence[(end + 3)..]);
        }
        return new Problem(ProblemKind.Unreadable, "sbom", "", sentence);
    }

    private static int Find(string sentence, string kind) =>
        sentence.StartsWith(kind, StringComparison.Ordinal) ? 0 : sentence.IndexOf($": {kind}", StringComparison.Ordinal) is >= 0 and var at ? at + 2 : -1;

    /// <summary>Words as <see cref="Facts.Command"/> quotes them: plain, or in single quotes with `'\''` for one.</summary>
    private static ImmutableArray<string> Words(string line)
    {
        var words = ImmutableArray.CreateBuilder<string>();
        var word = new StringBuilder();
        var (inWord, quoted) = (false, false);
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c == '\'') (inWord, quoted) = (true, !quoted);
            else if (c == ' ' && !quoted)
            {
                if (inWord) words.Add(word.ToString());
                word.Clear();
                inWord = false;
            }
            else
            {
                if (c == '\\' && !quoted && i + 1 < line.Length) c = line[++i];
                word.Append(c);
                inWord = true;
            }
        }
        if (inWord) words.Add(word.ToString());
        return words.ToImmutable();
    }
}
