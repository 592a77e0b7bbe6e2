namespace Plimsoll.Core.Versions;

/// <summary>
/// Alpine's order (apk-package(5), apk-tools 3): numbers with dots, at most one letter, suffixes with an optional number,
/// `~` and a commit hash, `-r` and a revision. `_alpha _beta _pre _rc` come before the version without them,
/// `_cvs _svn _git _hg _p` after it. From the second number on, one with a leading zero is compared as text, as a fraction
/// would be. A number after the letter is accepted, as apk-tools 2 did.
/// </summary>
internal sealed class ApkVersionScheme : IVersionScheme
{
    private const int LastPreview = 3;

    public string Id => "apk";

    public bool TryCompare(ReadOnlySpan<char> left, ReadOnlySpan<char> right, out int order)
    {
        order = 0;
        if (!IsValid(left) || !IsValid(right)) return false;
        order = Compare(new Reader(left), new Reader(right));
        return true;
    }

    public bool IsStable(ReadOnlySpan<char> version)
    {
        if (!IsValid(version)) return false;
        for (var reader = new Reader(version); reader.Read() != Part.End;)
            if (reader.IsPreview) return false;
        return true;
    }

    private static int Compare(Reader left, Reader right)
    {
        while (left.Read() == right.Read())
        {
            if (left.Part == Part.End) return 0;
            var order = left.Part switch
            {
                Part.Suffix => left.Suffix - right.Suffix,
                Part.Letter or Part.Hash => left.Value.SequenceCompareTo(right.Value),
                Part.Number when left.Value[0] == '0' || right.Value[0] == '0' => left.Value.SequenceCompareTo(right.Value),
                _ => Digits.Compare(left.Value, right.Value),
            };
            if (order != 0) return order;
        }
        if (left.IsPreview) return -1;
        if (right.IsPreview) return 1;
        return right.Part - left.Part;
    }

    private static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.Length > VersionSchemes.MaxLength) return false;
        var reader = new Reader(text);
        while (reader.Read() is not (Part.End or Part.Invalid)) { }
        return reader.Part == Part.End;
    }

    /// <summary>In the order in which they may follow one another; of two that differ the earlier one is the newer version.</summary>
    private enum Part
    {
        None,
        FirstNumber,
        Number,
        Letter,
        Suffix,
        SuffixNumber,
        Hash,
        Revision,
        End,
        Invalid,
    }

    private ref struct Reader(ReadOnlySpan<char> text)
    {
        private ReadOnlySpan<char> rest = text;

        public Part Part { get; private set; }

        public ReadOnlySpan<char> Value { get; private set; }

        /// <summary>Place of the suffix in their order.</summary>
        public int Suffix { get; private set; }

        public readonly bool IsPreview => Part == Part.Suffix && Suffix <= LastPreview;

        public Part Read() => Part = Next();

        private Part Next()
        {
            if (Part == Part.None) return Number(Part.FirstNumber);
            if (rest.IsEmpty) return Part.End;
            var c = rest[0];
            if (char.IsAsciiDigit(c)) return Part switch { Part.Letter => Number(Part.Number), Part.Suffix => Number(Part.SuffixNumber), _ => Part.Invalid };
            var from = rest;
            rest = rest[1..];
            switch (c)
            {
                case '.' when Part <= Part.Number:
                    return Number(Part.Number);
                case '_' when Part <= Part.SuffixNumber:
                    Suffix = Place(Letters());
                    return Suffix < 0 ? Part.Invalid : Part.Suffix;
                case '~' when Part < Part.Hash:
                    var end = 0;
                    while (end < rest.Length && char.IsAsciiHexDigitLower(rest[end])) end++;
                    return Taken(Part.Hash, end);
                case '-' when Part < Part.Revision && rest.StartsWith('r'):
                    rest = rest[1..];
                    return Number(Part.Revision);
                case >= 'a' and <= 'z' when Part <= Part.Number:
                    Value = from[..1];
                    return Part.Letter;
                default:
                    return Part.Invalid;
            }
        }

        private static int Place(ReadOnlySpan<char> suffix) => suffix switch
        {
            "alpha" => 0, "beta" => 1, "pre" => 2, "rc" => LastPreview,
            "cvs" => 4, "svn" => 5, "git" => 6, "hg" => 7, "p" => 8,
            _ => -1,
        };

        private Part Number(Part part)
        {
            Value = Digits.TakeNumber(ref rest);
            return Value.IsEmpty ? Part.Invalid : part;
        }

        private ReadOnlySpan<char> Letters()
        {
            var end = 0;
            while (end < rest.Length && char.IsAsciiLetterLower(rest[end])) end++;
            Taken(Part.Suffix, end);
            return Value;
        }

        private Part Taken(Part part, int length)
        {
            Value = rest[..length];
            rest = rest[length..];
            return length == 0 ? Part.Invalid : part;
        }
    }
}
