using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Normalisation;
using Plimsoll.Guard.Sites;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard;

/// <summary>The options in force with what was made of them. A request takes it once and keeps it; a reload replaces it.</summary>
internal sealed class Running(GuardOptions options, IReadOnlyList<IInspector> inspectors, NormaliserPool normalisers, Deadlines deadlines, ClientTable clients) : IDisposable
{
    public GuardOptions Options { get; } = options;

    public SiteTable Sites { get; } = new([.. options.Sites.Select((site, number) => new Site(site, number, inspectors, normalisers, options.Limits, deadlines, clients))]);

    public void Dispose()
    {
        foreach (var site in Sites.All) site.Dispose();
    }
}
