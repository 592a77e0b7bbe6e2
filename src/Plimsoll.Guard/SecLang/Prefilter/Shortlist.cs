using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.SecLang.Prefilter;

/// <summary>The rules that can match the values of one request, for all of them and for each. Reused; allocates nothing for an ordinary request.</summary>
internal sealed class Shortlist(Sieve sieve, VerdictCache? verdicts)
{
    private readonly int words = sieve.Masks.Words;
    private readonly ulong[] ofAny = new ulong[sieve.Masks.Words];
    private readonly bool[] isNew = new bool[Transaction.FirstMember];

    /// <summary>Of each value, of a member's content and of its name one after the other.</summary>
    private ulong[] chosen = [];
    private Remembrance[] remembered = [];
    private int next = Transaction.FirstMember;
    private int asked, found;

    /// <summary>A variable that is one value has another now.</summary>
    public void Renew(Variable single) => isNew[(int)single] = true;

    /// <summary>Whether a rule can match any value at all.</summary>
    public bool Has(int bit) => (ofAny[bit >> 6] & (1UL << (bit & 63))) != 0;

    public bool Has(int member, bool ofName, int bit) => (chosen[(Place(member, ofName) * words) + (bit >> 6)] & (1UL << (bit & 63))) != 0;

    /// <summary>A rule that could have matched was asked of the value, and said no for good.</summary>
    public void Refute(int member, bool ofName, int bit)
    {
        if (remembered[Place(member, ofName)] is { IsSomewhere: true } where) verdicts!.Refute(where, bit);
    }

    /// <summary>Chooses for the values that came since it was last called.</summary>
    public void Update(Transaction transaction)
    {
        if (remembered.Length < 2 * transaction.Count)
        {
            Array.Resize(ref remembered, 4 * transaction.Count);
            Array.Resize(ref chosen, remembered.Length * words);
        }
        for (var single = 0; single < isNew.Length; single++)
        {
            if (!isNew[single]) continue;
            isNew[single] = false;
            ref var one = ref transaction[single];
            Choose(transaction, single, ofName: false, one.Content, ref one.Forms, RuleMasks.KindOf((Variable)single));
        }
        for (; next < transaction.Count; next++)
        {
            ref var one = ref transaction[next];
            Choose(transaction, next, ofName: false, one.Content, ref one.Forms, RuleMasks.KindOf(one.Set, ofNames: false));
            Choose(transaction, next, ofName: true, one.Name, ref one.NameForms, RuleMasks.KindOf(one.Set, ofNames: true));
        }
    }

    public void Reset()
    {
        Array.Clear(ofAny);
        Array.Clear(isNew);
        if (verdicts is not null && asked > 0) verdicts.Count(asked, found);
        (next, asked, found) = (Transaction.FirstMember, 0, 0);
        const int ordinary = 4_096;
        if (remembered.Length > ordinary) (remembered, chosen) = ([], []);
    }

    private void Choose(Transaction transaction, int member, bool ofName, Bytes value, ref int forms, int kind)
    {
        var place = Place(member, ofName);
        var mine = chosen.AsSpan(place * words, words);
        remembered[place] = default;
        if (verdicts is null || value.Length > VerdictCache.Longest) sieve.Choose(transaction, value, ref forms, kind, mine);
        else if (sieve.Masks.IsLookedAt(kind))
        {
            asked++;
            var hash = verdicts.Hash(kind, value.Span);
            if (verdicts.TryFind(hash, kind, value.Span, mine, out remembered[place])) found++;
            else
            {
                sieve.Choose(transaction, value, ref forms, kind, mine);
                if (!transaction.IsIncomplete) remembered[place] = verdicts.Keep(hash, kind, value.Span, mine);
            }
        }
        else mine.Clear();
        for (var word = 0; word < words; word++) ofAny[word] |= mine[word];
    }

    private static int Place(int member, bool ofName) => (2 * member) + (ofName ? 1 : 0);
}
