using System.CommandLine;
using Plimsoll.Cli;
using Plimsoll.Cli.Commands;
using Plimsoll.Core.Results;

if (args is ["--version"])
{
    Terminal.Out.WriteLine(Release.Version);
    return ExitCode.Complete;
}
if (args is [] or ["--help"])
{
    HelpPage.WriteRoot(Terminal.Out);
    return ExitCode.Complete;
}
try
{
    var parsed = All.Root(completes: args is [['[', ..], ..]).Parse(args);
    if (parsed.Errors.Count > 0)
    {
        Terminal.Error(CommandLine.Wrong(parsed));
        Terminal.Hint($"`{CommandLine.PathOf(parsed.CommandResult)} --help` shows what there is.");
        return ExitCode.CouldNotRun;
    }
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = Terminal.Out, Error = Terminal.Err }).ConfigureAwait(false);
}
catch (PlimsollException stopped)
{
    Terminal.Error(stopped.Message);
    Terminal.Hint(stopped.Remedy);
    return ExitCode.CouldNotRun;
}
catch (StandardStream.UnwritableException unwritable)
{
    Terminal.Error($"standard output cannot be written: {unwritable.Message}.");
    Terminal.Hint("Free space where it goes, or send it elsewhere; `--output FORMAT=FILE` writes a file whole or not at all.");
    return ExitCode.CouldNotRun;
}
