using System.Text;

namespace Plimsoll.Core.Advisories.Cvss;

/// <summary>One metric of a version of CVSS.</summary>
/// <param name="Values">Its values as vectors write them, without the one for "not defined".</param>
/// <param name="IsMandatory">A base metric: without it, or without a value for it, a vector is none.</param>
internal sealed record CvssMetric(string Name, string[] Values, bool IsMandatory = false);

/// <summary>The metrics that a vector gives, read by the table of its version.</summary>
/// <param name="table">The metrics in canonical order.</param>
internal readonly struct CvssMetrics(CvssMetric[] table, sbyte[] chosen)
{
    /// <summary>The place of the value that the vector gives to a metric in <see cref="CvssMetric.Values"/>; -1 when it is not defined.</summary>
    public int this[int metric] => chosen[metric];

    /// <summary>The value of a base metric, or the one that a modified metric puts in its place.</summary>
    public int Effective(int metric, int modified) => chosen[modified] >= 0 ? chosen[modified] : chosen[metric];

    /// <summary>Whether any of a row of metrics is defined.</summary>
    public bool HasAny(int first, int last) => chosen.AsSpan(first, last - first + 1).ContainsAnyExcept((sbyte)-1);

    /// <summary>The base metrics alone, which are the first of every table.</summary>
    public CvssMetrics WithoutFrom(int first)
    {
        var copy = (sbyte[])chosen.Clone();
        copy.AsSpan(first).Fill(-1);
        return new(table, copy);
    }

    /// <summary>`AV:N/AC:L…`</summary>
    /// <param name="undefined">What vectors of the version write for "not defined": `X` or `ND`.</param>
    public static bool TryRead(ReadOnlySpan<char> text, CvssMetric[] table, string undefined, string version, out CvssMetrics metrics, out string reason)
    {
        var chosen = new sbyte[table.Length];
        chosen.AsSpan().Fill(-1);
        metrics = new(table, chosen);
        var seen = 0UL;
        foreach (var range in text.Split('/'))
        {
            var part = text[range];
            if (!TryFind(part, table, undefined, out var metric, out var value))
            {
                reason = $"`{Shorten(part)}` is no metric of CVSS {version} with a value of it.";
                return false;
            }
            if ((seen & (1UL << metric)) != 0)
            {
                reason = $"A CVSS vector has each metric once, this one has {table[metric].Name} twice.";
                return false;
            }
            seen |= 1UL << metric;
            chosen[metric] = value;
        }
        for (var i = 0; i < table.Length; i++)
        {
            if (!table[i].IsMandatory || chosen[i] >= 0) continue; // All is well with this one.
            reason = $"A vector of CVSS {version} has the metric {table[i].Name}, this one has not.";
            return false;
        }
        reason = "";
        return true;
    }

    private static bool TryFind(ReadOnlySpan<char> part, CvssMetric[] table, string undefined, out int metric, out sbyte value)
    {
        value = -1;
        metric = 0;
        var colon = part.IndexOf(':');
        if (colon < 0) return false;
        while (metric < table.Length && !part[..colon].SequenceEqual(table[metric].Name)) metric++;
        if (metric == table.Length) return false;
        var text = part[(colon + 1)..];
        for (sbyte i = 0; i < table[metric].Values.Length; i++)
            if (text.SequenceEqual(table[metric].Values[i])) value = i;
        return value >= 0 || (!table[metric].IsMandatory && text.SequenceEqual(undefined));
    }

    /// <summary>The metrics that are defined, in the order of the table.</summary>
    public string Write(string prefix)
    {
        var text = new StringBuilder(prefix);
        for (var i = 0; i < table.Length; i++)
        {
            if (chosen[i] < 0) continue; // Leaving out what is not defined means the same.
            if (text.Length > 0) text.Append('/');
            text.Append(table[i].Name).Append(':').Append(table[i].Values[chosen[i]]);
        }
        return text.ToString();
    }

    /// <summary>A foreign text for a message.</summary>
    public static string Shorten(ReadOnlySpan<char> text) => text.Length <= 40 ? text.ToString() : $"{text[..40]}…";
}
