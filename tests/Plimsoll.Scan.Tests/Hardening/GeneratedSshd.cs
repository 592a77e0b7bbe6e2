using System.Text;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>Makes configurations that sshd takes: includes inside and outside of blocks, drop-ins, overrides, former names, quotes, arguments.</summary>
internal sealed class GeneratedSshd
{
    /// <summary>Keywords that a block may hold, with values.</summary>
    public static readonly (string Key, string[] Values)[] Anywhere =
    [
        ("AcceptEnv", ["LANG", "LC_* TZ", "\"A B\" C"]), ("AllowAgentForwarding", ["yes", "no"]), ("AllowTcpForwarding", ["yes", "no", "local", "remote"]), ("AllowUsers", ["a b", "c@10.0.0.1"]), ("AuthorizedKeysFile", ["/keys/%u", ".ssh/a .ssh/b"]),
        ("Banner", ["none", "/etc/issue", "'/a b'"]), ("ClientAliveInterval", ["0", "30", "1m"]), ("ForceCommand", ["internal-sftp", "/bin/echo \"a  b\" # c"]), ("GatewayPorts", ["yes", "no", "clientspecified"]),
        ("KbdInteractiveAuthentication", ["yes", "no"]), ("LogLevel", ["INFO", "VERBOSE", "DEBUG2"]), ("MaxAuthTries", ["2", "9"]), ("PasswordAuthentication", ["yes", "no", "\"no\""]), ("PermitEmptyPasswords", ["yes", "no"]), ("PermitRootLogin", ["yes", "no", "prohibit-password"]),
        ("PermitTTY", ["yes", "no"]), ("PermitTunnel", ["yes", "no", "ethernet"]), ("X11Forwarding", ["yes", "no"]),
    ];

    public static readonly (string Key, string[] Values)[] Outside =
    [
        ("Ciphers", ["aes256-ctr,aes128-ctr", "+3des-cbc,aes128-ctr", "-aes128-*,chacha*", "^aes256-ctr"]), ("HostbasedUsesNameFromPacketOnly", ["yes", "no"]), ("LoginGraceTime", ["0", "45", "2m"]), ("MACs", ["hmac-sha2-256", "-*-etm@openssh.com", "+hmac-md5"]),
        ("MaxStartups", ["10:30:60"]), ("PermitUserEnvironment", ["yes", "no", "LANG,LC_*"]), ("Port", ["2022", "2023"]), ("PrintMotd", ["yes", "no"]), ("StrictModes", ["yes", "no"]), ("TCPKeepAlive", ["yes", "no"]), ("UseDNS", ["yes", "no"]), ("UsePAM", ["yes", "no"]),
    ];

    private readonly Random random;
    private readonly List<(string Path, string Text)> files = [];
    private int number;

    private GeneratedSshd(int seed) => random = new Random(seed);

    public IReadOnlyList<(string Path, string Text)> Files => files;
    public List<string> Arguments { get; } = [];

    public static GeneratedSshd Of(int seed)
    {
        var made = new GeneratedSshd(seed);
        var text = made.Include() + made.Lines(inBlock: false) + made.Include() + made.Lines(inBlock: false);
        for (var i = made.random.Next(4); i > 0; i--) text += made.Block($"User u{made.number++}", depth: 0);
        made.files.Add(("/etc/ssh/sshd_config", text));
        if (made.random.Next(2) == 0) made.Arguments.AddRange(["-o", made.Line(Anywhere[made.random.Next(Anywhere.Length)]).TrimEnd()]);
        if (made.random.Next(3) == 0) made.Arguments.AddRange(["-p", "2200"]);
        if (made.random.Next(3) == 0) made.Arguments.AddRange(["-g", "77"]);
        return made;
    }

    private string Lines(bool inBlock)
    {
        var text = new StringBuilder(Pick("", "# a comment \"\n", "\n  \t\n"));
        for (var i = random.Next(5); i > 0; i--) text.Append(Line(inBlock || random.Next(2) == 0 ? Anywhere[random.Next(Anywhere.Length)] : Outside[random.Next(Outside.Length)]));
        return text.ToString();
    }

    private string Line((string Key, string[] Values) of)
    {
        var key = of.Key switch
        {
            "KbdInteractiveAuthentication" when random.Next(2) == 0 => "ChallengeResponseAuthentication",
            "TCPKeepAlive" when random.Next(2) == 0 => "KeepAlive",
            _ => Pick(of.Key, of.Key.ToUpperInvariant(), $"\"{of.Key}\""),
        };
        var value = of.Values[random.Next(of.Values.Length)];
        return $"{Pick("", "  ", "\t")}{key}{(key[0] == '"' ? " " : Pick(" ", "\t ", "=", " = "))}{value}{(of.Key == "ForceCommand" ? "" : Pick("", "  ", " # why", "\r"))}\n";
    }

    private string Block(string criteria, int depth)
    {
        var text = $"{Pick("Match", "MATCH", " match")} {(random.Next(5) == 0 && depth == 0 ? "all" : criteria)}\n{Lines(inBlock: true)}";
        if (depth == 0 && random.Next(2) == 0)
        {
            var name = $"/etc/ssh/inner{number++}";
            files.Add((name, Lines(inBlock: true) + (random.Next(2) == 0 ? Block($"Address 10.{number++}.0.0/16", depth: 1) : "")));
            text += $"Include {name}\n{Lines(inBlock: true)}";
        }
        return text;
    }

    private string Include()
    {
        if (random.Next(2) == 0) return "";
        var folder = $"/etc/ssh/parts{number++}";
        files.Add(($"{folder}/b.conf", Lines(inBlock: false) + (random.Next(2) == 0 ? Block($"User u{number++}", depth: 0) : "")));
        files.Add(($"{folder}/a.conf", Lines(inBlock: false)));
        files.Add(($"{folder}/c.txt", "not read"));
        return $"Include {folder}/*.conf {folder}/none\n";
    }

    private string Pick(params string[] of) => of[random.Next(of.Length)];
}
