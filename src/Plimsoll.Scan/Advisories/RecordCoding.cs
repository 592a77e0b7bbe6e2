using Plimsoll.Scan.Advisories.Store;

namespace Plimsoll.Scan.Advisories;

/// <summary>What records by key are made of, beyond numbers and texts.</summary>
internal static class RecordCoding
{
    /// <summary>An empty text for none.</summary>
    public static void OptionalText(this ByteWriter to, string? text) => to.Text(text ?? "");

    public static string? OptionalText(this ref ByteReader from) => from.Text() is { Length: > 0 } text ? text : null;

    /// <summary>Days since 0001-01-01 and one more; 0 for none.</summary>
    public static void Date(this ByteWriter to, DateOnly? date) => to.Number(date is { } day ? day.DayNumber + 1 : 0);

    public static DateOnly? Date(this ref ByteReader from) => from.Number() is var day and not 0 ? Day(day - 1) : null;

    /// <exception cref="DamagedException">It is beyond the calendar.</exception>
    public static DateOnly Day(ulong number) => number <= (ulong)DateOnly.MaxValue.DayNumber ? DateOnly.FromDayNumber((int)number) : throw new DamagedException("a day is beyond the calendar");
}
