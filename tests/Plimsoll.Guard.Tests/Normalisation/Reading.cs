using System.Text;
using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Tests.Normalisation;

/// <summary>What a normaliser says of one request, as text: each byte a letter of Latin-1.</summary>
internal sealed record Reading(IReadOnlyList<(Origin Origin, string Name, string Content, ValueEncoding Layer)> Values, IReadOnlyList<AmbiguityMark> Marks, AmbiguitySet Ambiguities)
{
    private static readonly System.Text.Encoding latin1 = System.Text.Encoding.Latin1;

    [ThreadStatic]
    private static RequestNormaliser? shared;

    public IEnumerable<Ambiguity> Kinds => Marks.Select(mark => mark.Kind).Distinct();

    /// <summary>Everything, to compare two.</summary>
    public string Text => string.Join('\n', Values.Select(value => value.ToString()).Concat(Marks.Select(mark => mark.ToString()).Order(StringComparer.Ordinal)));

    public static byte[] Bytes(string text) => latin1.GetBytes(text);

    public static Reading Target(string target) => Of(target, [], [], 0);

    public static Reading Cookie(string cookie) => Of("/", [("Cookie", cookie)], [], 0, Origin.Cookie);

    public static Reading Body(string type, string body) => Of("/", [("Content-Type", type)], Bytes(body), 0, skip: Origin.Header);

    public static Reading Body(string type, byte[] body, int piece = 0, string? coding = null, NormalisationLimits? limits = null) =>
        Of("/", coding is null ? [("Content-Type", type)] : [("Content-Type", type), ("Content-Encoding", coding)], body, piece, skip: Origin.Header, limits: limits);

    /// <param name="piece">The body comes in pieces of so many bytes, 0 at once; negative: one cut there.</param>
    /// <param name="only">Values of this origin alone.</param>
    public static Reading Of(string target, IEnumerable<(string Name, string Content)> headers, byte[] body, int piece, Origin? only = null, Origin? skip = null, NormalisationLimits? limits = null)
    {
        var normaliser = limits is null ? shared ??= new(NormalisationLimits.Default) : new RequestNormaliser(limits);
        normaliser.Begin();
        normaliser.Target(Bytes(target));
        foreach (var (name, content) in headers) normaliser.Header(Bytes(name), Bytes(content));
        if (piece < 0)
        {
            normaliser.Body(body.AsSpan(0, -piece));
            normaliser.Body(body.AsSpan(-piece));
        }
        else for (var at = 0; at < body.Length; at += piece == 0 ? body.Length : piece) normaliser.Body(body.AsSpan(at, Math.Min(piece == 0 ? body.Length : piece, body.Length - at)));
        normaliser.Finish();
        var values = new List<(Origin, string, string, ValueEncoding)>();
        foreach (var value in normaliser.Values)
            if ((only is null || value.Origin == only) && value.Origin != skip && (skip is null || value.Origin != Origin.Path))
                values.Add((value.Origin, latin1.GetString(normaliser.Bytes(value.Name)), latin1.GetString(normaliser.Bytes(value.Content)), value.Layer));
        return new(values, normaliser.Marks.ToArray(), normaliser.Ambiguities);
    }

    /// <summary>`name=value` of values that the request has as such.</summary>
    public IEnumerable<string> Pairs(Origin origin) => Values.Where(value => value.Origin == origin && value.Layer == ValueEncoding.None).Select(value => $"{value.Name}={value.Content}");

    /// <summary>Asserts the pairs and, exactly, the kinds of ambiguity.</summary>
    /// <param name="kinds">Their names with blanks between.</param>
    public void Is(Origin origin, string[] pairs, string kinds = "")
    {
        Assert.Equal(pairs, Pairs(origin));
        AssertKinds(kinds, Kinds);
    }

    public static void AssertKinds(string expected, IEnumerable<Ambiguity> kinds) =>
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), kinds.Select(kind => kind.ToString()).Order(StringComparer.Ordinal));
}
