using System.Collections.Immutable;

namespace Plimsoll.Scan.Hardening;

/// <summary>How the server itself is asked whether it takes a configuration.</summary>
/// <param name="Program">Its name, looked up in PATH.</param>
/// <param name="Main">The file that it is given. The folder of that is moved: its path in texts is replaced, so that nothing of this machine's own configuration counts.</param>
/// <param name="Arguments">`{main}` and `{folder}` stand for the moved file and folder.</param>
internal sealed record ServerCheck(string Program, string Main, ImmutableArray<string> Arguments)
{
    /// <summary>What it prints when it takes the configuration and goes on running; null for a server that ends with 0 then.</summary>
    public string? Ready { get; init; }

    /// <summary>Parts of what it prints when this build of it, or this machine, lacks something that an image has: then it was not asked.</summary>
    public ImmutableArray<string> Lacking { get; init; } = [];

    /// <summary>The folder that is moved, with its slash.</summary>
    public string Folder => Main[..(Main.LastIndexOf('/') + 1)];
}
