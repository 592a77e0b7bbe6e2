using System.Collections.Immutable;

namespace Plimsoll.Core.Hardening;

/// <summary>One setting or block of a configuration in force: the same for every grammar.</summary>
/// <param name="Key">As the application's manual writes it: `server_tokens`, `location`.</param>
/// <param name="Arguments">Values without quotes, variables as written where they are set at run time.</param>
public sealed record Setting(string Key, ImmutableArray<string> Arguments, Origin Origin)
{
    /// <summary>What stands inside a block, includes in place of their directives.</summary>
    public ImmutableArray<Setting> Children { get; init; } = [];

    /// <summary>Holds settings, even when it is empty.</summary>
    public bool IsBlock { get; init; }

    /// <summary>What would be needed to know it, a clause: `the file /run/x.conf, which the image does not hold`. Null for what is known.</summary>
    public string? Needs { get; init; }

    /// <summary>Stands for settings that could not be seen: any may be there.</summary>
    public bool IsGap { get; init; }

    /// <summary>The arguments separated by blanks.</summary>
    public string Value => Arguments.Length == 1 ? Arguments[0] : string.Join(' ', Arguments);

    public static Setting Block(string key, ImmutableArray<string> arguments, Origin origin, ImmutableArray<Setting> children) =>
        new(key, arguments, origin) { Children = children, IsBlock = true };

    /// <param name="needs">What would be needed to see what stands here, a clause.</param>
    public static Setting Gap(string key, ImmutableArray<string> arguments, Origin origin, string needs) =>
        new(key, arguments, origin) { Needs = needs, IsGap = true };

    /// <summary>`server_tokens off`.</summary>
    public override string ToString() => Arguments.IsEmpty ? Key : $"{Key} {Value}";
}
