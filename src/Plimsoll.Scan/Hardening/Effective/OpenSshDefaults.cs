using System.Collections.Frozen;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Versions;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>What sshd does where nothing is written: sshd_config(5), and what OpenSSH's release notes say has changed.</summary>
internal static class OpenSshDefaults
{
    private static readonly FrozenDictionary<string, string> always = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["AddressFamily"] = "any",
        ["AllowAgentForwarding"] = "yes",
        ["AllowStreamLocalForwarding"] = "yes",
        ["AllowTcpForwarding"] = "yes",
        ["AuthenticationMethods"] = "any",
        ["AuthorizedKeysCommand"] = "none",
        ["AuthorizedKeysFile"] = ".ssh/authorized_keys .ssh/authorized_keys2",
        ["Banner"] = "none",
        ["ChrootDirectory"] = "none",
        ["ClientAliveCountMax"] = "3",
        ["ClientAliveInterval"] = "0",
        ["DisableForwarding"] = "no",
        ["ExposeAuthInfo"] = "no",
        ["FingerprintHash"] = "SHA256",
        ["ForceCommand"] = "none",
        ["GatewayPorts"] = "no",
        ["GSSAPIAuthentication"] = "no",
        ["HostbasedAuthentication"] = "no",
        ["HostbasedUsesNameFromPacketOnly"] = "no",
        ["IgnoreRhosts"] = "yes",
        ["IgnoreUserKnownHosts"] = "no",
        ["KbdInteractiveAuthentication"] = "yes",
        ["KerberosAuthentication"] = "no",
        ["LoginGraceTime"] = "120",
        ["LogLevel"] = "INFO",
        ["MaxAuthTries"] = "6",
        ["MaxSessions"] = "10",
        ["MaxStartups"] = "10:30:100",
        ["PasswordAuthentication"] = "yes",
        ["PermitEmptyPasswords"] = "no",
        ["PermitTTY"] = "yes",
        ["PermitTunnel"] = "no",
        ["PermitUserEnvironment"] = "no",
        ["PermitUserRC"] = "yes",
        ["Port"] = "22",
        ["PrintMotd"] = "yes",
        ["PubkeyAuthentication"] = "yes",
        ["StreamLocalBindUnlink"] = "no",
        ["StrictModes"] = "yes",
        ["SyslogFacility"] = "AUTH",
        ["TCPKeepAlive"] = "yes",
        ["UseDNS"] = "no",
        ["UsePAM"] = "no",
        ["X11Forwarding"] = "no",
        ["X11UseLocalhost"] = "yes",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Newest first; null where that release and older ones have another default than the one that we know, or none.</summary>
    private static readonly FrozenDictionary<string, (string From, string? Value)[]> byVersion = new Dictionary<string, (string, string?)[]>(StringComparer.OrdinalIgnoreCase)
    {
        ["PermitRootLogin"] = [("7.0", "prohibit-password"), ("0", "yes")],
        ["RequiredRSASize"] = [("9.1", "1024"), ("0", null)],
        ["Ciphers"] =
        [
            ("10.0", null),
            ("7.6", "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com"),
            ("0", null),
        ],
        ["MACs"] =
        [
            ("7.6", "umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@openssh.com,umac-64@openssh.com,umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1"),
            ("0", null),
        ],
        ["KexAlgorithms"] =
        [
            ("9.3", null),
            ("9.0", "sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group14-sha256"),
            ("0", null),
        ],
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static Setting? Of(string key, string? version)
    {
        if (always.TryGetValue(key, out var value)) return new Setting(key, [.. value.Split(' ')], Origin.Default("openssh"));
        if (!byVersion.TryGetValue(key, out var changes)) return null;
        if (version is null) return new Setting(key, [], Origin.Default("openssh")) { Needs = "the version of openssh, on which the default depends" };
        var number = Number(version);
        foreach (var (from, then) in changes)
            if (VersionSchemes.Named("generic")!.TryCompare(number, from, out var order) && order >= 0) return then is null ? null : new Setting(key, [then], Origin.Default($"openssh {version}"));
        return null;
    }

    /// <summary>`9.2p1` is 9.2 made portable.</summary>
    private static string Number(string version) => version.IndexOf('p', StringComparison.Ordinal) is var p and > 0 ? version[..p] : version;
}
