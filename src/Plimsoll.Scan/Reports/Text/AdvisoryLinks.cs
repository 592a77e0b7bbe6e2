namespace Plimsoll.Scan.Reports.Text;

/// <summary>
/// Where an advisory is to be read, by its name: the page of whoever publishes it. Addresses are made here alone, always
/// https and with the name escaped, so that no name can become an address of its own.
/// </summary>
internal static class AdvisoryLinks
{
    private static readonly (string Prefix, string Publisher, string Page)[] publishers =
    [
        ("CVE-", "NVD", "https://nvd.nist.gov/vuln/detail/"),
        ("GHSA-", "GitHub", "https://github.com/advisories/"),
        ("DSA-", "Debian", "https://security-tracker.debian.org/tracker/"),
        ("DLA-", "Debian", "https://security-tracker.debian.org/tracker/"),
        ("TEMP-", "Debian", "https://security-tracker.debian.org/tracker/"),
        ("USN-", "Ubuntu", "https://ubuntu.com/security/notices/"),
        ("RHSA-", "Red Hat", "https://access.redhat.com/errata/"),
        ("RUSTSEC-", "RustSec", "https://rustsec.org/advisories/"),
        ("GO-", "Go", "https://pkg.go.dev/vuln/"),
    ];

    /// <summary>Prefixes whose records OSV has under the same name (https://osv.dev).</summary>
    private static readonly string[] known = ["ALPINE-", "ALSA-", "BIT-", "DEBIAN-", "MAL-", "MGASA-", "OSV-", "PYSEC-", "RLSA-", "RSEC-", "SUSE-", "UBUNTU-", "openSUSE-"];

    /// <summary>Who publishes it; null for a name that no rule knows.</summary>
    public static string? Publisher(string id) => Find(id)?.Publisher;

    /// <summary>Its page; null for a name that no rule knows.</summary>
    public static string? Page(string id) => Find(id) is { } found ? found.Page + Uri.EscapeDataString(id) : null;

    /// <summary>`cve`, `ghsa`: what kind of name it is, in lower case; `advisory` for what has none.</summary>
    public static string Kind(string id)
    {
        var dash = id.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && id.AsSpan(0, dash).ContainsAnyExceptInRange('A', 'Z') == false ? id[..dash].ToLowerInvariant() : "advisory";
    }

    private static (string Publisher, string Page)? Find(string id)
    {
        foreach (var (prefix, publisher, page) in publishers)
            if (id.StartsWith(prefix, StringComparison.Ordinal)) return (publisher, page);
        return Array.Exists(known, prefix => id.StartsWith(prefix, StringComparison.Ordinal)) ? ("OSV", "https://osv.dev/vulnerability/") : null;
    }
}
