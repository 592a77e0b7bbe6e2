using Plimsoll.Core.Applications;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers;

/// <summary>Where a cataloger puts what it found and what it could not read.</summary>
/// <param name="unit">The cataloger's id.</param>
/// <param name="os">The system that the image is made of; null when it does not say.</param>
internal sealed class Findings(string unit, OsRelease? os)
{
    private readonly List<Package> packages = [];

    public OsRelease? Os { get; } = os;
    public ProblemLog Problems { get; } = new(unit);
    public IReadOnlyList<Package> Packages => packages;

    public void Add(Package package) => packages.Add(package);

    public void Malformed(Location where, string message) => Problems.Report(ProblemKind.Malformed, where.ToString(), message);

    public void Report(ProblemKind kind, string where, string message) => Problems.Report(kind, where, message);

    /// <summary>Reads a whole file; when it cannot, reports why and returns false.</summary>
    /// <param name="limit">Most bytes that are taken; a longer file is a problem, not a prefix.</param>
    public bool TryRead(ImageFile file, int limit, out ReadOnlyMemory<byte> content)
    {
        byte[] buffer = [];
        return TryRead(file, ref buffer, limit, out content);
    }

    /// <summary>The same into a buffer that the caller uses for one file after the other.</summary>
    public bool TryRead(ImageFile file, ref byte[] buffer, int limit, out ReadOnlyMemory<byte> content)
    {
        content = default;
        try
        {
            content = file.ReadInto(ref buffer, limit);
            return true;
        }
        catch (UnreadableException unreadable)
        {
            Report(unreadable.Kind, file.Path, $"{unreadable.Message}; it was not read");
            return false;
        }
    }
}
