using System.Text;
using CsCheck;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.Limits;

/// <summary>A limit of load of a route holds however the path is written.</summary>
public sealed class RoutePathTests
{
    private static bool IsBeneath(string path, string route) => RoutePath.IsBeneath(Encoding.Latin1.GetBytes(path), Encoding.Latin1.GetBytes(route));

    [Theory]
    [InlineData("/login", true)]
    [InlineData("/login/two", true)]
    [InlineData("/Login", true)]
    [InlineData("//login", true)]
    [InlineData("/%6Cogin", true)]
    [InlineData("/%6c%6F%67%69%6E", true)]
    [InlineData("/a/../login", true)]
    [InlineData("/../../login", true)]
    [InlineData("/./login", true)]
    [InlineData("/%2e%2e/login", true)]
    [InlineData("/.;a/login", true)]
    [InlineData("/;a=b/login", true)]
    [InlineData("/lo;gin", false)]
    [InlineData("\\login", true)]
    [InlineData("/a\\..\\login", true)]
    [InlineData("/%2flogin", true)]
    [InlineData("/login%", true)]
    [InlineData("/", false)]
    [InlineData("/%", false)]
    [InlineData("/logi", false)]
    [InlineData("/a/login", false)]
    [InlineData("/login/..", true)]
    [InlineData("/x/login/../..", false)]
    [InlineData("/..", false)]
    [InlineData("*", false)]
    [InlineData("", false)]
    public void Of_login(string path, bool isBeneath) => Assert.Equal(isBeneath, IsBeneath(path, "/login"));

    [Fact]
    public void All_is_beneath_the_root() => Gen.String.Sample(path => Assert.True(IsBeneath(path, "/")));

    /// <summary>Whatever nginx would read as the route is beneath it, by a slow reading with the base library's Uri.</summary>
    [Fact]
    public void What_a_slow_reading_finds_is_found()
    {
        string[] pieces = ["/", "/", "login", "log", "in", "a", ".", "..", "%2e", "%2F", "%6C", "L", "%69n", ";x", "%", "%4"];
        var path = Gen.Int[0, pieces.Length - 1].Array[0, 10].Select(numbers => "/" + string.Concat(numbers.Select(number => pieces[number])));
        var found = 0;
        path.Sample(text =>
        {
            var stack = new List<string>();
            foreach (var segment in Uri.UnescapeDataString(text).Split('/').Select(segment => segment.Split(';')[0]))
            {
                if (segment == ".." && stack.Count > 0) stack.RemoveAt(stack.Count - 1);
                else if (segment is not ("" or "." or "..")) stack.Add(segment);
            }
            if (!("/" + string.Join('/', stack)).StartsWith("/login", StringComparison.OrdinalIgnoreCase)) return;
            found++;
            Assert.True(IsBeneath(text, "/login"), text);
        }, iter: 20_000, threads: 1);
        Assert.True(found > 100);
    }

    [Fact]
    public void A_path_of_any_length_is_read()
    {
        Assert.True(IsBeneath("/;" + new string('a', 5_000) + "/login", "/login"));
        Assert.True(IsBeneath("/" + new string('a', 5_000) + "/../login", "/login"));
        Assert.False(IsBeneath("/" + new string('a', 5_000) + "/../b%20", "/login"));
        Assert.True(IsBeneath("/" + new string('a', 9_000) + "/../b", "/login")); // Nobody knows.
        Assert.False(IsBeneath("/" + new string('a', 9_000), "/login"));
    }

    [Fact]
    public async Task Each_client_and_route_has_a_bucket_that_no_spelling_escapes()
    {
        using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        using var guard = new RunningGuard(server.Address, site: site => site with { Loads = [new("/login", 0.001, 2, 0), new("/api/", 0.001, 1, 0)] });
        using var client = new RawClient(guard.Address);
        var statuses = new List<string>();
        foreach (var target in (string[])["/login", "//login", "/login", "/LOGIN", "/;a/login", "/api/1", "/api/2", "/other", "/"])
        {
            await client.SendAsync($"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
            statuses.Add(await client.ReadAnswerAsync());
        }
        Assert.Equal(["200", "200", "429", "429", "429", "200", "429", "200", "200"], statuses);
    }
}
