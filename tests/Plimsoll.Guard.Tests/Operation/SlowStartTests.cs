using System.Runtime.InteropServices;
using Plimsoll.Guard.Tests.Configuration;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.Operation;

public sealed partial class SlowStartTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>A pipe that nobody has written into yet is a configuration that takes long to read.</summary>
    [Fact]
    public async Task Who_waits_is_told_so()
    {
        var pipe = Path.Combine(folder.Path, "guard.yaml");
        Assert.Equal(0, MakePipe(pipe, 0x180));
        var said = new List<string>();
        using var stop = new CancellationTokenSource();
        var running = Task.Run(() => HttpGuard.RunAsync(new() { ConfigFile = pipe }, Stream.Null, Say, stop.Token));
        await Waiting.WhileAsync(() => Said().Count == 0);
        Assert.Equal("the configuration and its rules are still being read, for 1 s", Said()[0]);
        await File.WriteAllTextAsync(pipe, "schema: plimsoll/guard/1\n");
        await Assert.ThrowsAsync<Plimsoll.Core.Results.PlimsollException>(() => running);

        void Say(string sentence)
        {
            lock (said) said.Add(sentence);
        }

        List<string> Said()
        {
            lock (said) return [.. said];
        }
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakePipe(string path, uint mode);
}
