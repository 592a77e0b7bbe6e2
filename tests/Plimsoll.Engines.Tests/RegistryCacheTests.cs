using Plimsoll.Core.Results;
using Plimsoll.Scan;

namespace Plimsoll.Engines.Tests;

/// <summary>What a registry is asked for when layers are kept.</summary>
public sealed class RegistryCacheTests(TinyImage image) : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly LoginFolder logins = new();

    public void Dispose()
    {
        logins.Dispose();
        folder.Dispose();
    }

    private string[] Kept => Directory.GetFiles(folder.At("cache"));

    /// <summary>Scans with the cache.</summary>
    /// <returns>The result, and the paths of the layers that were asked for.</returns>
    private (ScanResult Result, string[] Layers) Scan(FakeRegistry registry)
    {
        registry.Requests.Clear();
        var result = Scanner.Scan(new ScanRequest { Target = Target.Parse(registry.Target), Cache = new CacheSettings(folder.At("cache")) });
        Assert.NotEmpty(registry.Requests);
        return (result, [.. registry.Requests.Where(request => request.IsLayer(image)).Select(request => request.Path)]);
    }

    /// <summary>Damages a content of the kept layer that has the most, and nothing else of it.</summary>
    private void DamageContent()
    {
        var largest = Kept.MaxBy(file => new FileInfo(file).Length)!;
        var bytes = File.ReadAllBytes(largest);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(largest, bytes);
    }

    [Fact]
    public void A_second_scan_fetches_no_layer()
    {
        using var registry = new FakeRegistry(image, _ => null);
        var (first, fetched) = Scan(registry);
        image.Check(first);
        Assert.Equal(2, fetched.Length);
        Assert.Equal(2, Kept.Length);
        var (second, none) = Scan(registry);
        image.Check(second);
        Assert.Empty(none);
        Assert.Empty(second.Notes);
        Assert.Equal(first.Image.Layers, second.Image.Layers);
    }

    [Fact]
    public void One_layer_that_is_not_kept_is_fetched_alone()
    {
        using var registry = new FakeRegistry(image, _ => null);
        Scan(registry);
        File.Delete(Kept[0]);
        var (result, fetched) = Scan(registry);
        image.Check(result);
        Assert.Single(fetched);
        Assert.Empty(Scan(registry).Layers);
    }

    [Fact]
    public void Content_that_is_damaged_is_fetched_with_its_layer_once()
    {
        using var registry = new FakeRegistry(image, _ => null);
        Scan(registry);
        DamageContent();
        var (result, fetched) = Scan(registry);
        image.Check(result);
        Assert.Single(fetched);
        Assert.Equal(["A file of the layer cache was damaged; it was discarded and what it held was read anew."], result.Notes);
        Assert.Empty(Scan(registry).Layers);
    }

    [Fact]
    public void A_registry_that_then_sends_something_else_is_a_problem()
    {
        var lies = false;
        FakeRegistry? itself = null;
        using var registry = itself = new FakeRegistry(image, request =>
        {
            if (!lies || !request.IsLayer(image)) return null;
            var honest = itself!.Honest(request);
            honest.Body[^9] ^= 1;
            return honest;
        });
        Scan(registry);
        DamageContent();
        lies = true;
        var problems = Scan(registry).Result.Problems;
        Assert.Contains(problems, problem => problem.Kind == ProblemKind.Mismatch && problem.Message.StartsWith("its layer is declared as sha256:", StringComparison.Ordinal));
        lies = false;
        image.Check(Scan(registry).Result);
    }
}
