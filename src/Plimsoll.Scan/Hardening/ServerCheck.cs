using System.Collections.Immutable;

namespace Plimsoll.Scan.Hardening;

/// <summary>How the server itself is asked whether it takes a configuration.</summary>
/// <param name="Program">Its name, looked up in PATH and in <see cref="Places"/>.</param>
/// <param name="Main">The file that it is given; empty for a server that its arguments alone configure.</param>
/// <param name="Arguments">`{main}` and `{folder}` stand for the moved file and folder, `{command}` for the arguments of the example's own start command.</param>
internal sealed record ServerCheck(string Program, string Main, ImmutableArray<string> Arguments)
{
    /// <summary>Stands for the arguments of the example's own start command.</summary>
    public const string Command = "{command}";

    /// <summary>Part of what `PROGRAM --version` prints when the program of that name is another project's; empty where there is none such.</summary>
    public string Foreign { get; init; } = "";

    /// <summary>The server of another project that has most of its options: asked where the program is not installed, which is then said.</summary>
    public ServerCheck? StandIn { get; init; }

    /// <summary>What it prints when it takes the configuration and goes on running; null for a server that ends with 0 then.</summary>
    public string? Ready { get; init; }

    /// <summary>Parts of what it prints when this build of it, or this machine, lacks something that an image has: then it was not asked.</summary>
    public ImmutableArray<string> Lacking { get; init; } = [];

    /// <summary>Parts of what it prints when it takes the configuration and still does not end with 0: a piece that has nothing to serve.</summary>
    public ImmutableArray<string> Taken { get; init; } = [];

    /// <summary>Parts of what it prints when it does not take the configuration and still ends with 0: a server that warns and goes on without.</summary>
    public ImmutableArray<string> Refused { get; init; } = [];

    /// <summary>Beginnings of lines that are left out: modules that this machine's build has built in.</summary>
    public ImmutableArray<string> Omitted { get; init; } = [];

    /// <summary>Files with a private key that it needs in the moved folder, whatever it is given.</summary>
    public ImmutableArray<string> Keys { get; init; } = [];

    /// <summary>Files that it needs in the moved folder where the example has none of that name; `{folder}` in their texts as in arguments.</summary>
    public ImmutableArray<(string Name, string Text)> Beside { get; init; } = [];

    /// <summary>Folders that it needs in the moved folder.</summary>
    public ImmutableArray<string> Subfolders { get; init; } = [];

    /// <summary>Links that it needs in the moved folder: a name, and where it leads on this machine.</summary>
    public ImmutableArray<(string Name, string Target)> Links { get; init; } = [];

    /// <summary>Variables, with `{folder}` as in arguments.</summary>
    public ImmutableArray<(string Name, string Value)> Environment { get; init; } = [];

    /// <summary>Variables of the example that the server is given: how their names begin. None where it is empty.</summary>
    public string Passed { get; init; } = "";

    /// <summary>What is written to its standard input.</summary>
    public string Input { get; init; } = "";

    /// <summary>What is run once before all, found where it is: program and arguments. `{prepared}` stands for its folder, there and in the server's own arguments.</summary>
    public ImmutableArray<string> Before { get; init; } = [];

    /// <summary>Whose rights it runs with where this process has those of root, which it refuses; null for a server that does not mind.</summary>
    public string? User { get; init; }

    /// <summary>Folders of programs beyond PATH; one star stands for any name, of which the last counts.</summary>
    public ImmutableArray<string> Places { get; init; } = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

    /// <summary>What is moved, with its slash: its path in texts is replaced, so that nothing of this machine's own configuration counts.</summary>
    public string Folder { get; init; } = Main[..(Main.LastIndexOf('/') + 1)];

    /// <summary>Whether arguments configure it rather than a file.</summary>
    public bool IsByArguments => Arguments.Contains(Command);
}
