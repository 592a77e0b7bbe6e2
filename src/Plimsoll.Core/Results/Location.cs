namespace Plimsoll.Core.Results;

/// <summary>The one type for every "where" inside an image.</summary>
/// <param name="Path">Absolute inside the image, `/var/lib/dpkg/status`; canonical, without symlinks; inside an archive `/app.jar!/lib/x.jar`.</param>
/// <param name="Layer">Index of the layer that holds this version of the file; null outside layers.</param>
/// <param name="Line">From 1; null for the file as a whole.</param>
public readonly record struct Location(string Path, int? Layer = null, int? Line = null) : IComparable<Location>
{
    public int CompareTo(Location other)
    {
        var byPath = string.CompareOrdinal(Path, other.Path);
        if (byPath != 0) return byPath;
        var byLayer = Nullable.Compare(Layer, other.Layer);
        return byLayer != 0 ? byLayer : Nullable.Compare(Line, other.Line);
    }

    public override string ToString() => Line is { } line ? $"{Path}:{line}" : Path;

    public static bool operator <(Location left, Location right) => left.CompareTo(right) < 0;
    public static bool operator >(Location left, Location right) => left.CompareTo(right) > 0;
    public static bool operator <=(Location left, Location right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Location left, Location right) => left.CompareTo(right) >= 0;
}
