using System.Text;
using Plimsoll.Guard.SecLang.Prefilter;

namespace Plimsoll.Guard.Tests.SecLang.Prefilter;

/// <summary>Strings that a pattern's tree describes, at random: those that the pattern itself matches, but for what it asks of places.</summary>
internal sealed class PatternStrings(Random random)
{
    private const int mostBytes = 2_000;

    /// <summary>Letters are bytes.</summary>
    public string Next(PatternNode tree)
    {
        var text = new StringBuilder();
        Write(tree, text);
        return text.ToString();
    }

    private void Write(PatternNode node, StringBuilder text)
    {
        if (text.Length > mostBytes) return;
        switch (node)
        {
            case PatternNode.One { Set: var set } when set != ByteSet.Empty:
                var bytes = set.Bytes().ToList();
                // Anything but printable bytes stops most of what follows.
                var printable = bytes.FindAll(value => value is > 32 and < 127);
                var from = printable.Count > 0 && random.Next(8) > 0 ? printable : bytes;
                text.Append((char)from[random.Next(from.Count)]);
                break;
            case PatternNode.Sequence { Parts: var parts }:
                foreach (var part in parts) Write(part, text);
                break;
            case PatternNode.Choice { Branches: var branches }:
                Write(branches[random.Next(branches.Count)], text);
                break;
            case PatternNode.Repetition { Part: var part, Least: var least, Most: var most }:
                for (var count = Math.Min(most ?? int.MaxValue, least + random.Next(3)); count > 0; count--) Write(part, text);
                break;
        }
    }
}
