namespace Plimsoll.Guard.Transports;

/// <summary>How the base library waits for sockets.</summary>
internal static class SocketEngine
{
    /// <summary>
    /// Lets completions run on the threads that wait, one for each processor, instead of handing each to the thread pool: a
    /// third of the CPU time of a request (docs/guard-http.md). The base library reads it at its first socket, so this comes before.
    /// </summary>
    public static void RunCompletionsInline() => Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
}
