// Kestrel as an application: it records each request as it parsed it. Arguments: port, file of records.
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

var (port, records) = (int.Parse(args[0]), args[1]);
var gate = new Lock();
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(options =>
{
    options.ListenLocalhost(port);
    options.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
    options.Limits.MaxRequestHeadersTotalSize = 256 << 10;
    options.Limits.MaxRequestLineSize = 128 << 10;
});
var application = builder.Build();
application.Run(async context =>
{
    var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
    if (target == "/redirect")
    {
        context.Response.Redirect("/a"); // Before the body is read.
        return;
    }
    using var body = new MemoryStream();
    await context.Request.Body.CopyToAsync(body);
    var fields = context.Request.Headers.SelectMany(field => field.Value.Select(value => $"{Hex(field.Key)}:{Hex(value!)}"));
    lock (gate) File.AppendAllText(records, $"{Hex(context.Request.Method)} {Hex(target)} {string.Join(',', fields)} {Hex(Encoding.Latin1.GetString(body.ToArray()))}\n");
    var answer = Encoding.Latin1.GetBytes($"{context.Request.Method} {target}\n");
    context.Response.ContentType = "text/plain";
    context.Response.ContentLength = answer.Length;
    if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(answer);
});
application.Run();

static string Hex(string text) => text.Length == 0 ? "-" : Convert.ToHexStringLower(Encoding.Latin1.GetBytes(text));
