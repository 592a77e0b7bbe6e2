using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Tests.Normalisation;

public sealed class AllocationTests
{
    private const string multipart = "--B\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nHoliday\r\n--B\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\nPNG\r\n--B--\r\n";

    public static TheoryData<string, string> Bodies => new()
    {
        { "", "" },
        { "application/x-www-form-urlencoded", "name=Ada+Lovelace&city=London&note=a%26b" },
        { "application/json", "{\"name\":\"Ada\",\"tags\":[\"a\",\"b\"],\"age\":36,\"address\":{\"city\":\"London\",\"zip\":null}}" },
        { "multipart/form-data; boundary=B", multipart },
        { "application/xml", "<order id=\"1\"><item sku=\"a\">Book &amp; pen</item></order>" },
        { "text/plain", "hello" },
    };

    [Theory, MemberData(nameof(Bodies))]
    public void An_ordinary_request_allocates_nothing(string type, string body)
    {
        using var normaliser = new RequestNormaliser(NormalisationLimits.Default);
        var typeBytes = Reading.Bytes(type);
        var bodyBytes = Reading.Bytes(body);
        Run();
        Assert.True(normaliser.Values.Length > 12 && (normaliser.Ambiguities & AmbiguitySet.Refused).IsEmpty, string.Join(' ', normaliser.Marks.ToArray()));
        // Code that the JIT has not optimised yet allocates; it comes to that in its own time.
        Assert.True(SpinWait.SpinUntil(() => Allocated() == 0, TimeSpan.FromSeconds(60)), $"{Allocated()} bytes");

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 50; i++) Run();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        void Run()
        {
            normaliser.Begin();
            normaliser.Target("/shop/list.php?id=17&page=2&sort=name&q=red+shoes&lang=en&size=42&ref=home&utm_source=mail%20list"u8);
            normaliser.Header("Host"u8, "shop.example"u8);
            normaliser.Header("User-Agent"u8, "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"u8);
            normaliser.Header("Accept"u8, "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"u8);
            normaliser.Header("Cookie"u8, "session=0123456789abcdef; theme=dark; seen=1"u8);
            if (typeBytes.Length > 0) normaliser.Header("Content-Type"u8, typeBytes);
            normaliser.Body(bodyBytes);
            normaliser.Finish();
        }
    }
}
