using Plimsoll.Scan.Reports.Json;

namespace Plimsoll.Scan.Reports.Spdx;

/// <summary>Properties of an element as annotations, each `name=value` (SPDX 2.3, clause 12).</summary>
internal sealed class Annotations(string tool, string time)
{
    public void Write(JsonPage page, IEnumerable<(string Name, string Value)> properties)
    {
        page.BeginList("annotations"u8);
        foreach (var (name, value) in properties)
        {
            page.Begin();
            page.Text("annotationDate"u8, time);
            page.Text("annotationType"u8, "OTHER"u8);
            page.Text("annotator"u8, tool);
            page.Text("comment"u8, $"{name}={value}");
            page.End();
        }
        page.EndList();
    }
}
