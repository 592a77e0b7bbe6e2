using System.Diagnostics;
using System.Security.Cryptography;
using Plimsoll.Core.Results;

namespace Plimsoll.Guard.SecLang.Releases;

/// <summary>Whether an archive is what somebody vouches for: by its SHA-256, or by a signature that gpg knows the key of.</summary>
internal static class RuleVerification
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    /// <returns>What was verified, a phrase.</returns>
    /// <exception cref="PlimsollException">It is another archive, or nobody vouches for what came over a network.</exception>
    public static async Task<string> RunAsync(RuleSource source, RuleUpdateRequest request, CancellationToken cancelled)
    {
        source.Archive.Position = 0;
        var sum = Convert.ToHexStringLower(await SHA256.HashDataAsync(source.Archive, cancelled));
        source.Archive.Position = 0;
        if (request.Sha256 is { } wanted)
        {
            if (sum.Equals(wanted, StringComparison.OrdinalIgnoreCase)) return $"SHA-256 {sum}, as given";
            throw new PlimsollException("guard-rules-unverified", $"{source.Name} has the SHA-256 {sum}, not {wanted.ToLowerInvariant()}.", "It is another archive than was meant. Nothing was changed.");
        }
        if (source.Signature is { } signature && await IsSignedAsync(source.Archive.Name, signature, request.Key, cancelled) is { } isSigned)
        {
            if (isSigned) return $"signature by the key {request.Key}";
            throw new PlimsollException("guard-rules-unverified", $"The signature of {source.Name} is not a good one by the key {request.Key}.", "Take it from another place, or import the key with gpg. Nothing was changed.");
        }
        if (!source.IsRemote) return $"nothing: an archive of this machine, SHA-256 {sum}";
        throw new PlimsollException("guard-rules-unverified", $"Nobody vouches for {source.Name}, SHA-256 {sum}.", $"Import the key {request.Key} with gpg, or compare the sum with one that you trust and give it with --sha256. Nothing was changed.");
    }

    /// <returns>Null when gpg is not there or has not the key.</returns>
    private static async Task<bool?> IsSignedAsync(string archive, byte[] signature, string key, CancellationToken cancelled)
    {
        var file = Path.Combine(Path.GetTempPath(), $"plimsoll-{Guid.NewGuid():n}.asc");
        try
        {
            await File.WriteAllBytesAsync(file, signature, cancelled);
            var start = new ProcessStartInfo("gpg", ["--batch", "--no-tty", "--status-fd", "1", "--verify", file, archive]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
            using var gpg = Process.Start(start);
            if (gpg is null) return null;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
            limit.CancelAfter(patience);
            var errors = DrainAsync(gpg.StandardError, limit.Token);
            var said = await DrainAsync(gpg.StandardOutput, limit.Token);
            await errors;
            await gpg.WaitForExitAsync(limit.Token);
            if (said.Any(line => line.StartsWith("[GNUPG:] NO_PUBKEY", StringComparison.Ordinal))) return null;
            // VALIDSIG has the fingerprint of the key that signed first, and of the primary key last.
            return gpg.ExitCode == 0 && said.Any(line => line.StartsWith("[GNUPG:] VALIDSIG ", StringComparison.Ordinal) && line.Split(' ') is var words && (Is(words[2], key) || Is(words[^1], key)));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static bool Is(string fingerprint, string key) => fingerprint.Equals(key, StringComparison.OrdinalIgnoreCase);

    private static async Task<List<string>> DrainAsync(StreamReader reader, CancellationToken cancelled)
    {
        const int most = 1_000;
        var lines = new List<string>();
        while (await reader.ReadLineAsync(cancelled) is { } line)
            if (lines.Count < most) lines.Add(line);
        return lines;
    }
}
