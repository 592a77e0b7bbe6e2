using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Plimsoll.Core.Results;

namespace Plimsoll.Guard.Egress;

/// <summary>
/// The network namespace of a container, held open. A thread of its own enters it for each piece of work: a socket that was made
/// there stays there, whoever uses it. Nothing else may be done there: whatever thread the runtime makes meanwhile is in the namespace too.
/// </summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int CloneNewNet = 0x40000000; // CLONE_NEWNET, sched.h
    private readonly SafeFileHandle handle;

    /// <param name="path">`/proc/PID/ns/net`.</param>
    /// <exception cref="PlimsollException">It cannot be opened.</exception>
    public NetworkNamespace(string path)
    {
        try
        {
            handle = File.OpenHandle(path);
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            throw new PlimsollException("guard-namespace", $"The network namespace {path} cannot be opened: {thrown.Message.TrimEnd('.')}.", "The engine must run on this machine, and `guard run` as root.");
        }
    }

    /// <summary>Where other processes of this user find it as long as this one lives.</summary>
    public string Path => $"/proc/{Environment.ProcessId}/fd/{handle.DangerousGetHandle()}";

    /// <param name="work">Makes sockets and binds them; starts nothing and awaits nothing.</param>
    /// <exception cref="PlimsollException">It cannot be entered.</exception>
    public T Run<T>(Func<T> work)
    {
        var result = default(T);
        ExceptionDispatchInfo? failed = null;
        var thread = new Thread(() =>
        {
            try
            {
                if (SetNamespace(handle, CloneNewNet) != 0) throw new PlimsollException("guard-namespace", $"The container's network namespace cannot be entered: {Marshal.GetLastPInvokeErrorMessage()}.", "Run `plimsoll guard run` as root.");
                result = work();
            }
            catch (Exception thrown)
            {
                failed = ExceptionDispatchInfo.Capture(thrown);
            }
        })
        { IsBackground = true, Name = "network namespace" };
        thread.Start();
        thread.Join();
        failed?.Throw();
        return result!;
    }

    public void Dispose() => handle.Dispose();

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle handle, int kind);
}
