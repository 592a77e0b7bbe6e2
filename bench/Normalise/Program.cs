using Plimsoll.Guard.Normalisation;

// CPU nanoseconds for each of some ordinary requests, the best of ten rounds, and bytes allocated by all rounds.
var target = "/shop/list.php?id=17&page=2&sort=name&q=red+shoes&lang=en&size=42&ref=home&utm_source=mail%20list"u8.ToArray();
var json = System.Text.Encoding.UTF8.GetBytes("{\"order\":{\"id\":1234,\"customer\":\"Ada Lovelace\",\"items\":[" + string.Join(',', Enumerable.Range(0, 20).Select(i => $"{{\"sku\":\"A-{i}\",\"count\":{i},\"price\":{i}.5}}")) + "]}}");
var multipart = "--B\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nHoliday\r\n--B\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n"u8.ToArray();
var xml = System.Text.Encoding.UTF8.GetBytes("<order id=\"1\">" + string.Concat(Enumerable.Range(0, 20).Select(i => $"<item sku=\"A-{i}\">Book &amp; pen {i}</item>")) + "</order>");
using var normaliser = new RequestNormaliser(NormalisationLimits.Default);
Measure("target with 8 parameters", "", [], headers: false);
Measure("and 5 headers, 3 cookies", "", [], headers: true);
Measure("form of 8 fields", "application/x-www-form-urlencoded", target.AsSpan(15).ToArray(), headers: true);
Measure($"JSON, {json.Length} bytes", "application/json", json, headers: true);
Measure("multipart, file of 64 KiB", "multipart/form-data; boundary=B", [.. multipart, .. new byte[64 << 10], .. "\r\n--B--\r\n"u8], headers: true);
Measure($"XML, {xml.Length} bytes", "application/xml", xml, headers: true);
Measure("form, 256 KiB of &", "application/x-www-form-urlencoded", [.. Enumerable.Repeat((byte)'&', 256 << 10)], headers: true, rounds: 20);
Measure("JSON, 256 KiB of [],", "application/json", System.Text.Encoding.UTF8.GetBytes("[" + string.Concat(Enumerable.Repeat("[],", 64 << 10))), headers: true, rounds: 20);

void Measure(string name, string type, byte[] body, bool headers, int rounds = 20_000)
{
    var typeBytes = System.Text.Encoding.ASCII.GetBytes(type);
    for (var i = 0; i < rounds; i++) Run();
    var best = double.MaxValue;
    var before = GC.GetAllocatedBytesForCurrentThread();
    for (var round = 0; round < 10; round++)
    {
        var start = Environment.CpuUsage.UserTime;
        for (var i = 0; i < rounds; i++) Run();
        best = Math.Min(best, (Environment.CpuUsage.UserTime - start).TotalNanoseconds / rounds);
    }
    Console.Out.WriteLine($"{name,-28} {best,8:F0} ns {normaliser.Values.Length,4} values {GC.GetAllocatedBytesForCurrentThread() - before} bytes allocated");

    void Run()
    {
        normaliser.Begin();
        normaliser.Target(target);
        if (headers)
        {
            normaliser.Header("Host"u8, "shop.example"u8);
            normaliser.Header("User-Agent"u8, "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"u8);
            normaliser.Header("Accept"u8, "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"u8);
            normaliser.Header("Accept-Language"u8, "en-GB,en;q=0.5"u8);
            normaliser.Header("Cookie"u8, "session=0123456789abcdef; theme=dark; seen=1"u8);
        }
        if (typeBytes.Length > 0) normaliser.Header("Content-Type"u8, typeBytes);
        normaliser.Body(body);
        normaliser.Finish();
    }
}
