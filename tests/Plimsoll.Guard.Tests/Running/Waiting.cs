using System.Diagnostics;

namespace Plimsoll.Guard.Tests.Running;

/// <summary>How long tests wait for what will happen. A machine that does much else takes long for little: only a test that fails waits so long.</summary>
internal static class Waiting
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Until it is so no more; what is asserted afterwards says what was expected.</summary>
    public static async Task WhileAsync(Func<bool> isSo)
    {
        for (var watch = Stopwatch.StartNew(); isSo() && watch.Elapsed < Patience;) await Task.Delay(10);
    }
}
