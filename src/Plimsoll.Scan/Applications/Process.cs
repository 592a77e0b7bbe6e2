using System.Collections.Immutable;

namespace Plimsoll.Scan.Applications;

/// <summary>A piece of text of a command; unknown when it is decided at run time, and then it is the source text: `$JAVA_OPTS`.</summary>
internal readonly record struct Value(string Text, bool Known = true)
{
    /// <summary>Any number of further values: what is left of two lists that part here.</summary>
    public static readonly Value Rest = new("…", Known: false);

    public static implicit operator Value(string text) => new(text);
    public static Value Unknown(string source) => new(source, Known: false);
    public override string ToString() => Text;
}

/// <summary>A process as the kernel is asked to start it, and the steps that led to it.</summary>
internal sealed record Process
{
    /// <summary>Where programs are looked up when the image does not say (execvp(3), and what container engines set).</summary>
    public const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public required ImmutableArray<Value> Argv { get; init; }
    public ImmutableSortedDictionary<string, Value> Env { get; init; } = ImmutableSortedDictionary.Create<string, Value>(StringComparer.Ordinal);
    public string User { get; init; } = "";
    public string WorkingDir { get; init; } = "/";

    /// <summary>One sentence a step.</summary>
    public ImmutableArray<string> Evidence { get; init; } = [];

    /// <summary>How many wrappers were taken off.</summary>
    public int Depth { get; init; }

    public ReadOnlySpan<Value> Arguments => Argv.AsSpan()[1..];

    public string Program => Argv[0].Text;

    /// <summary>Base name of what is started.</summary>
    public string Name => Program[(Program.LastIndexOf('/') + 1)..];

    public string SearchPath => EnvValue("PATH") ?? DefaultPath;

    /// <summary>A variable of the environment; null when it is unset or decided at run time.</summary>
    public string? EnvValue(string name) => Env.TryGetValue(name, out var value) && value.Known ? value.Text : null;

    /// <summary>The process that this one becomes or starts.</summary>
    public Process Becomes(ImmutableArray<Value> argv, string evidence) =>
        this with { Argv = argv, Evidence = Evidence.Add(evidence), Depth = Depth + 1 };

    public Process Because(string evidence) => this with { Evidence = Evidence.Add(evidence) };

    /// <summary>For sentences: the words separated by blanks, cut where it gets long.</summary>
    public override string ToString() => Quote.Line(string.Join(' ', Argv.Select(value => value.Text)));
}

/// <summary>Text of an image inside a sentence.</summary>
internal static class Quote
{
    private const int Most = 100;

    /// <summary>One line without control characters, at most 100 long.</summary>
    public static string Line(string text)
    {
        var line = string.Concat(text.AsSpan(0, Math.Min(text.Length, Most)).ToString().Select(c => char.IsControl(c) ? ' ' : c));
        return text.Length > Most ? line + "…" : line;
    }
}
