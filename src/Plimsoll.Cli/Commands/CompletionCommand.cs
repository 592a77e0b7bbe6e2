using System.CommandLine;

namespace Plimsoll.Cli.Commands;

/// <summary>
/// Prints a script that completes in a shell by asking this program: System.CommandLine answers the directive
/// `[suggest:POSITION]` with one candidate a line.
/// </summary>
internal static class CompletionCommand
{
    public const string Description = "Print a completion script, as in `source <(plimsoll completion bash)`";

    private const string Bash = """
        _plimsoll() {
            local candidates
            candidates=$("${COMP_WORDS[0]}" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)
            mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "${COMP_WORDS[COMP_CWORD]}")
        }
        complete -o default -F _plimsoll plimsoll
        """;

    private const string Zsh = """
        #compdef plimsoll
        _plimsoll() {
            local -a candidates
            candidates=("${(@f)$("${words[1]}" "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
            compadd -a candidates
            _files
        }
        compdef _plimsoll plimsoll
        """;

    private const string Fish = """
        function __plimsoll_complete
            set -l line (commandline -cp)
            plimsoll "[suggest:"(string length -- $line)"]" "$line" 2>/dev/null
        end
        complete -c plimsoll -a '(__plimsoll_complete)'
        """;

    public static Command Create()
    {
        var command = new Command("completion", Description);
        var shell = new Argument<string>("shell") { Description = "The shell that will read the script", HelpName = "bash|zsh|fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        command.Add(shell);
        command.SetAction(parsed => parsed.InvocationConfiguration.Output.WriteLine(parsed.GetRequiredValue(shell) switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            _ => Fish,
        }));
        return command;
    }
}
