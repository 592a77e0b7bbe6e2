using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Plimsoll.Core.Results;
using Plimsoll.Scan;
using Plimsoll.Scan.Advisories;

namespace Plimsoll.Cli.Commands;

/// <summary>The advisory database: what it has, and how it travels.</summary>
internal static class DbCommand
{
    public const string Description = "See to the advisory database, in $PLIMSOLL_DB or ~/.cache/plimsoll/db";

    private const int MostListed = 10;

    public static Command Create() => new("db", Description)
    {
        DbUpdate.Create(),
        Status(),
        Import(),
        Export(),
    };

    private static Command Status()
    {
        var verify = new Option<bool>("--verify") { Description = "Read every byte and compare every checksum" };
        var command = new Command("status", "Say what the database has, how old it is and what is missing") { verify };
        command.SetAction(parsed =>
        {
            using var database = new AdvisoryDatabase(AdvisoryDatabase.DefaultFolder);
            var parts = database.Status(TimeProvider.System.GetUtcNow(), parsed.GetValue(verify));
            var to = parsed.InvocationConfiguration.Output;
            to.WriteLine(database.Folder);
            Write(to, parts);
            return parts.All(part => part.State == PartState.Missing) || parts.Any(part => part.State is PartState.Stale or PartState.Corrupt || part.Unread > 0) ? ExitCode.Partial : ExitCode.Complete;
        });
        return command;
    }

    private static Command Import()
    {
        var source = new Argument<string>("source") { Description = "Folder with what the feeds publish (npm/all.zip or osv/npm/all.zip), a ZIP archive of one, or what `plimsoll db export` wrote" };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "No progress" };
        var command = new Command("import", "Take data from a mirror or from another database") { source, quiet };
        command.SetAction(parsed =>
        {
            using var database = new AdvisoryDatabase(AdvisoryDatabase.DefaultFolder);
            var progress = new ScanProgress();
            ImportResult result;
            using (Progress.Start(progress, parsed.GetValue(quiet))) result = database.Import(parsed.GetRequiredValue(source), TimeProvider.System.GetUtcNow(), progress);
            Write(parsed.InvocationConfiguration.Output, result.Parts);
            if (!result.Ignored.IsEmpty) Terminal.Error($"{Files(result.Ignored.Length)} no feed knows: {Some(result.Ignored)}");
            SayProblems(result.Problems);
            return result.Problems.IsEmpty ? ExitCode.Complete : ExitCode.Partial;
        });
        return command;
    }

    private static Command Export()
    {
        var file = new Argument<string>("file") { Description = "The ZIP archive to write" };
        var command = new Command("export", "Write the database into one file, for a machine without network") { file };
        command.SetAction(parsed =>
        {
            using var database = new AdvisoryDatabase(AdvisoryDatabase.DefaultFolder);
            var path = parsed.GetRequiredValue(file);
            var count = database.Export(path);
            parsed.InvocationConfiguration.Output.WriteLine($"{path}: {count} part{(count == 1 ? "" : "s")}, {Size(new FileInfo(path).Length)}");
            return ExitCode.Complete;
        });
        return command;
    }

    private static void Write(TextWriter to, ImmutableArray<DatabasePart> parts)
    {
        var width = parts.Max(part => Name(part).Length) + 2;
        foreach (var part in parts)
        {
            var name = Name(part).PadRight(width);
            if (part.State is PartState.Missing or PartState.Corrupt) WriteLine(to, name, $"{Word(part)}: {part.Message}");
            else WriteLine(to, string.Create(CultureInfo.InvariantCulture, $"{name}{part.Records,9:N0} records  {Size(part.Bytes),9}  "), string.Create(CultureInfo.InvariantCulture, $"fetched {part.Fetched:yyyy-MM-dd}{Checked(part)}{Newest(part)}  {Word(part)}"));
            if (part.Error is not null) WriteLine(to, new string(' ', width), string.Create(CultureInfo.InvariantCulture, $"not updated on {part.Failed:yyyy-MM-dd}: {part.Error}"));
        }
    }

    private static void WriteLine(TextWriter to, string start, string text)
    {
        to.Write(start);
        HelpPage.WriteText(to, text, start.Length, HelpPage.ListWidth);
    }

    private static string Checked(DatabasePart part) => part.Checked?.UtcDateTime.Date > part.Fetched?.UtcDateTime.Date ? string.Create(CultureInfo.InvariantCulture, $", unchanged on {part.Checked:yyyy-MM-dd}") : "";

    private static string Newest(DatabasePart part) => part.Newest is { } newest ? string.Create(CultureInfo.InvariantCulture, $"  newest {newest:yyyy-MM-dd}") : "";

    private static string Word(DatabasePart part) => part.State switch
    {
        PartState.Missing => "missing",
        PartState.Corrupt => "corrupt",
        PartState.Stale => string.Create(CultureInfo.InvariantCulture, $"stale: more than {part.StaleAfter.TotalDays:N0} days old{Unread(part)}"),
        _ => "present" + Unread(part),
    };

    private static string Unread(DatabasePart part) => part.Unread == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {part.Unread:N0} could not be read");

    private static string Name(DatabasePart part) => part.Part.Length == 0 || part.Part == part.Feed ? part.Feed : $"{part.Feed}/{part.Part}";

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:N1} MB");

    private static string Files(int count) => count == 1 ? "1 file that" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} files that");

    private static string Some(ImmutableArray<string> paths) => string.Join(", ", paths.Take(MostListed)) + (paths.Length > MostListed ? ", …" : "");

    private static void SayProblems(ImmutableArray<Problem> problems)
    {
        foreach (var problem in problems.Take(MostListed)) Terminal.Error($"{problem.Where}: {problem.Message}");
        if (problems.Length > MostListed) Terminal.Hint(string.Create(CultureInfo.InvariantCulture, $"{problems.Length - MostListed:N0} more like these."));
    }
}
