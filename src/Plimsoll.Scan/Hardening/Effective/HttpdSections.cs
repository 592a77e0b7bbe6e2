using System.Collections.Frozen;
using System.Collections.Immutable;
using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// What holds in a section of the HTTP server ("Configuration Sections" of its manual): a virtual host takes from the main server what it does not say,
/// a folder from the folders above it, the shortest first; the last of equal directives counts. `Options` and `SSLProtocol` are told as the sets
/// that their `+` and `-` come to.
/// </summary>
internal static class HttpdSections
{
    /// <summary>Of which every one counts, where it stands.</summary>
    private static readonly FrozenSet<string> several = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Alias", "AddHandler", "AllowOverrideList", "CustomLog", "Directory", "DirectoryMatch", "Else", "ElseIf", "Files", "FilesMatch", "If", "Limit", "LimitExcept", "Listen", "LoadModule", "Location", "LocationMatch", "Proxy", "ProxyMatch", "ProxyPass", "ProxyPassMatch",
        "Require", "RequireAll", "RequireAny", "RequireNone", "RewriteRule", "ScriptAlias", "ScriptAliasMatch", "SetEnv", "TransferLog", "UserDir", "VirtualHost", "Header", "RequestHeader", "RemoteIPInternalProxy", "RemoteIPTrustedProxy", "Allow", "Deny");

    /// <summary>Of which those of the main server hold in a virtual host too, unless it has some of its own.</summary>
    private static readonly FrozenSet<string> inherited = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "CustomLog", "TransferLog", "Header", "RequestHeader", "UserDir", "RemoteIPInternalProxy", "RemoteIPTrustedProxy", "LoadModule", "Proxy", "ProxyPass");

    /// <summary>What a .htaccess file may set.</summary>
    private static readonly FrozenSet<string> overridable = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "Options", "Require", "Satisfy", "AddHandler", "SetHandler", "Header", "FileETag", "LimitRequestBody", "ServerSignature", "SSLCipherSuite", "RewriteRule", "Allow", "Deny", "Files", "FilesMatch");

    private static readonly string[] allOptions = ["FollowSymLinks", "Indexes", "Includes", "ExecCGI"];
    private static readonly string[] allProtocols = ["SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];

    public static Found Find(Scope scope, string key)
    {
        if (key.Equals("Options", StringComparison.OrdinalIgnoreCase)) return Options(scope);
        if (several.Contains(key))
        {
            if (!inherited.Contains(key)) return new Found(scope.Own(key), Unseen(scope, key, after: null));
            foreach (var at in Around(scope))
                if (at.Own(key) is { Count: > 0 } own) return new Found(own, Unseen(at, key, after: null));
                else if (Unseen(at, key, after: null) is { } gap) return new Found([], gap);
            return Found.Nothing;
        }
        var found = Last(scope, key);
        return found.Settings is [var set] && key.Equals("SSLProtocol", StringComparison.OrdinalIgnoreCase) ? new Found([set with { Arguments = Protocols(set.Arguments) }], found.Gap) : found;
    }

    private static Found Last(Scope scope, string key)
    {
        foreach (var at in Around(scope))
        {
            var own = at.Own(key);
            if (Unseen(at, key, own.Count > 0 ? own[^1] : null) is { } gap) return new Found(own, gap);
            if (own.Count > 0) return new Found([own[^1]], null);
        }
        return Found.Nothing;
    }

    /// <summary>A gap that may say something else: behind the last that is seen, or anywhere.</summary>
    private static Setting? Unseen(Scope scope, string key, Setting? after)
    {
        if (scope.Gap is null) return null;
        var children = scope.Block.Children;
        for (var i = children.Length - 1; i >= 0 && !ReferenceEquals(children[i], after); i--)
            if (children[i].IsGap && (!Httpd.IsHtAccess(children[i]) || overridable.Contains(key))) return children[i];
        return null;
    }

    /// <summary>The innermost first: the section, folders above it in the same host and in the main server, the host, the main server.</summary>
    private static IEnumerable<Scope> Around(Scope scope)
    {
        foreach (var at in scope.Outwards)
        {
            if (Folder(at.Block) is not { } folder)
            {
                yield return at;
                continue; // No folder is above it.
            }
            var above = at.Parent!.Outwards.SelectMany((around, distance) => around.Own("Directory").Select((block, place) => (Block: block, Around: around, distance, place)))
                .Where(other => Folder(other.Block) is { } path && (folder + "/").StartsWith(path + "/", StringComparison.Ordinal))
                .OrderByDescending(other => Folder(other.Block)!.Length).ThenBy(other => other.distance).ThenByDescending(other => other.place);
            // Of several sections for one folder the last counts, whichever is asked about.
            foreach (var other in above) yield return ReferenceEquals(other.Block, at.Block) ? at : new Scope(other.Block, other.Around);
        }
    }

    /// <summary>Without a slash at its end, so empty for the root; null for what is no plain folder.</summary>
    private static string? Folder(Setting block) =>
        block.IsBlock && block.Key.Equals("Directory", StringComparison.OrdinalIgnoreCase) && block.Arguments is [['/', ..] path] && !Applications.ImageGlob.IsPattern(path) ? path.TrimEnd('/') : null;

    /// <summary>A line without signs stands for itself; one with signs changes what held before.</summary>
    private static Found Options(Scope scope)
    {
        var lines = new Stack<Setting>();
        Setting? gap = null;
        foreach (var at in Around(scope))
        {
            var own = at.Own("Options");
            var (from, isWhole) = (own.Count, false);
            while (from > 0 && !isWhole) isWhole = !own[--from].Arguments.All(word => word is ['+' or '-', ..]);
            gap = Unseen(at, "Options", isWhole ? own[from] : null);
            for (var i = own.Count - 1; i >= from; i--) lines.Push(own[i]);
            if (isWhole || gap is not null) break;
        }
        if (lines.Count == 0 || gap is not null) return new Found([.. lines], gap);
        var set = new SortedSet<string>(["FollowSymLinks"], StringComparer.OrdinalIgnoreCase);
        Setting last = lines.Peek();
        string? needs = null;
        foreach (var line in lines)
        {
            if (!line.Arguments.All(word => word is ['+' or '-', ..])) set.Clear();
            foreach (var word in line.Arguments) Change(set, word);
            needs ??= line.Needs;
            last = line;
        }
        return new Found([last with { Arguments = set.Count == 0 ? ["None"] : [.. set], Needs = needs }], null);
    }

    private static void Change(SortedSet<string> set, string word)
    {
        var name = word.TrimStart('+', '-');
        string[] names = name.Equals("All", StringComparison.OrdinalIgnoreCase) ? allOptions : name.Equals("None", StringComparison.OrdinalIgnoreCase) ? [] : [name];
        if (name.Equals("None", StringComparison.OrdinalIgnoreCase)) set.Clear();
        // Of the two only one holds.
        else if (name.Equals("IncludesNOEXEC", StringComparison.OrdinalIgnoreCase)) set.Remove("Includes");
        else if (name.Equals("Includes", StringComparison.OrdinalIgnoreCase)) set.Remove("IncludesNOEXEC");
        foreach (var one in names)
            if (word[0] == '-') set.Remove(one);
            else set.Add(one);
    }

    /// <summary>A word without a sign stands for itself and what follows it.</summary>
    private static ImmutableArray<string> Protocols(ImmutableArray<string> words)
    {
        var set = new List<string>();
        foreach (var word in words)
        {
            var name = word.TrimStart('+', '-');
            string[] names = name.Equals("all", StringComparison.OrdinalIgnoreCase) ? allProtocols : [name];
            if (word[0] is not ('+' or '-')) set.Clear();
            foreach (var one in names)
            {
                set.RemoveAll(other => other.Equals(one, StringComparison.OrdinalIgnoreCase));
                if (word[0] != '-') set.Add(one);
            }
        }
        return [.. set];
    }
}
