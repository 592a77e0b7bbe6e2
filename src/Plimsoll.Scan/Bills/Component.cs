using System.Collections.Immutable;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Bills;

/// <summary>What a thing in a bill is to us.</summary>
internal enum ComponentKind
{
    Package,
    System,

    /// <summary>Files, data sets, keys: packages only when they have a purl.</summary>
    Data,
}

/// <summary>A component or package of a bill in either format, as it is written there.</summary>
internal sealed class Component
{
    /// <summary>`bom-ref` or `SPDXID`: what relationships name it by.</summary>
    public string? Reference { get; init; }

    public ComponentKind Kind { get; init; }
    public required string Name { get; init; }
    public string? Group { get; init; }
    public string? Version { get; init; }
    public string? Purl { get; init; }
    public string? Cpe { get; init; }
    public string? Description { get; init; }
    public string? Supplier { get; init; }
    public ImmutableArray<string> Licenses { get; init; } = [];

    /// <summary>One expression in place of <see cref="Licenses"/>, which may be the bill's own name of a licence.</summary>
    public string? LicenseExpression { get; init; }

    public ImmutableArray<Location> Locations { get; init; } = [];
    public Digest? Digest { get; init; }
    public bool IsContainer { get; init; }

    /// <summary>Its purl is stated to be less than sure.</summary>
    public bool IsUnsure { get; init; }

    /// <summary>The bill itself says that it is not in what it describes.</summary>
    public bool IsExcluded { get; init; }

    /// <summary>The component that it is nested in.</summary>
    public Component? Within { get; init; }

    public BillProperties Properties { get; init; } = BillProperties.None;

    public string Title => string.IsNullOrEmpty(Version) ? $"`{Name}`" : $"`{Name}` {Version}";
}

/// <summary>Properties or annotations: names with values, a name any number of times.</summary>
internal sealed class BillProperties(IEnumerable<(string Name, string Value)> pairs)
{
    public static readonly BillProperties None = new([]);

    private readonly ILookup<string, string> values = pairs.ToLookup(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);

    public IEnumerable<string> Names => values.Select(group => group.Key);
    public IEnumerable<string> All(string name) => values[name];
    public string? First(string name) => values[name].FirstOrDefault();
    public bool Has(string name) => values.Contains(name);

    public int? Number(string name) => int.TryParse(First(name), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null;
}
