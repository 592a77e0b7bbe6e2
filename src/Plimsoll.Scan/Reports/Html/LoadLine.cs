using Plimsoll.Scan.Reports.Markup;

namespace Plimsoll.Scan.Reports.Html;

/// <summary>
/// The load line mark of a ship's hull, drawn: a disk with a line through it. The water stands below the line, at it, or
/// above it. It only repeats what stands beside it in words.
/// </summary>
internal static class LoadLine
{
    /// <param name="state">`good`, `fair`, `poor`, `notjudged` or `brand`: its class, by which the style sheet colours it.</param>
    public static void Write(string state, MarkupPage page)
    {
        page.Open("svg").Attribute("class", $"mark {state}").Attribute("viewBox", "0 0 32 32").Attribute("aria-hidden", "true");
        // The part of the disk below the water: from 30 degrees under the middle, the middle, or 30 degrees above it.
        var water = state switch
        {
            "good" => "M6.5 21.5 A11 11 0 0 0 25.5 21.5 Z",
            "fair" => "M5 16 A11 11 0 0 0 27 16 Z",
            "poor" => "M6.5 10.5 A11 11 0 1 0 25.5 10.5 Z",
            _ => null,
        };
        if (water is not null) page.Open("path").Attribute("class", "water").Attribute("d", water).Close();
        page.Open("circle").Attribute("cx", 16).Attribute("cy", 16).Attribute("r", 11).Close();
        page.Open("path").Attribute("d", "M1 16 H31").Close();
        page.Close();
    }
}
