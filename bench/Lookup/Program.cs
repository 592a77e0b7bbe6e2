using Plimsoll.Scan.Advisories;

// Look-ups of a fresh process: the database's folder, then a file of lines `ECOSYSTEM TAB NAME`. Prints what was found.
using var database = new AdvisoryDatabase(args[0]);
var found = 0;
foreach (var line in File.ReadLines(args[1]))
{
    var tab = line.IndexOf('\t', StringComparison.Ordinal);
    found += database.Find(line[..tab], line[(tab + 1)..]).Length;
}
Console.Out.WriteLine(found);
