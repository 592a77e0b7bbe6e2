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
                var to = parsed.InvocationConfiguration.Output;
                to.Write(id.PadRight(width));
                HelpPage.WriteText(to, reads, width, HelpPage.Width);
                to.Write(new string(' ', width));
                HelpPage.WriteText(to, files, width, HelpPage.Width);
            }
        });
        return command;
    }
}
