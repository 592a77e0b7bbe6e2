using Plimsoll.Guard.Decisions;

namespace Plimsoll.Guard.Answers;

/// <summary>Why rules did not see all of an answer's body that is of a type they look at. In kebab case it is what events and metrics say.</summary>
internal enum UnreadAnswer : byte
{
    None,
    /// <summary>It is longer than what is held, as it came or decoded.</summary>
    TooLong,
    /// <summary>It did not come to its end in time.</summary>
    TooSlow,
    /// <summary>A range of something that nobody here has seen as a whole (206).</summary>
    Part,
    /// <summary>Content-Encoding is none that is read, or the body does not decode.</summary>
    Coding,
    /// <summary>All that is held together leaves no room.</summary>
    TooManyAtOnce,
}

internal static class UnreadAnswers
{
    private static readonly string[] names = [.. Enum.GetValues<UnreadAnswer>().Select(why => Reasons.Kebab(why.ToString()))];

    public static int Count => names.Length;

    /// <summary>`too-long`.</summary>
    public static string Name(UnreadAnswer why) => names[(int)why];
}
