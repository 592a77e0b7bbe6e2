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

    /// <summary>Parts of what it prints when it takes the configuration and still does not end with 0: a piece that has nothing to serve.</summary>
    public ImmutableArray<string> Taken { get; init; } = [];

    /// <summary>Beginnings of lines that are left out: modules that this machine's build has built in.</summary>
    public ImmutableArray<string> Omitted { get; init; } = [];

    /// <summary>Files with a private key that it needs in the moved folder, whatever it is given.</summary>
    public ImmutableArray<string> Keys { get; init; } = [];

    /// <summary>Links that it needs in the moved folder: a name, and where it leads on this machine.</summary>
    public ImmutableArray<(string Name, string Target)> Links { get; init; } = [];

    /// <summary>The folder that is moved, with its slash.</summary>
    public string Folder => Main[..(Main.LastIndexOf('/') + 1)];
}
