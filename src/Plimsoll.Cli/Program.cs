using Plimsoll.Core.Images;
using Plimsoll.Scan;

var result = Scanner.Scan(new ScanRequest { Target = new Target(SourceKind.Rootfs, args[^1]) });
foreach (var package in result.Packages) Console.Out.WriteLine(package.Purl.ToString());
foreach (var problem in result.Problems) Console.Error.WriteLine(problem.ToString());
return 0;
