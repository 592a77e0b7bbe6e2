using System.Collections.Immutable;

namespace Plimsoll.Scan.Applications.Shell;

/// <summary>A command of a shell script (POSIX 2.9 "Shell Commands", and what bash adds to it).</summary>
/// <param name="Line">From 1.</param>
internal abstract record Command(int Line);

/// <param name="Source">As written, for quoting.</param>
internal sealed record SimpleCommand(int Line, ImmutableArray<Assignment> Assignments, ImmutableArray<Word> Words, ImmutableArray<Redirect> Redirects, string Source) : Command(Line);

internal sealed record CommandList(int Line, ImmutableArray<ListItem> Items) : Command(Line);

internal readonly record struct ListItem(Command Command, bool Background);

internal sealed record Pipeline(int Line, ImmutableArray<Command> Stages, bool Negated) : Command(Line);

/// <summary>`left &amp;&amp; right`, `left || right`.</summary>
internal sealed record AndOr(int Line, Command Left, bool And, Command Right) : Command(Line);

internal sealed record If(int Line, Command Condition, Command Then, Command? Else) : Command(Line);

internal sealed record While(int Line, Command Condition, Command Body, bool Until) : Command(Line);

/// <param name="Words">Null without `in`: the positional parameters.</param>
internal sealed record For(int Line, string Name, ImmutableArray<Word>? Words, Command Body) : Command(Line);

internal sealed record Case(int Line, Word Subject, ImmutableArray<CaseArm> Arms) : Command(Line);

/// <param name="FallsThrough">Ends in `;&amp;` or `;;&amp;`: further arms may run too.</param>
internal readonly record struct CaseArm(ImmutableArray<Word> Patterns, Command Body, bool FallsThrough);

internal sealed record Group(int Line, Command Body, bool Subshell) : Command(Line);

internal sealed record Function(int Line, string Name, Command Body) : Command(Line);

/// <summary>`[[ … ]]`: words, and operators as bare words.</summary>
internal sealed record Conditional(int Line, ImmutableArray<Word> Words) : Command(Line);

/// <summary>`(( … ))`: never computed.</summary>
internal sealed record Arithmetic(int Line) : Command(Line);

/// <summary>`NAME=word`, `NAME+=word`, `NAME=(words)`.</summary>
/// <param name="Element">`NAME[…]=`: one element, whichever.</param>
internal readonly record struct Assignment(string Name, bool Append, bool Element, Word Value, ImmutableArray<Word>? Array);

/// <summary>Only whether standard output goes elsewhere matters here.</summary>
internal readonly record struct Redirect(bool MovesOutput, Word Target);

internal sealed record Word(ImmutableArray<Part> Parts)
{
    public static readonly Word Empty = new([]);

    /// <summary>The word when it is nothing but unquoted text; else null.</summary>
    public string? Bare => Parts is [Text { Quoted: false } text] ? text.Content : null;
}

internal abstract record Part(bool Quoted);

internal sealed record Text(string Content, bool Quoted) : Part(Quoted);

/// <summary>`$name`, `${name…}`.</summary>
/// <param name="Index">`@` or `*` for all elements, a number, null without; other subscripts are <see cref="Opaque"/>.</param>
/// <param name="Operator">Empty without one; `:` for a substring.</param>
internal sealed record Parameter(string Name, string? Index, string Operator, Word Argument, Word? Second, bool Length, bool Indirect, string Source, bool Quoted) : Part(Quoted);

internal sealed record Substitution(Command Body, string Source, bool Quoted) : Part(Quoted);

/// <summary>What is never computed: arithmetic, process substitution, extended patterns.</summary>
internal sealed record Opaque(string Source, bool Quoted) : Part(Quoted);
