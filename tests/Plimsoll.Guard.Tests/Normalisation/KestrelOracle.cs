using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Plimsoll.Guard.Tests.Normalisation;

/// <summary>ASP.NET Core on Kestrel, which says what it read: `X-Ask` of the request names what.</summary>
internal sealed class KestrelOracle : IDisposable
{
    private readonly WebApplication app;

    public KestrelOracle()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.Run(Answer);
        app.Start();
        Port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
    }

    private int Port { get; }

    /// <summary>Sorted pairs, or `!` when the request is refused.</summary>
    public string Ask(string what, string request)
    {
        var answer = OracleServer.Ask(Port, request.Insert(request.IndexOf('\n', StringComparison.Ordinal) + 1, $"X-Ask: {what}\r\n"));
        var start = answer.IndexOf("\r\n\r\n<", StringComparison.Ordinal);
        return answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) && start > 0 ? OracleProgram.Sorted(answer[(start + 5)..^1]) : "!";
    }

    public void Dispose() => app.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(10));

    private static async Task Answer(HttpContext context)
    {
        var pairs = new List<(string Name, string Content)>();
        switch (context.Request.Headers["X-Ask"].ToString())
        {
            case "path":
                pairs.Add(("", context.Request.Path.Value!));
                break;
            case "query":
                foreach (var (name, values) in context.Request.Query) pairs.AddRange(values.Select(value => (name, value!)));
                break;
            case "cookie":
                foreach (var (name, value) in context.Request.Cookies) pairs.Add((name, value));
                break;
            default:
                var form = await context.Request.ReadFormAsync(CancellationToken.None);
                foreach (var (name, values) in form) pairs.AddRange(values.Select(value => (name, value!)));
                foreach (var file in form.Files) pairs.Add((file.Name, file.FileName));
                break;
        }
        var text = "<" + OracleProgram.Pairs(pairs.Select(pair => (Utf8(pair.Name), Utf8(pair.Content)))) + ">";
        context.Response.ContentLength = text.Length;
        await context.Response.WriteAsync(text, CancellationToken.None);
    }

    private static string Utf8(string text) => System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
