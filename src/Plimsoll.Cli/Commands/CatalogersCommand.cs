using System.CommandLine;
using Plimsoll.Scan;

namespace Plimsoll.Cli.Commands;

internal static class CatalogersCommand
{
    public const string Description = "List what is recognised, from the code itself";

    public static Command Create()
    {
        var command = new Command("catalogers", Description);
        command.SetAction(parsed =>
        {
            var all = Scanner.Catalogers;
            var width = all.Max(cataloger => cataloger.Id.Length) + 2;
            foreach (var (id, reads, files) in all)
            {
                parsed.InvocationConfiguration.Output.WriteLine(id.PadRight(width) + reads);
                parsed.InvocationConfiguration.Output.WriteLine(new string(' ', width) + files);
            }
        });
        return command;
    }
}
