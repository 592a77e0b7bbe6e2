using System.Collections.Immutable;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Vex;

/// <summary>The statements of all files by the vulnerabilities that they name.</summary>
internal sealed class VexIndex
{
    private readonly Dictionary<string, List<(VexStatement Statement, int Place)>> byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly Image image;

    public VexIndex(ImmutableArray<VexFile> files, Image image)
    {
        this.image = image;
        var place = 0;
        foreach (var statement in files.SelectMany(file => file.Statements))
        {
            place++;
            foreach (var name in statement.Vulnerabilities)
                if (byName.TryGetValue(name, out var there)) there.Add((statement, place));
                else byName[name] = [(statement, place)];
        }
    }

    /// <summary>The statement that holds: of all that fit the latest, of equals the one that stands last; null when nobody says anything.</summary>
    public VexStatement? Find(Vulnerability one, Package package) =>
        one.Aliases.Prepend(one.Id).SelectMany(name => byName.GetValueOrDefault(name) ?? [])
            .Where(candidate => candidate.Statement.Products.Any(product => product.Fits(package, image)))
            .OrderBy(candidate => candidate.Statement.Time ?? DateTimeOffset.MinValue).ThenBy(candidate => candidate.Place)
            .Select(candidate => candidate.Statement).LastOrDefault();
}
