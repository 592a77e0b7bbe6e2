using System.Xml;
using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Freshness.Sources;

/// <summary>
/// A Maven repository (https://maven.apache.org/repositories/metadata.html): `GROUP/AS/FOLDERS/ARTIFACT/maven-metadata.xml`
/// has `metadata/versioning/versions/version`. Its `latest` and `release` are what was deployed last, so they are not used.
/// At `PLIMSOLL_MAVEN`, since Maven has no variable for it.
/// </summary>
internal sealed class MavenCentral() : RegistrySource("maven", "maven")
{
    public override bool Takes(Package package) => !string.IsNullOrEmpty(package.Purl.Namespace);

    protected override Uri Root(Asking asking) => RootOf(asking, "PLIMSOLL_MAVEN", "https://repo1.maven.org/maven2/");

    protected override Uri Address(Uri root, Package package) => new(root, $"{Escape(package.Purl.Namespace!.Replace('.', '/'))}/{Uri.EscapeDataString(package.Purl.Name)}/maven-metadata.xml");

    protected override Published Read(ReadOnlyMemory<byte> document, Package package)
    {
        var releases = new List<Release>();
        using var bytes = new MemoryStream(document.ToArray(), writable: false);
        using var xml = XmlReader.Create(bytes, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreWhitespace = true });
        for (var inVersions = false; xml.Read();)
            if (xml.Name == "versions") inVersions = xml.NodeType == XmlNodeType.Element && !xml.IsEmptyElement;
            else if (inVersions && xml is { NodeType: XmlNodeType.Element, Name: "version" } && xml.Read() && xml.NodeType == XmlNodeType.Text) releases.Add(new Release(xml.Value.Trim()));
        return releases.Count > 0 ? new Published(releases) : throw new InvalidDataException("it has no versions");
    }
}
