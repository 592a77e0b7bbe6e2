using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>Keys that come with the image: the server's own, which then everybody has, and those that open accounts.</summary>
internal static class OpenSshKeys
{
    public const string HostKey = "host-key-in-image";
    public const string AuthorizedKeys = "authorized-keys-in-image";

    /// <summary>Accounts that are looked at: ten times what the largest known image has.</summary>
    private const int MostAccounts = 1000;

    private static readonly string[] hostKeys = ["ssh_host_rsa_key", "ssh_host_ecdsa_key", "ssh_host_ed25519_key", "ssh_host_dsa_key"];

    public static IEnumerable<Setting> InImage(Subject subject, OpenSsh application, Setting[] settings)
    {
        var scope = new Scope(Setting.Block("", [], Origin.Image("configuration"), [.. settings]), parent: null);
        var named = application.Find(scope, "HostKey").Settings.Select(key => key.Value).ToList();
        foreach (var path in named.Count > 0 ? named : hostKeys.Select(name => $"{OpenSshFiles.Folder}/{name}"))
            if (subject.TryFind("/", path, out var key) && subject.TryRead(key, out var text) && text.Contains("PRIVATE KEY-----", StringComparison.Ordinal)) yield return new Setting(HostKey, [key.Path], Origin.At(key.At()));
        var patterns = application.Find(scope, "AuthorizedKeysFile").Settings is [var set, ..] ? set : OpenSshDefaults.Of("AuthorizedKeysFile", null)!;
        foreach (var (user, id, home) in Accounts(subject))
            foreach (var pattern in patterns.Arguments.Where(pattern => pattern != "none"))
            {
                var path = pattern.Replace("%%", "\0", StringComparison.Ordinal).Replace("%h", home, StringComparison.Ordinal).Replace("%u", user, StringComparison.Ordinal).Replace("%U", id, StringComparison.Ordinal).Replace('\0', '%');
                if (subject.TryFind(home, path, out var file) && subject.TryRead(file, out var text) && HoldsKey(text)) yield return new Setting(AuthorizedKeys, [file.Path, user], Origin.At(file.At()));
            }
    }

    /// <summary>passwd(5): name, password, number, group, comment, home, shell.</summary>
    private static IEnumerable<(string User, string Id, string Home)> Accounts(Subject subject)
    {
        if (!subject.TryFind("/", "/etc/passwd", out var passwd) || !subject.TryRead(passwd, out var text)) yield break;
        foreach (var line in text.Split('\n').Take(MostAccounts))
            if (line.Split(':') is { Length: >= 6 } fields && fields[5].StartsWith('/')) yield return (fields[0], fields[2], fields[5]);
    }

    private static bool HoldsKey(string text) => text.Split('\n').Any(line => line.Trim() is { Length: > 0 } key && key[0] != '#');
}
