using System.Collections.Immutable;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Freshness;

namespace Plimsoll.Scan.Matching;

/// <summary>
/// Look-ups in the NVD under the other vendors that an application had, from the CPEs that endoflife.date gives its products.
/// Only vendors change: another name of a product mostly is another product with versions of its own.
/// </summary>
/// <param name="folder">Of the database.</param>
internal sealed class OtherVendors(string folder) : IDisposable
{
    private LifecycleTable? table;
    private bool isOpen;

    public ImmutableArray<Lookup> AddTo(ImmutableArray<Lookup> lookups)
    {
        foreach (var lookup in lookups.Where(lookup => lookup.Ecosystem == UpstreamNames.Nvd))
            foreach (var vendor in Ask(lookup.Name))
                if ($"{vendor}:{lookup.Name.Split(':')[1]}" is var name && !lookups.Any(known => known.Ecosystem == lookup.Ecosystem && known.Name == name))
                    lookups = lookups.Add(lookup with { Name = name });
        return lookups;
    }

    public void Dispose() => table?.Dispose();

    private ImmutableArray<string> Ask(string name)
    {
        try
        {
            if (!isOpen)
            {
                isOpen = true;
                table = LifecycleTable.OpenIn(folder);
            }
            return name.Split(':') is [var vendor, var product] ? table?.OtherVendors(vendor, product) ?? [] : [];
        }
        catch (PlimsollException)
        {
            // What is damaged is reported by the stage that needs it: Lifecycles.
            table?.Dispose();
            table = null;
            return [];
        }
    }
}
