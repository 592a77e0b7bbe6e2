using System.Globalization;
using System.Text;

namespace Plimsoll.Guard.Operation;

/// <summary>Writes Prometheus' text format 0.0.4, or OpenMetrics 1.0, which names families of counters without `_total` and has an end.</summary>
internal sealed class MetricsText(bool isOpen)
{
    private readonly StringBuilder text = new();
    private string family = "";

    public const string Plain = "text/plain; version=0.0.4; charset=utf-8";
    public const string Open = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// <param name="name">Without `_total`.</param>
    public void Counter(string name, string help) => Begin(name, isOpen ? name : name + "_total", "counter", help, "_total");

    public void Gauge(string name, string help) => Begin(name, name, "gauge", help, "");

    public void Histogram(string name, string help) => Begin(name, name, "histogram", help, "");

    private string suffix = "";

    private void Begin(string name, string named, string type, string help, string behind)
    {
        (family, suffix) = (name, behind);
        text.Append("# HELP ").Append(named).Append(' ').Append(help).Append('\n');
        text.Append("# TYPE ").Append(named).Append(' ').Append(type).Append('\n');
    }

    public void Value(double value, params (string Name, string Value)[] labels) => Sample(suffix, value, labels);

    public void Value(string behind, double value, params (string Name, string Value)[] labels) => Sample(behind, value, labels);

    private void Sample(string behind, double value, (string Name, string Value)[] labels)
    {
        text.Append(family).Append(behind);
        for (var i = 0; i < labels.Length; i++)
            text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"").Append(labels[i].Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
        if (labels.Length > 0) text.Append('}');
        text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    public override string ToString() => isOpen ? text + "# EOF\n" : text.ToString();
}
