using System.Collections.Concurrent;
using System.Text.Json;

[assembly: AssemblyFixture(typeof(Plimsoll.EndToEnd.Tests.RealImages))]

namespace Plimsoll.EndToEnd.Tests;

/// <summary>The images of tests/images/make, made on first use; where they cannot be made, the tests are skipped with the reason.</summary>
public sealed class RealImages
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(20);
    private const int CannotHere = 69;

    private readonly Lazy<(string? Folder, string Reason)> made = new(Make);

    public string Folder
    {
        get
        {
            if (made.Value.Folder is null) Assert.Skip(made.Value.Reason);
            return made.Value.Folder;
        }
    }

    public string Rootfs(string image) => Path.Combine(Folder, image, "rootfs");

    /// <summary>One image in one of its forms, as a target of the CLI.</summary>
    public string Target(string image, string form) => form switch
    {
        "rootfs" => $"rootfs:{Rootfs(image)}",
        "docker.tar" or "docker.tar.gz" or "docker.tar.zst" => $"archive:{Path.Combine(Folder, image, form)}",
        "oci" or "oci-zstd" or "oci.tar" => $"oci:{Path.Combine(Folder, image, form)}",
        "oci:latest" => $"oci:{Path.Combine(Folder, image, "oci")}:latest",
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "no such form"),
    };

    private readonly ConcurrentDictionary<string, Lazy<JsonElement>> scans = new();

    /// <summary>The JSON report of an image in one of its forms; each is scanned once for all tests.</summary>
    public JsonElement Scan(string image, string form, params string[] options)
    {
        string[] arguments = ["scan", Target(image, form), "--format", "json", .. options];
        return scans.GetOrAdd(string.Join('\n', arguments), _ => new Lazy<JsonElement>(() =>
        {
            using var document = JsonDocument.Parse(Run.Plimsoll(arguments).Expect(0).Out);
            return document.RootElement.Clone();
        })).Value;
    }

    public string[] Purls(string image, string form, params string[] options) =>
        [.. Scan(image, form, options).GetProperty("packages").EnumerateArray().Select(package => package.GetProperty("purl").GetString()!)];

    private static (string? Folder, string Reason) Make()
    {
        var ended = Run.Program(Path.Combine(Run.Repository, "tests/images/make"), [], new Dictionary<string, string> { ["PLIMSOLL_CACHE"] = Environment.GetEnvironmentVariable("PLIMSOLL_TEST_CACHE") ?? "" }, Bound);
        if (ended.Code == CannotHere) return (null, ended.Err.TrimEnd().Split('\n')[^1]);
        ended.Expect(0);
        return (ended.Lines[^1], "");
    }
}
