using System.Collections.Immutable;

namespace Plimsoll.Scan.Applications.Shell;

/// <summary>How a command ended.</summary>
internal enum Status
{
    False,
    True,

    /// <summary>An external program: a script that goes on is written for its success, but a condition on it can go either way.</summary>
    Assumed,

    Unknown,
}

/// <summary>Where control goes after a command.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
    Return,
    Exit,

    /// <summary>The script stops with an error.</summary>
    Fail,
}

/// <summary>A variable: one value, or an array's.</summary>
internal sealed record Variable(ImmutableArray<Value> Items, bool IsArray = false, bool Exported = false)
{
    public Value Scalar => Items.IsEmpty ? "" : Items[0];

    public bool Same(Variable? other) =>
        ReferenceEquals(this, other) || (other is not null && IsArray == other.IsArray && Exported == other.Exported && Items.AsSpan().SequenceEqual(other.Items.AsSpan()));
}

/// <summary>A process that a script starts.</summary>
internal sealed record Started(Process Process, int Line);

/// <summary>All that a shell remembers; immutable, so that both ways of a branch start from the same.</summary>
internal sealed record ShellState
{
    public ImmutableDictionary<string, Variable> Variables { get; init; } = ImmutableDictionary<string, Variable>.Empty;
    public ImmutableDictionary<string, Command> Functions { get; init; } = ImmutableDictionary<string, Command>.Empty;
    public ImmutableArray<Value> Positional { get; init; } = [];
    public string? Folder { get; init; } = "/";

    /// <summary>Values of variables outside the running function, for those that it declared as its own.</summary>
    public ImmutableDictionary<string, Variable?> Outer { get; init; } = ImmutableDictionary<string, Variable?>.Empty;

    /// <summary>The program started last in the foreground; several after a branch that could not be decided.</summary>
    public ImmutableArray<Started> Last { get; init; } = [];

    public ImmutableArray<Started> Background { get; init; } = [];

    /// <summary>Paths that commands were given, and so may have changed.</summary>
    public ImmutableHashSet<string> Touched { get; init; } = ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    public ShellState Set(string name, Variable variable) => this with { Variables = Variables.SetItem(name, variable) };

    public ShellState Set(string name, Value value) =>
        Set(name, new Variable([value], IsArray: false, Variables.TryGetValue(name, out var old) && old.Exported));

    /// <summary>What is known whichever of two ways was taken.</summary>
    public static ShellState Join(ShellState left, ShellState right)
    {
        if (ReferenceEquals(left, right)) return left;
        return left with
        {
            Variables = JoinVariables(left.Variables, right.Variables),
            Functions = left.Functions.SetItems(right.Functions),
            Positional = JoinValues(left.Positional, right.Positional),
            Folder = left.Folder == right.Folder ? left.Folder : null,
            Outer = right.Outer.SetItems(left.Outer),
            Last = [.. left.Last.Union(right.Last).Take(Evaluator.MostStarted)],
            Background = [.. left.Background.Union(right.Background).Take(Evaluator.MostStarted)],
            Touched = left.Touched.Union(right.Touched),
        };
    }

    private static ImmutableDictionary<string, Variable> JoinVariables(ImmutableDictionary<string, Variable> left, ImmutableDictionary<string, Variable> right)
    {
        if (ReferenceEquals(left, right)) return left;
        var joined = left;
        foreach (var (name, variable) in left)
            if (!variable.Same(right.GetValueOrDefault(name))) joined = joined.SetItem(name, JoinVariable(name, variable, right.GetValueOrDefault(name)));
        foreach (var (name, variable) in right)
            if (!left.ContainsKey(name)) joined = joined.SetItem(name, JoinVariable(name, variable, null));
        return joined;
    }

    private static Variable JoinVariable(string name, Variable some, Variable? other) =>
        some.IsArray && (other is null || other.IsArray)
            ? some with { Items = JoinValues(some.Items, other?.Items ?? []) }
            : new Variable([Value.Unknown("$" + name)], IsArray: false, some.Exported || other?.Exported == true);

    private static ImmutableArray<Value> JoinValues(ImmutableArray<Value> left, ImmutableArray<Value> right)
    {
        if (left.AsSpan().SequenceEqual(right.AsSpan())) return left;
        var common = left.AsSpan().CommonPrefixLength(right.AsSpan());
        return [.. left.AsSpan(0, common), Value.Rest];
    }
}
