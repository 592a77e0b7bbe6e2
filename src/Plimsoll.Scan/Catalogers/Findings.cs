using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers;

/// <summary>Where a unit puts what it found and what it could not read.</summary>
internal sealed class Findings(string unit)
{
    /// <summary>Problems kept of one unit; the last one then says how many more there were.</summary>
    public const int MaxProblems = 200;

    private readonly List<Package> packages = [];
    private readonly List<Problem> problems = [];
    private int dropped;

    public string Unit { get; } = unit;
    public IReadOnlyList<Package> Packages => packages;

    public IEnumerable<Problem> Problems => dropped == 0 ? problems : problems.Append(new Problem(
        ProblemKind.LimitReached, Unit, "", $"{dropped} more problems of this kind of file are not listed: {MaxProblems} are kept"));

    public void Add(Package package) => packages.Add(package);

    public void Malformed(Location where, string message) => Report(ProblemKind.Malformed, where.ToString(), message);

    public void Report(ProblemKind kind, string where, string message)
    {
        if (problems.Count < MaxProblems) problems.Add(new Problem(kind, Unit, where, message));
        else dropped++;
    }

    /// <summary>Reads a whole file; when it cannot, reports why and returns false.</summary>
    /// <param name="limit">Most bytes that are taken; a longer file is a problem, not a prefix.</param>
    public bool TryRead(ImageFile file, int limit, out ReadOnlyMemory<byte> content)
    {
        content = default;
        if (file.Size > limit)
        {
            Report(ProblemKind.LimitReached, file.Path, $"the file has {file.Size:N0} bytes, more than the {limit:N0} that are read of its kind; it was not read");
            return false;
        }
        try
        {
            content = file.ReadBytes(limit);
            return true;
        }
        catch (UnreadableException unreadable)
        {
            Report(unreadable.Kind, file.Path, unreadable.Message);
            return false;
        }
    }
}
