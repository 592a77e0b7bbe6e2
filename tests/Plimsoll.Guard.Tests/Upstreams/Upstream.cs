using System.Text;

namespace Plimsoll.Guard.Tests.Upstreams;

/// <summary>A request as an application parsed it. Texts are Latin-1: each character is a byte.</summary>
public sealed record Recorded(string Method, string Target, IReadOnlyList<(string Name, string Value)> Fields, string Body)
{
    /// <summary>One text for comparisons. Servers differ in the case and order of names, and Apache joins equal names: so names are in lower case, and list elements are sorted.</summary>
    public string Canonical { get; } = string.Join('\n',
        [$"{Method} {Target}", .. Fields.GroupBy(field => field.Name.ToLowerInvariant()).Select(group => $"{group.Key}: {Elements(group)}").Order(StringComparer.Ordinal), "", Body]);

    private static string Elements(IEnumerable<(string Name, string Value)> fields) => string.Join(", ", fields.SelectMany(field => field.Value.Split(", ")).Order(StringComparer.Ordinal));
}

/// <summary>A real server behind the guard that records what it parsed.</summary>
public abstract class Upstream : IDisposable
{
    private Daemon? daemon;
    private long read;

    /// <summary>Null when it can run, else why not.</summary>
    public abstract string? Missing { get; }

    protected abstract Daemon Start();

    public int Port => Running.Port;

    private Daemon Running => daemon ??= Start();

    /// <summary>What it parsed since the last call.</summary>
    public IReadOnlyList<Recorded> Take()
    {
        using var file = new FileStream(Running.Records, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = read;
        using var reader = new StreamReader(file, Encoding.ASCII);
        var text = reader.ReadToEnd();
        var whole = text.LastIndexOf('\n') + 1;
        read += whole;
        return [.. text[..whole].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    private static Recorded Parse(string line)
    {
        var words = line.Split(' ');
        var fields = words[2].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(field => field.Split(':')).Select(parts => (Text(parts[0]), Text(parts[1])));
        return new(Text(words[0]), Text(words[1]), [.. fields], Text(words[3]));
    }

    private static string Text(string hex) => hex == "-" ? "" : Encoding.Latin1.GetString(Convert.FromHexString(hex));

    public void Dispose()
    {
        daemon?.Dispose();
        GC.SuppressFinalize(this);
    }
}

public sealed class Nginx : Upstream
{
    public override string? Missing => Programs.Missing("nginx", "/usr/lib/nginx/modules/ngx_http_lua_module.so");

    protected override Daemon Start() => new(["nginx.conf", "record.lua"], ["nginx", "-c", "FOLDER/nginx.conf", "-e", "FOLDER/errors"]);
}

public sealed class Apache : Upstream
{
    public override string? Missing => Programs.Missing("apache2", "/usr/lib/apache2/modules/mod_lua.so", "perl");

    protected override Daemon Start() => new(["httpd.conf", "fields.lua", "record.cgi"], ["apache2", "-f", "FOLDER/httpd.conf", "-DFOREGROUND"]);
}

public sealed class Node : Upstream
{
    public override string? Missing => Programs.Missing("node");

    protected override Daemon Start() => new(["server.mjs"], ["node", "FOLDER/server.mjs", "PORT", "FOLDER/records"]);
}

public sealed class Kestrel : Upstream
{
    private static readonly string program = AppContext.BaseDirectory.Replace("Plimsoll.Guard.Tests", "Plimsoll.Guard.Upstream", StringComparison.Ordinal) + "Plimsoll.Guard.Upstream.dll";

    public override string? Missing => Programs.Missing("dotnet");

    protected override Daemon Start() => new([], ["dotnet", program, "PORT", "FOLDER/records"]);
}
