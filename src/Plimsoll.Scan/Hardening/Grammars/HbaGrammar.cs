using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Hardening.Grammars;

/// <summary>
/// pg_hba.conf and pg_ident.conf (PostgreSQL's documentation, "The pg_hba.conf File"): a record a line, fields separated by blanks, members of a field by
/// commas; a backslash at its end goes on in the next line; `#` begins a comment. A name in `"` is no keyword: `"all"` keeps its quotes here.
/// A record becomes `hba TYPE DATABASES USERS ADDRESS METHOD OPTION…`, with `-` for the address of a local one and a netmask as a length.
/// </summary>
internal static class HbaGrammar
{
    public const string Key = "hba";

    private static readonly string[] types = ["local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc"];
    private static readonly string[] methods = ["trust", "reject", "md5", "password", "scram-sha-256", "gss", "sspi", "ident", "peer", "pam", "bsd", "ldap", "radius", "cert", "oauth", "krb5", "crypt"];
    private static readonly string[] includes = ["include", "include_if_exists", "include_dir"];

    public static Parsed Parse(string text, Location file) => Parse(text, file, Record);

    /// <summary>Records `ident MAP SYSTEM-USER DATABASE-USER`.</summary>
    public static Parsed ParseIdent(string text, Location file) => Parse(text, file, Mapping);

    /// <summary>What a file that `@name` names holds: members, in any number of lines.</summary>
    public static ImmutableArray<string> Members(string text) => [.. Lines(text).SelectMany(line => line.Fields.SelectMany(field => field))];

    private static Parsed Parse(string text, Location file, Func<ImmutableArray<ImmutableArray<string>>, Origin, (Setting?, string?)> read)
    {
        var settings = ImmutableArray.CreateBuilder<Setting>();
        foreach (var (number, column, fields) in Lines(text))
        {
            var origin = Origin.At(file with { Line = number }, column);
            var (setting, wrong) = fields is [[var word], [var path]] && includes.Contains(word) ? (new Setting(word, [path], origin), null) : read(fields, origin);
            if (setting is null)
            {
                settings.Add(Setting.Gap("", [], origin, "what follows an error of the file"));
                return new Parsed(settings.ToImmutable(), new GrammarError(number, column, wrong!));
            }
            settings.Add(setting);
        }
        return new Parsed(settings.ToImmutable(), null);
    }

    private static (Setting?, string?) Record(ImmutableArray<ImmutableArray<string>> fields, Origin origin)
    {
        if (fields[0] is not [var type] || !types.Contains(type)) return (null, $"expected one of {string.Join(", ", types)}, found `{string.Join(',', fields[0])}`");
        if (fields.Length < 3) return (null, "a record has a database and a user behind its type");
        var at = 3;
        var address = "-";
        if (type != "local")
        {
            if (fields.Length <= at || fields[at] is not [var given]) return (null, "a record of this type has one address behind the user");
            address = given;
            at++;
            if (IPAddress.TryParse(given, out _) && !given.Contains('/', StringComparison.Ordinal))
            {
                if (fields.Length <= at || fields[at] is not [var mask] || !IPAddress.TryParse(mask, out var bits)) return (null, $"the address {given} has neither a length, as in {given}/32, nor a netmask behind it");
                address = Length(bits) is { } length ? string.Create(CultureInfo.InvariantCulture, $"{given}/{length}") : $"{given} {mask}";
                at++;
            }
        }
        if (fields.Length <= at || fields[at] is not [var method]) return (null, "the method is missing");
        if (!methods.Contains(method)) return (null, $"`{method}` is no method of authentication");
        return (new Setting(Key, [type, string.Join(',', fields[1]), string.Join(',', fields[2]), address, method, .. fields.Skip(at + 1).Select(option => string.Join(',', option))], origin), null);
    }

    private static (Setting?, string?) Mapping(ImmutableArray<ImmutableArray<string>> fields, Origin origin) =>
        fields is [[var map], [var system], [var database], ..] ? (new Setting("ident", [map, system, database], origin), null) : (null, "a line has three fields: the map, the user of the system, the user of the database");

    /// <summary>How many leading bits a netmask has; null for one with gaps.</summary>
    private static int? Length(IPAddress mask)
    {
        var bits = string.Concat(mask.GetAddressBytes().Select(part => Convert.ToString(part, 2).PadLeft(8, '0')));
        var ones = bits.IndexOf('0', StringComparison.Ordinal) is var zero and >= 0 ? zero : bits.Length;
        return bits.IndexOf('1', ones) < 0 ? ones : null;
    }

    private static IEnumerable<(int Number, int Column, ImmutableArray<ImmutableArray<string>> Fields)> Lines(string text)
    {
        var raw = text.Split('\n');
        for (var i = 0; i < raw.Length; i++)
        {
            var number = i + 1;
            var line = raw[i].TrimEnd('\r');
            if (line.EndsWith('\\'))
            {
                var joined = new StringBuilder(line[..^1]);
                while (line.EndsWith('\\') && i + 1 < raw.Length)
                {
                    line = raw[++i].TrimEnd('\r');
                    joined.Append(line.EndsWith('\\') ? line[..^1] : line);
                }
                line = joined.ToString();
            }
            if (Fields(line) is { IsEmpty: false } fields) yield return (number, line.Length - line.TrimStart(' ', '\t').Length + 1, fields);
        }
    }

    private static ImmutableArray<ImmutableArray<string>> Fields(string line)
    {
        var fields = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
        var members = ImmutableArray.CreateBuilder<string>();
        var at = 0;
        while (TryToken(line, ref at, out var token, out var goesOn))
        {
            members.Add(token);
            if (!goesOn) fields.Add(members.DrainToImmutable());
        }
        if (members.Count > 0) fields.Add(members.DrainToImmutable());
        return fields.ToImmutable();
    }

    /// <param name="goesOn">A comma follows directly: the next belongs to the same field.</param>
    private static bool TryToken(string line, ref int at, out string token, out bool goesOn)
    {
        var text = new StringBuilder();
        var (quoted, isQuoted, begins, started) = (false, false, false, false);
        (token, goesOn) = ("", false);
        while (at < line.Length && line[at] is ' ' or '\t' or '\r' or ',') at++;
        for (; at < line.Length; at++)
        {
            var c = line[at];
            if (!quoted && c is ' ' or '\t' or '\r') break;
            if (!quoted && c == '#')
            {
                at = line.Length;
                break;
            }
            if (!quoted && c == ',')
            {
                at++;
                goesOn = true;
                break;
            }
            if (c != '"') text.Append(c);
            else if (quoted && at + 1 < line.Length && line[at + 1] == '"')
            {
                text.Append(c);
                at++;
            }
            else
            {
                begins |= !started;
                isQuoted = true;
                quoted = !quoted;
            }
            started = true;
        }
        var plain = text.ToString();
        token = begins && (plain is "all" or "sameuser" or "samerole" or "samegroup" or "samehost" or "samenet" or "replication" || plain is ['+' or '@' or '/', ..]) ? $"\"{plain}\"" : plain;
        return plain.Length > 0 || isQuoted;
    }
}
