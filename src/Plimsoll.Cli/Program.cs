using Plimsoll.Scan;

var result = Scanner.Scan(new ScanRequest { Target = Target.Parse(args[^1]) });
foreach (var package in result.Packages) Console.Out.WriteLine(package.Purl.ToString());
foreach (var problem in result.Problems) Console.Error.WriteLine(problem.ToString());
Console.Error.WriteLine(result.Counts.ToString());
return 0;
