using System.Security.Cryptography;
using System.Text;

namespace Plimsoll.Scan.Reports.Markup;

/// <summary>A style sheet or script that is part of this program; nothing else can become one.</summary>
internal sealed class PageAsset
{
    private PageAsset(string name)
    {
        using var stream = typeof(PageAsset).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"the resource {name} is not in the program");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        Text = Encoding.UTF8.GetString(bytes);
        Hash = $"'sha256-{Convert.ToBase64String(SHA256.HashData(bytes))}'";
    }

    public string Text { get; }

    /// <summary>By which a content security policy lets it in: `'sha256-…'` (CSP level 3, section 2.3.1).</summary>
    public string Hash { get; }

    public static PageAsset Style() => new("report.css");

    public static PageAsset Script() => new("report.js");
}
