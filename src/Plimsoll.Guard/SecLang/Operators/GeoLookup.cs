namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>Nobody is asked elsewhere: cannot know. <see cref="Lookups"/> says where it may stand.</summary>
internal static class GeoLookup
{
    public static readonly Operator Word = new("geoLookup", "has an address whose country is known", static (_, _, _) => new UnknownProbe());
}
