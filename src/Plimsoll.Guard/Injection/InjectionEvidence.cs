namespace Plimsoll.Guard.Injection;

/// <summary>What a value does to the statement or markup around it.</summary>
internal enum InjectionKind : byte
{
    None,
    /// <summary>A condition joined to the one that was there: `' or 1=1`.</summary>
    Condition,
    /// <summary>A second query whose rows are added: `union select`.</summary>
    Union,
    /// <summary>A second statement after the first.</summary>
    Statement,
    /// <summary>A literal is closed and the rest of the statement is a comment.</summary>
    Comment,
    /// <summary>A call that waits, reads files, or speaks to other machines.</summary>
    Call,
    /// <summary>A query inside of an expression.</summary>
    Subquery,
    /// <summary>A clause that was not there: `order by 9`, `into outfile`.</summary>
    Clause,
    /// <summary>A literal is closed, an operator applied, and another literal opened for the quote that follows.</summary>
    Operator,
    /// <summary>Nested deeper than any statement that a person writes.</summary>
    Depth,
    /// <summary>An element that executes or loads.</summary>
    Element,
    /// <summary>An attribute that handles an event.</summary>
    Handler,
    /// <summary>An address whose scheme executes.</summary>
    Scheme,
    /// <summary>A string of a script is closed and code follows.</summary>
    Script,
}

/// <summary>Where a value stands when it changes the structure.</summary>
internal enum InjectionContext : byte { Bare, SingleQuoted, DoubleQuoted, Backquoted, Comment }

/// <summary>The structure that a value changes; <paramref name="At"/> is the offset in bytes of what changes it.</summary>
internal readonly record struct InjectionEvidence(InjectionKind Kind, InjectionContext Context, int At)
{
    public bool IsInjection => Kind != InjectionKind.None;
}
