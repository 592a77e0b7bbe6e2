using System.Globalization;

namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>TIME and its parts as the C library's strftime writes them, but months from 0 and weekdays from Sunday, 0.</summary>
internal static class RequestTime
{
    public static bool IsOf(Variable variable) => variable is >= Variable.Time and <= Variable.TimeYear;

    /// <param name="now">In the time zone that is meant.</param>
    public static Bytes Of(Variable variable, DateTimeOffset now, Scratch scratch) => variable switch
    {
        Variable.Time => Written(now, "HH:mm:ss", scratch),
        Variable.TimeDay => Written(now, "dd", scratch),
        Variable.TimeEpoch => scratch.Number(now.ToUnixTimeSeconds()),
        Variable.TimeHour => Written(now, "HH", scratch),
        Variable.TimeMin => Written(now, "mm", scratch),
        Variable.TimeMon => scratch.Number(now.Month - 1),
        Variable.TimeSec => Written(now, "ss", scratch),
        Variable.TimeWday => scratch.Number((int)now.DayOfWeek),
        _ => Written(now, "yyyy", scratch),
    };

    private static Bytes Written(DateTimeOffset now, string format, Scratch scratch)
    {
        const int longest = 8;
        var room = scratch.Reserve(longest);
        return !room.IsEmpty && now.TryFormat(room, out var length, format, CultureInfo.InvariantCulture) ? scratch.Take(length) : Bytes.Empty;
    }
}
