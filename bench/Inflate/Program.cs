using System.IO.Compression;

// The yardstick for layers: GZipStream over each file of the command line, one after the other, bytes thrown away.
var buffer = new byte[1 << 18];
var total = 0L;
foreach (var path in args)
{
    using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 18, FileOptions.SequentialScan);
    using var layer = new GZipStream(file, CompressionMode.Decompress);
    for (int got; (got = layer.Read(buffer)) > 0;) total += got;
}
Console.Out.WriteLine(total);
