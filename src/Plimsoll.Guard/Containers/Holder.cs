using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Egress;

namespace Plimsoll.Guard.Containers;

/// <summary>The container that has the closed namespace, from its start to its removal.</summary>
internal sealed class Holder : IDisposable
{
    private Holder(NetworkNamespace network) => Network = network;

    /// <summary>Closed already: nothing passes but what the container says to itself.</summary>
    public NetworkNamespace Network { get; }

    /// <exception cref="PlimsollException">The engine refuses, or runs elsewhere.</exception>
    public static Holder Start(RunPlan plan)
    {
        if (EngineCommand.Run([.. plan.Given.Engine, "image", "inspect", HolderImage.Name]).Error is not null)
            Must(EngineCommand.Run([.. plan.Given.Engine, "import", "-", HolderImage.Name], HolderImage.Archive()), "takes no image of the guard");
        RunState.MarkHolder(plan.Folder);
        var token = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        Must(EngineCommand.Run(plan.HolderWords(HolderImage.Name, token)), "starts no container of the guard");
        var process = Must(EngineCommand.Run([.. plan.Given.Engine, "inspect", "--format", "{{.State.Pid}}", plan.Holder]), "does not say which process its container is");
        if (!int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || !IsOurs(number, token))
            throw new PlimsollException("guard-engine-elsewhere", "The engine's containers are not processes of this machine.", "Run `plimsoll guard run` where the engine runs, as root and in its process namespace.");
        var network = new NetworkNamespace($"/proc/{number.ToString(CultureInfo.InvariantCulture)}/ns/net");
        try
        {
            // Numbers are given anew: it must still be the holder whose namespace was opened.
            if (!IsOurs(number, token)) throw new PlimsollException("guard-engine", "The guard's container ended at once.", "Look at the engine's log.");
            NamespaceTools.Filter(network, Ruleset.Closed);
            if (plan.Given.IsPodman) NamedNamespace.Make(plan.Folder, number);
            return new(network);
        }
        catch (PlimsollException)
        {
            network.Dispose();
            throw;
        }
    }

    private static string Must(EngineCommand.Ended ended, string what) =>
        ended.Error is { } error ? throw new PlimsollException("guard-engine", $"The engine {what}: {error}.", "Try the same command without `plimsoll guard run --`; the engine must be reachable with it.") : ended.Output;

    private static bool IsOurs(int process, string token)
    {
        try
        {
            using var file = File.OpenRead($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/cmdline");
            var bytes = new byte[1_024];
            return Encoding.ASCII.GetString(bytes, 0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)) == $"{HolderImage.Program}\0{token}\0";
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public void Dispose() => Network.Dispose();
}
