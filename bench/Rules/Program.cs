using System.Diagnostics;
using System.Globalization;
using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Normalisation;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.SecLang;
using Plimsoll.Guard.SecLang.Evaluation;
using Plimsoll.Guard.Sites;

// CPU microseconds that rules take for one request of each kind, without the proxy around them, with verdicts remembered and without,
// at paranoia levels 1 and 4; bytes allocated, values that were remembered, and how long the rules took to compile.
string[] paths = args is { Length: > 0 } ? args : ["/etc/modsecurity/crs/crs-setup.conf", "/usr/share/modsecurity-crs/rules"];
const int different = 50_000;
var form = "order=%d&" + string.Join('&', Enumerable.Range(0, 12).Select(i => $"field{i}=some+words+of+number+{i}")) + "&comment=" + string.Concat(Enumerable.Repeat("word+", 60));
var json = "{\"order\":%d,\"items\":[" + string.Join(',', Enumerable.Range(0, 8).Select(i => $"{{\"id\":{i},\"name\":\"thing {i}\",\"price\":{i}.5,\"tags\":[\"a\",\"b\"]}}")) + "],\"note\":\"" + string.Concat(Enumerable.Repeat("word ", 60)) + "\"}";
using var normaliser = new RequestNormaliser(NormalisationLimits.Default);
var rules = RuleFiles.Read(paths);
Console.Out.WriteLine($"{rules.Rules.Count} rules; µs of CPU a request, the best of five rounds; bytes allocated; share of values remembered");
foreach (var level in (int[])[1, 4])
{
    foreach (var remembers in (bool[])[true, false])
    {
        var start = Stopwatch.GetTimestamp();
        var program = ProgramBuilder.Build(rules, level, Detection.Structural, remembers);
        var compiled = Stopwatch.GetElapsedTime(start);
        var inspector = new RuleInspector(program, goesOn: true); // At level 4 some of the requests are refused: all rules are asked of them nevertheless.
        Console.Out.WriteLine($"paranoia level {level}, verdicts {(remembers ? "remembered" : "not remembered")}; compiled in {compiled.TotalMilliseconds:F0} ms, {program.Sieve.States} states");
        Measure(program, inspector, "GET", Get);
        Measure(program, inspector, "form", i => Post("application/x-www-form-urlencoded", form, i));
        Measure(program, inspector, "JSON", i => Post("application/json", json, i));
    }
}

void Measure(RuleProgram program, RuleInspector inspector, string name, Func<int, HttpRequest> make)
{
    var (best, refused) = (double.MaxValue, 0);
    var normal = 0.0;
    long allocated = 0;
    const int batch = 500;
    var number = 0;
    var before = program.Verdicts?.Counts ?? default;
    for (var round = 0; round < 6; round++)
    {
        var (spent, bytes, rounds) = (TimeSpan.Zero, 0L, round == 0 ? 4 : 8);
        for (var batches = 0; batches < rounds; batches++)
        {
            var requests = Enumerable.Range(0, batch).Select(_ => make(number++ % different)).ToList();
            // Reading the values is the normaliser's work: it is measured alone, and taken off.
            var cpu = Environment.CpuUsage.TotalTime;
            foreach (var request in requests) Read(request);
            normal += (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds;
            var memory = GC.GetAllocatedBytesForCurrentThread();
            cpu = Environment.CpuUsage.TotalTime;
            foreach (var request in requests)
            {
                Read(request);
                if (!inspector.Inspect(request, Needs.RequestHead).Passes || !inspector.Inspect(request, Needs.RequestBody).Passes) refused++;
                inspector.Inspect(request, Needs.End);
                request.Inspection!.Release();
                request.Inspection = null;
            }
            spent += Environment.CpuUsage.TotalTime - cpu;
            bytes += GC.GetAllocatedBytesForCurrentThread() - memory;
        }
        if (round == 0) normal = 0;
        else (best, allocated) = (Math.Min(best, spent.TotalMicroseconds / (rounds * batch)), bytes / (rounds * batch));
    }
    normal /= 5 * 8 * batch;
    var after = program.Verdicts?.Counts ?? default;
    var hits = after.Asked == before.Asked ? "" : $"{100.0 * (after.Found - before.Found) / (after.Asked - before.Asked),6:F1} % remembered";
    Console.Out.WriteLine($"  {name,-6} {best - normal,8:F1} µs {allocated,6} bytes {hits}{(refused > 0 ? $"  {refused} refused" : "")}");
}

void Read(HttpRequest request)
{
    RequestJudge.Read(normaliser, request);
    if (request.HasBody) normaliser.Body(request.Body.Span);
    normaliser.Finish();
    request.BodyKind = normaliser.BodyKind;
    request.Values = normaliser.All;
}

HttpRequest Get(int i) => Make("GET", string.Create(CultureInfo.InvariantCulture, $"/shop/{i % 97}/item?id={i}&colour=dark%20blue&q=word{(long)i * 7919 % 50021}"),
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"), ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), ("Accept-Language", "en-GB,en;q=0.5"),
    ("Accept-Encoding", "gzip, deflate, br"), ("Cookie", $"session={i}abcdef; theme=dark"), ("Referer", "http://shop.test/"));

HttpRequest Post(string type, string body, int i)
{
    var bytes = Encoding.UTF8.GetBytes(body.Replace("%d", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
    var request = Make("POST", "/shop/cart", ("Content-Type", type), ("User-Agent", "Mozilla/5.0"), ("Cookie", "session=abcdef"), ("Content-Length", bytes.Length.ToString(CultureInfo.InvariantCulture)));
    (request.Body, request.IsBodyWhole, request.ContentLength) = (bytes, true, bytes.Length);
    return request;
}

HttpRequest Make(string method, string target, params (string Name, string Value)[] fields)
{
    var request = new HttpRequest { Version = HttpVersion.Http11, Client = System.Net.IPAddress.Loopback };
    request.Method = request.Append(Encoding.ASCII.GetBytes(method));
    request.Target = request.Append(Encoding.ASCII.GetBytes(target));
    foreach (var (name, value) in fields.Prepend(("Host", "shop.test")))
    {
        var text = Encoding.ASCII.GetBytes(name);
        request.Add(new(FieldIds.Of(text), request.Append(text), request.Append(Encoding.ASCII.GetBytes(value))));
    }
    return request;
}
