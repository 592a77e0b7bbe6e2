using System.Text;
using Plimsoll.Guard.Profiles.Statements;

namespace Plimsoll.Guard.Protocols.Postgres;

/// <summary>
/// StartupMessage: length, version 3.x, then names and values that each end with a zero byte, then a zero byte. Names other than
/// `user`, `database`, `replication`, `options` and `_pq_.…` are settings, as `options` has with `-c name=value` and `--name=value`.
/// </summary>
internal sealed class Startup
{
    private const int versionAt = 4;
    private const int parametersAt = 8;

    /// <summary>`options` is split at blanks, a backslash keeps the next letter (pg_split_opts).</summary>
    private static readonly string[] harmless = ["datestyle", "timezone", "intervalstyle", "extra_float_digits", "client_min_messages"];

    private Startup(Identity identity, string encoding, IReadOnlyList<(string Name, string Value)> settings) => (Identity, Encoding, Settings) = (identity, encoding, settings);

    public Identity Identity { get; }

    /// <summary>`client_encoding`; empty when the server chooses.</summary>
    public string Encoding { get; }

    /// <summary>Settings that a profile must permit as if they were set by a statement.</summary>
    public IReadOnlyList<(string Name, string Value)> Settings { get; }

    /// <summary>Null when it is not well-formed or not carried: then <paramref name="refusal"/> says why.</summary>
    /// <param name="packet">Whole, with its length.</param>
    public static Startup? Read(ReadOnlySpan<byte> packet, out string refusal)
    {
        refusal = "The start-up packet is not well-formed.";
        var version = Wire.Number(packet[versionAt..]);
        if (version >> 16 != 3)
        {
            refusal = "The guard speaks version 3 of the protocol.";
            return null;
        }
        string user = "", database = "", application = "", encoding = "";
        var settings = new List<(string, string)>();
        var rest = packet[parametersAt..];
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var name = Utf(Wire.Text(rest, out var isWhole));
            if (!isWhole) return null;
            rest = rest[(LengthOf(rest) + 1)..];
            if (name.Length == 0) break;
            var value = Utf(Wire.Text(rest, out isWhole));
            if (!isWhole) return null;
            rest = rest[(LengthOf(rest) + 1)..];
            if (!names.Add(name.ToLowerInvariant()))
            {
                refusal = $"`{name}` is there twice.";
                return null;
            }
            switch (name.ToLowerInvariant())
            {
                case "user":
                    user = value;
                    break;
                case "database":
                    database = value;
                    break;
                case "application_name":
                    application = value;
                    break;
                case "client_encoding":
                    encoding = value;
                    break;
                case "replication":
                    if (value is "false" or "off" or "no" or "0") break;
                    refusal = "Replication is not carried by the guard.";
                    return null;
                case "options":
                    if (!Options(value, settings))
                    {
                        refusal = "`options` has something besides `-c name=value`.";
                        return null;
                    }
                    break;
                default:
                    if (!name.StartsWith("_pq_.", StringComparison.Ordinal)) settings.Add((name.ToLowerInvariant(), value));
                    break;
            }
        }
        if (!rest.IsEmpty || user.Length == 0) return null;
        settings.RemoveAll(setting => harmless.Contains(setting.Item1));
        if (settings.Find(setting => setting.Item1 == "client_encoding") is { Item1: not null } given) encoding = given.Item2;
        if (Encodings.IsUnsafe(encoding))
        {
            refusal = $"The guard does not read client_encoding {encoding}, in which half of a character may be a backslash; UTF8 is carried.";
            return null;
        }
        return new(new(database.Length == 0 ? user : database, user, WithoutNumbers(application)), encoding, settings);
    }

    private static int LengthOf(ReadOnlySpan<byte> bytes) => bytes.IndexOf((byte)0);

    private static string Utf(ReadOnlySpan<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes);

    private static bool Options(string text, List<(string, string)> settings)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || " \t\n\r\f\v".Contains(text[i], StringComparison.Ordinal))
            {
                if (word.Length > 0) words.Add(word.ToString());
                word.Clear();
            }
            else word.Append(text[i] == '\\' && i + 1 < text.Length ? text[++i] : text[i]);
        }
        for (var i = 0; i < words.Count; i++)
        {
            var setting = words[i].StartsWith("--", StringComparison.Ordinal) ? words[i][2..]
                : words[i] == "-c" && i + 1 < words.Count ? words[++i]
                : words[i].StartsWith("-c", StringComparison.Ordinal) ? words[i][2..] : "";
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) return false;
            settings.Add((setting[..equals].Replace('-', '_').ToLowerInvariant(), setting[(equals + 1)..]));
        }
        return true;
    }

    private static string WithoutNumbers(string name)
    {
        var text = new StringBuilder();
        foreach (var letter in name)
        {
            if (!char.IsAsciiDigit(letter)) text.Append(char.IsControl(letter) ? '\uFFFD' : letter);
            else if (text.Length == 0 || text[^1] != '#') text.Append('#');
        }
        return text.ToString();
    }
}
