using System.Net;
using System.Text;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Operation;
using Plimsoll.Guard.Tests.Configuration;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.Operation;

/// <summary>A guard as `--config` starts it, in this process.</summary>
internal sealed class RunningOperations : IDisposable
{
    private readonly Reloader reloader;
    private readonly List<string> said = [];

    public RunningOperations(ConfigFolder folder, string yaml)
    {
        File = folder.Write("guard.yaml", yaml);
        Operations = new(ConfigFile.Read(File), [], Output, TimeProvider.System);
        reloader = new(File, Operations, sentence =>
        {
            lock (said) said.Add(sentence);
        });
    }

    public string File { get; }
    public MemoryStream Output { get; } = new();
    public Operations Operations { get; }
    public IPEndPoint Address => Operations.Gateway.Endpoints[0];

    public string Said
    {
        get
        {
            lock (said) return string.Join('\n', said);
        }
    }

    /// <summary>Replaces the configuration as an editor does, and waits until it was read.</summary>
    public async Task ChangeAsync(string yaml)
    {
        var before = Operations.Config;
        await System.IO.File.WriteAllTextAsync(File + ".new", yaml);
        System.IO.File.Move(File + ".new", File, overwrite: true);
        await UntilAsync(() => Operations.Config != before);
    }

    public static async Task UntilAsync(Func<bool> isSo)
    {
        await Waiting.WhileAsync(() => !isSo());
        Assert.True(isSo());
    }

    public async Task<(HttpStatusCode Status, string Type, string Body)> AskAsync(string path, string? accept = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{Operations.AdminAddress}{path}"));
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        using var answer = await http.SendAsync(request);
        return (answer.StatusCode, answer.Content.Headers.ContentType!.ToString(), await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Ends the guard; all that it wrote.</summary>
    public string End()
    {
        Dispose();
        return Encoding.UTF8.GetString(Output.ToArray());
    }

    public void Dispose()
    {
        reloader.Dispose();
        Operations.Dispose();
    }
}
