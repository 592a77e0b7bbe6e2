using System.Collections.Immutable;
using System.Text;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Hardening.Analyses;

namespace Plimsoll.Scan.Hardening.Rules;

/// <summary>A rule as it is judged by.</summary>
internal sealed record Rule
{
    public required HardeningRule Told { get; init; }

    /// <summary>The file it is from, for messages.</summary>
    public required string File { get; init; }

    /// <summary>Which application it is for: the first part of its id.</summary>
    public string Application => Told.Id[..Told.Id.IndexOf('/', StringComparison.Ordinal)];

    /// <summary>Blocks that are judged each for itself, `http/server`; one empty path for the configuration as a whole.</summary>
    public ImmutableArray<string> Scopes { get; init; } = [""];

    /// <summary>Over <see cref="HardeningRule.Versions"/>; null for every version.</summary>
    public Condition? Versions { get; init; }

    /// <summary>Only where this holds; null for everywhere.</summary>
    public Condition? When { get; init; }

    /// <summary>Not where this holds: a known false alarm; null for none.</summary>
    public Condition? Unless { get; init; }

    /// <summary>What is to hold; null when an analysis looks.</summary>
    public Condition? Expect { get; init; }

    public IAnalysis? Analysis { get; init; }
    public ImmutableArray<Example> Good { get; init; } = [];
    public ImmutableArray<Example> Bad { get; init; } = [];
}

/// <summary>An image that a rule is tried on.</summary>
internal sealed record Example
{
    /// <summary>For messages: the line in the rule's file.</summary>
    public required int Line { get; init; }

    /// <summary>Absolute paths with their texts.</summary>
    public ImmutableArray<(string Path, string Text)> Files { get; init; } = [];

    /// <summary>Permissions of files that are not plain, octal as in chmod(1).</summary>
    public ImmutableArray<(string Path, int Mode)> Modes { get; init; } = [];

    public ImmutableArray<string> Command { get; init; } = [];
    public ImmutableArray<string> Environment { get; init; } = [];
    public string User { get; init; } = "";
    public bool HasHealthcheck { get; init; }

    /// <summary>A compose file of one service that runs it; null for none.</summary>
    public string? Compose { get; init; }

    /// <summary>The frame that its piece was put into, and the piece; null where it has none.</summary>
    public (string Frame, string Text)? Piece { get; init; }

    /// <summary>As its rule's file has it, one part a line and what belongs to it below.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (Piece is { } piece) Part(piece.Frame, piece.Text);
        else
        {
            foreach (var (path, content) in Files) Part(path, content);
            if (!Command.IsEmpty) Part("command", string.Join(' ', Command));
        }
        foreach (var (path, mode) in Modes) Part("mode", $"{Convert.ToString(mode, 8)} {path}");
        if (!Environment.IsEmpty) Part("env", string.Join('\n', Environment));
        if (User.Length > 0) Part("user", User);
        if (HasHealthcheck) Part("healthcheck", "true");
        if (Compose is not null) Part("compose", Compose);
        return text.ToString().TrimEnd('\n');

        void Part(string name, string content) => text.Append(name).Append(":\n").Append(string.Concat(content.TrimEnd().Split('\n').Select(line => $"  {line.TrimEnd()}\n")));
    }
}
