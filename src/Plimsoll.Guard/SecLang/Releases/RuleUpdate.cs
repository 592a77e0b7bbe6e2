using System.Security.Cryptography;
using Plimsoll.Core.Results;
using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.SecLang.Releases;

/// <summary>Puts a release of rules into a folder: 1 fetch, 2 verify, 3 unpack beside it, 4 keep what is the site's own, 5 read it whole, 6 exchange.</summary>
internal static class RuleUpdate
{
    /// <summary>Files of a site within the folder: their setup, and their exclusions before and after the rules.</summary>
    private static readonly string[] own = ["crs-setup.conf", "rules/REQUEST-900-EXCLUSION-RULES-BEFORE-CRS.conf", "rules/RESPONSE-999-EXCLUSION-RULES-AFTER-CRS.conf"];

    /// <returns>What was verified, what was kept and what is in force now, lines.</returns>
    /// <exception cref="PlimsollException">Nothing was changed.</exception>
    public static async Task<string> RunAsync(RuleUpdateRequest request, CancellationToken cancelled)
    {
        var folder = Path.GetFullPath(request.Folder);
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any() && !IsOfRules(folder)) throw new PlimsollException("guard-rules-folder", $"`{request.Folder}` has something other than rules.", "Name a folder that is empty, absent, or has rules to replace.");
        var beside = $"{folder}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        try
        {
            string verified;
            if (request.From is { } from && Directory.Exists(from))
            {
                if (request.Sha256 is not null) throw new PlimsollException("guard-rules-unverified", $"`{from}` is a folder, which has no SHA-256.", "Name the archive instead.");
                RuleArchive.Copy(from, beside);
                verified = "a folder of this machine, taken as it is";
            }
            else
            {
                await using var source = await RuleSource.OpenAsync(request, cancelled);
                verified = await RuleVerification.RunAsync(source, request, cancelled);
                RuleArchive.Unpack(source.Archive, beside);
            }
            var kept = own.Where(name => Keep(folder, beside, name)).ToList();
            var set = RuleFiles.Read([beside]);
            ProgramBuilder.Build(set, paranoia: null, Detection.Crs);
            FolderExchange.Put(beside, folder);
            return $"verified  {verified}\n" + (kept.Count > 0 ? $"kept      {string.Join(", ", kept)}\n" : "") + $"in force  {set.Signature ?? "rules without a signature"}, {set.Rules.Count} rules in {request.Folder}";
        }
        catch (PlimsollException thrown) when (thrown.Message.Contains(beside, StringComparison.Ordinal))
        {
            throw new PlimsollException(thrown.Code, thrown.Message.Replace(beside + "/", "", StringComparison.Ordinal).Replace(beside, "the release", StringComparison.Ordinal), "Nothing was changed: the rules that were there stay.");
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            throw new PlimsollException("guard-rules-folder", $"`{request.Folder}` cannot be written: {thrown.Message}", "Nothing was changed. Name a folder in one that may be written.");
        }
        finally
        {
            if (Directory.Exists(beside)) Directory.Delete(beside, recursive: true);
        }
    }

    private static bool IsOfRules(string folder) => Directory.Exists(Path.Combine(folder, "rules")) || Directory.EnumerateFiles(folder, "*.conf").Any();

    private static bool Keep(string from, string to, string name)
    {
        var (old, kept) = (Path.Combine(from, name), Path.Combine(to, name));
        if (!File.Exists(old) || File.Exists(kept)) return false;
        Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
        File.Copy(old, kept);
        return true;
    }
}
