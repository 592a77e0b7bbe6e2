using System.CommandLine;
using System.Globalization;
using Plimsoll.Engines.Http;
using Plimsoll.Scan.Advisories;
using Plimsoll.Scan.Advisories.Feeds;

namespace Plimsoll.Cli.Commands;

/// <summary>`plimsoll db update`: fetches feeds into the advisory database.</summary>
internal static class DbUpdate
{
    public static Command Create()
    {
        var from = new Option<string>("--from") { Description = "Address or folder that holds all feeds, each in a folder of its name [default: $PLIMSOLL_FEEDS, else their publishers]", HelpName = "URL|FOLDER" };
        var names = new Option<string[]>("--ecosystems")
        {
            Description = "Ecosystems as OSV writes them (npm, Debian, Alpine:v3.20) and feeds (kev) to see to [default: what the database has, or all when it is empty]",
            HelpName = "NAME,…",
            AllowMultipleArgumentsPerToken = true,
        };
        var offline = new Option<bool>("--offline") { Description = "Fetch from folders only, never over the network" };
        var plainHttp = new Option<bool>("--plain-http") { Description = "Speak HTTP without TLS to servers (those of this machine need no permission)" };
        var caFile = new Option<string>("--ca-file") { Description = "PEM file of authorities that may vouch for servers, besides the system's", HelpName = "FILE" };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "No progress" };
        var command = new Command("update", "Fetch what is new in the advisory feeds");
        foreach (var option in new Option[] { from, names, offline, plainHttp, caFile, quiet }) command.Add(option);
        command.SetAction(parsed =>
        {
            var request = new UpdateRequest
            {
                Folder = AdvisoryDatabase.DefaultFolder,
                From = parsed.GetValue(from),
                Names = [.. (parsed.GetValue(names) ?? []).SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
                Offline = parsed.GetValue(offline),
                Transport = new TransportOptions { PlainHttp = parsed.GetValue(plainHttp), CaFile = parsed.GetValue(caFile) },
            };
            using var progress = new UpdateProgress(parsed.GetValue(quiet));
            var result = Updater.Update(request, progress);
            progress.Dispose();
            Write(parsed.InvocationConfiguration.Output, result);
            return Judge(result);
        });
        return command;
    }

    private static void Write(TextWriter to, UpdateResult result)
    {
        var width = result.Parts.Max(part => part.Name.Length) + 2;
        foreach (var part in result.Parts)
        {
            to.WriteLine($"{part.Name.PadRight(width)}{Word(part.Change),-11}{part.Sentence}");
            foreach (var problem in part.Problems) to.WriteLine($"{new string(' ', width + 11)}{problem}");
        }
    }

    private static string Word(PartChange change) => change switch
    {
        PartChange.Updated => "updated",
        PartChange.Unchanged => "unchanged",
        PartChange.NotOffered => "left out",
        _ => "failed",
    };

    private static int Judge(UpdateResult result)
    {
        var failed = result.Parts.Where(part => part.Change == PartChange.Failed).ToList();
        if (failed.Count > 0)
        {
            Terminal.Error(string.Create(CultureInfo.InvariantCulture, $"{failed.Count:N0} of {result.Parts.Length:N0} parts could not be updated ({string.Join(", ", failed.Take(5).Select(part => part.Name))}{(failed.Count > 5 ? " …" : "")}); what the database had of them stays in use."));
            Terminal.Hint(failed[0].Remedy ?? "Run it again later.");
        }
        else if (!result.HasAny)
        {
            Terminal.Error("the place has none of the feeds.");
            Terminal.Hint("docs/advisories.md has the layout of a mirror.");
        }
        else if (result.Unread > 0) Terminal.Error(string.Create(CultureInfo.InvariantCulture, $"{result.Unread:N0} record{(result.Unread == 1 ? "" : "s")} could not be read; what is in there will not be found."));
        return !result.HasAny ? ExitCode.CouldNotRun : failed.Count > 0 || result.Unread > 0 ? ExitCode.Partial : ExitCode.Complete;
    }
}
