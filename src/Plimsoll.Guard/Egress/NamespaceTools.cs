using System.ComponentModel;
using System.Diagnostics;
using Plimsoll.Core.Results;

namespace Plimsoll.Guard.Egress;

/// <summary>nft(8) and ip(8), run in a container's namespace with a script on standard input: all of it holds or none.</summary>
internal static class NamespaceTools
{
    private const int mostOfError = 2_000;
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(10);

    /// <exception cref="PlimsollException">It is not installed, or refuses.</exception>
    public static void Filter(NetworkNamespace network, string script) => Run(network, "nft", ["-f", "-"], script, "nftables");

    /// <summary>
    /// Gives the namespace addresses of its own and a route for every destination, so that connections come as far as the packet
    /// filter. The route leads to loopback: a packet that nothing turned to the guard ends there.
    /// </summary>
    /// <returns>Whether it has IPv6.</returns>
    public static bool Address(NetworkNamespace network)
    {
        Run(network, "ip", ["-batch", "-"], $"link set lo up\naddr replace {GuardAddresses.V4}/32 dev lo\nroute replace default dev lo src {GuardAddresses.V4}\n", "iproute2");
        try
        {
            Run(network, "ip", ["-6", "-batch", "-"], $"addr replace {GuardAddresses.V6}/128 dev lo nodad\nroute replace default dev lo src {GuardAddresses.V6}\n", "iproute2");
            return true;
        }
        catch (PlimsollException) // Docker turns IPv6 off in a container without network: there is then no route for any packet of it.
        {
            return false;
        }
    }

    /// <summary>Leads packets with a mark back into the namespace, whatever their destination: there a socket of the guard waits for them.</summary>
    /// <exception cref="PlimsollException">It is not installed, or refuses.</exception>
    public static void Route(NetworkNamespace network, int mark, bool hasV6)
    {
        foreach (var family in hasV6 ? (string[])["-4", "-6"] : ["-4"])
        {
            try
            {
                Run(network, "ip", [family, "-batch", "-"], $"rule del fwmark {mark} lookup {mark}\n", "iproute2");
            }
            catch (PlimsollException) // No earlier guard has left one. A fault of another kind comes again at once.
            {
            }
            Run(network, "ip", [family, "-batch", "-"], $"rule add fwmark {mark} lookup {mark}\nroute replace local default dev lo table {mark}\n", "iproute2");
        }
    }

    private static void Run(NetworkNamespace network, string program, string[] arguments, string script, string package)
    {
        // nsenter(1) enters the namespace: this process must not start anything from a thread that is in it, because threads and
        // pools that the runtime makes then would be in it for ever.
        var error = Run(new("nsenter", [$"--net={network.Path}", program, .. arguments]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false }, script);
        if (error is not null && error.Contains("failed to execute", StringComparison.Ordinal)) throw new PlimsollException("guard-tool", $"`{program}` cannot be run: {error.TrimEnd('.')}.", $"Install it: `apt-get install {package}`.");
        if (error is not null) throw new PlimsollException("guard-tool", $"`{program}` refused what the guard needs: {error.TrimEnd('.')}.", "The kernel must have nf_tables with NAT, connection tracking, `fib`, `limit` and `log`, for UDP also `tproxy` and routing by marks; run as root.");
    }

    /// <returns>Its first word of complaint; null when it succeeded.</returns>
    private static string? Run(ProcessStartInfo start, string script)
    {
        try
        {
            using var process = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            var said = new List<string>();
            process.ErrorDataReceived += (_, line) =>
            {
                if (line.Data is { } text && said.Sum(one => one.Length) < mostOfError) said.Add(text.Trim());
            };
            process.BeginErrorReadLine();
            Feed(process, script);
            if (!process.WaitForExit(patience))
            {
                process.Kill();
                return $"it did not end within {patience.TotalSeconds} s";
            }
            process.WaitForExit();
            return process.ExitCode == 0 ? null : said.Count > 0 ? said[0] : $"it ended with {process.ExitCode}";
        }
        catch (Win32Exception thrown)
        {
            throw new PlimsollException("guard-tool", $"`{start.FileName}` cannot be run: {thrown.Message.TrimEnd('.')}.", "Install it: `apt-get install util-linux`.");
        }
    }

    private static void Feed(Process process, string script)
    {
        try
        {
            process.StandardInput.Write(script);
            process.StandardInput.Close();
        }
        catch (IOException) // It ended before it had read all; its error says why.
        {
        }
    }
}
