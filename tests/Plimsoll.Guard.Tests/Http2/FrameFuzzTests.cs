using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.Http2;

/// <summary>Sequences of the table joined and damaged: no crash, no hang, and cuts change nothing.</summary>
public sealed class FrameFuzzTests
{
    private static int Runs => Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 } ? 300_000 : 6_000;

    [Fact]
    public async Task Damaged_sequences_are_decided_the_same_however_they_are_cut()
    {
        var random = new Random(44487);
        var sequences = Sequence.All.Where(sequence => sequence.Bytes.Length < 2000).ToList();
        for (var run = 0; run < Runs; run++)
        {
            var bytes = Damaged(random, sequences);
            var whole = await Decoding2.RunAsync([bytes]).WaitAsync(Waiting.Patience, TestContext.Current.CancellationToken);
            Assert.NotEqual(Decisions.Reason.GuardFailed, whole.Verdict.Reason);
            int first = random.Next(bytes.Length), second = random.Next(first, bytes.Length);
            var cut = await Decoding2.RunAsync([bytes[..first], bytes[first..second], bytes[second..]]).WaitAsync(Waiting.Patience, TestContext.Current.CancellationToken);
            Assert.True(whole.Verdict == cut.Verdict && whole.Codes == cut.Codes && whole.Requests.SequenceEqual(cut.Requests), $"{Convert.ToHexString(bytes)} cut at {first} and {second}: {whole.Verdict} {whole.Codes} {string.Join(" / ", whole.Requests)}, then {cut.Verdict} {cut.Codes} {string.Join(" / ", cut.Requests)}");
        }
    }

    private static byte[] Damaged(Random random, List<Sequence> sequences)
    {
        var head = sequences[random.Next(sequences.Count)].Bytes;
        var tail = sequences[random.Next(sequences.Count)].Bytes;
        var skip = Math.Min(tail.Length, Sequence.Preface.Length + 9);
        byte[] bytes = [.. head, .. tail.AsSpan(skip)];
        for (var i = random.Next(0, 4); i > 0; i--)
        {
            var at = random.Next(bytes.Length);
            if (random.Next(4) > 0) at = Math.Max(at, Math.Min(bytes.Length - 1, Sequence.Preface.Length)); // Not always in the preface.
            bytes[at] = random.Next(3) switch { 0 => (byte)random.Next(256), 1 => (byte)(bytes[at] ^ 1 << random.Next(8)), _ => (byte)random.Next(10) };
        }
        return random.Next(5) == 0 ? bytes[..random.Next(1, bytes.Length)] : bytes;
    }
}
