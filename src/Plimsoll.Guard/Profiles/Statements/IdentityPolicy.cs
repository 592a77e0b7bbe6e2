using System.Collections.Concurrent;
using System.Text;
using System.Text.Unicode;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Sql;

namespace Plimsoll.Guard.Profiles.Statements;

/// <summary>The shapes of one identity.</summary>
internal sealed class IdentityPolicy
{
    /// <summary>Bytes of a shape that is remembered; a longer one is judged anew each time, and refused unless the profile has it.</summary>
    private const int mostText = 256 << 10;

    [ThreadStatic]
    private static byte[]? buffer;

    private readonly StatementPolicy policy;
    private readonly ConcurrentDictionary<byte[], Shape> shapes = new(BytesComparer.Instance);
    private readonly ConcurrentDictionary<byte[], Shape>.AlternateLookup<ReadOnlySpan<byte>> lookup;
    private int candidates;

    public IdentityPolicy(StatementPolicy policy, Identity identity, IReadOnlyList<StatementEntry> statements)
    {
        (this.policy, Identity) = (policy, identity);
        lookup = shapes.GetAlternateLookup<ReadOnlySpan<byte>>();
        Use(statements);
    }

    public Identity Identity { get; }

    public IEnumerable<Shape> Permitted => shapes.Values.Where(shape => shape.IsPermitted && !shape.IsHarmless);

    public IEnumerable<Shape> Refused => shapes.Values.Where(shape => !shape.IsPermitted);

    /// <summary>Another profile: those that it does not have are no longer permitted, but for what was learned in this run.</summary>
    public void Use(IReadOnlyList<StatementEntry> statements)
    {
        var wanted = statements.ToDictionary(entry => entry.Text, StringComparer.Ordinal);
        foreach (var shape in shapes.Values)
            if (!wanted.ContainsKey(shape.Text) && !shape.IsLearned && !shape.IsHarmless) shape.IsPermitted = false;
        foreach (var entry in statements)
        {
            var text = Encoding.UTF8.GetBytes(entry.Text);
            var shape = shapes.GetOrAdd(text, bytes => new(bytes) { Bad = KnownBad.Of(ShapeTokens.Of(bytes)) });
            shape.Entry = entry;
            shape.IsPermitted = shape.Bad.All(entry.Accepts.Contains);
        }
    }

    /// <summary>Judges the text of a query, which may have several statements. Counts no execution.</summary>
    /// <param name="isSettled">Whether nothing runs that could change how the server reads the text.</param>
    /// <param name="shape">Null when it cannot be read.</param>
    public Verdict Judge(ReadOnlySpan<byte> query, Reading reading, bool isSettled, bool isUnsafeEncoding, out Shape? shape)
    {
        shape = Find(query, reading, out var doubts);
        if (shape is null) return new(Reason.StatementUnreadable, Part.Statement);
        if (isUnsafeEncoding && (doubts & Doubts.High) != 0) return new(Reason.StatementUnreadable, Part.Statement);
        if (!isSettled && doubts != Doubts.None)
        {
            if ((doubts & Doubts.BackslashAfterHigh) != 0) return new(Reason.StatementUnreadable, Part.Statement);
            if ((doubts & Doubts.PlainBackslash) != 0 && Find(query, new(!reading.PlainBackslash), out _) != shape) return new(Reason.StatementUnreadable, Part.Statement);
        }
        return Of(shape);
    }

    /// <summary>What is against a shape now.</summary>
    public static Verdict Of(Shape shape) => shape.IsPermitted ? default : new(shape.Bad.Count > 0 ? Reason.StatementKnownBad : Reason.StatementUnknown, Part.Statement);

    private Shape? Find(ReadOnlySpan<byte> query, Reading reading, out Doubts doubts)
    {
        buffer ??= new byte[4096];
        var length = ShapeWriter.Write(query, reading, ref buffer, out doubts);
        if (length < 0) return null;
        ReadOnlySpan<byte> text = buffer.AsSpan(0, length);
        // A profile is UTF-8; names in another encoding are written as if it were Latin-1.
        if (doubts != Doubts.None && !Utf8.IsValid(text)) text = Encoding.UTF8.GetBytes(Encoding.Latin1.GetString(text));
        if (lookup.TryGetValue(text, out var known)) return known;
        if (buffer.Length > mostText) buffer = null;
        return Add(text.ToArray(), query);
    }

    private Shape Add(byte[] text, ReadOnlySpan<byte> query)
    {
        var shape = policy.New(text, query, text.Length > mostText ? int.MaxValue : Volatile.Read(ref candidates), out var isKept);
        if (!isKept) return shape;
        if (!shape.IsPermitted || shape.IsHarmless) Interlocked.Increment(ref candidates);
        return shapes.GetOrAdd(text, shape);
    }
}
