using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http2;
using Plimsoll.Guard.Tests.Http1;
using Plimsoll.Guard.Tests.Http2;
using Plimsoll.Guard.Tests.Running;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Tests.Limits;

/// <summary>Limits that are counted: one below, at and one over each.</summary>
public sealed class CountTests
{
    [Theory]
    [InlineData(7, "ok")]
    [InlineData(8, "ok")]
    [InlineData(9, "goaway EnhanceYourCalm continuation-flood")]
    [Trait("limit", nameof(GuardLimits.Continuations))]
    public async Task Frames_of_one_head(int count, string told)
    {
        var frames = $"HEADERS+ES@1 {{GET}} ; {string.Concat(Enumerable.Repeat("CONTINUATION@1 {a: b} ; ", count - 1))}CONTINUATION+EH@1 {{a: b}}";
        Assert.Equal(told, (await Decoding2.RunAsync([Sequence.Parse(frames)])).Told);
    }

    [Theory]
    [InlineData(31, "ok")]
    [InlineData(32, "ok")]
    [InlineData(33, "goaway EnhanceYourCalm control-flood")]
    [Trait("limit", nameof(GuardLimits.SettingsParameters))]
    public async Task Parameters_of_a_SETTINGS_frame(int count, string told) =>
        Assert.Equal(told, (await Decoding2.RunAsync([Sequence.Parse($"SETTINGS {string.Concat(Enumerable.Repeat("000300000064", count))} ; HEADERS+ES+EH@1 {{GET}}")])).Told);

    /// <summary>What a client may make the table of its header blocks: an update of its size at the start of a block (RFC 7541, section 6.3).</summary>
    [Theory]
    [InlineData("3fe01f", "ok")]
    [InlineData("3fe11f", "ok")]
    [InlineData("3fe21f", "goaway CompressionError compression-failed")]
    [Trait("limit", nameof(GuardLimits.TableBytes))]
    public async Task Bytes_of_a_clients_table(string update, string told)
    {
        Assert.Equal(4096, GuardLimits.Default.TableBytes);
        Assert.Equal(told, (await Decoding2.RunAsync([Sequence.Parse($"HEADERS+ES+EH@1 {update} & {{GET}}")])).Told);
    }

    /// <summary>A WINDOW_UPDATE has 13 bytes.</summary>
    [Theory]
    [InlineData(25, true)]
    [InlineData(26, true)]
    [InlineData(27, false)]
    [Trait("limit", nameof(GuardLimits.OutputBytes))]
    public void Bytes_of_answers_that_wait(int most, bool isFull)
    {
        using var transport = new ScriptedTransport([]);
        var session = new Http2Session(transport, new() { OutputBytes = most });
        lock (session.Gate)
        {
            session.Output.WriteWindowUpdate(0, 1);
            Assert.False(session.IsFull);
            session.Output.WriteWindowUpdate(0, 1);
            Assert.Equal(isFull, session.IsFull);
        }
    }

    [Fact]
    [Trait("limit", nameof(GuardLimits.ResetsRate))]
    [Trait("limit", nameof(GuardLimits.ControlFramesRate))]
    public void What_is_forgiven_in_a_second()
    {
        var allowance = new Allowance(3, 33);
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => allowance.TryTake(1_000_000)).ToArray());
        Assert.False(allowance.TryTake(1_000_030)); // Less than the 30.3 ms of one.
        Assert.True(allowance.TryTake(1_000_031));
        Assert.False(allowance.TryTake(1_000_031));
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => allowance.TryTake(1_010_000)).ToArray()); // Never more than the burst.
    }

    [Theory]
    [InlineData(15, "200")]
    [InlineData(16, "200")]
    [InlineData(17, "403")]
    [Trait("limit", nameof(GuardLimits.HeldUploadBytes))]
    public async Task Bytes_of_a_text_that_is_held(int length, string status)
    {
        using var server = new RawServer(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.ReadAsync(length);
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        });
        using var guard = new RunningGuard(server.Address, new() { HeldUploadBytes = 16 }, site => site with { Ambiguities = new() { RefusesUnread = true } });
        using var client = new RawClient(guard.Address);
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n{new string('a', length)}");
        Assert.StartsWith($"HTTP/1.1 {status} ", await client.ReadUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal(status == "200" ? Reason.None : Reason.Ambiguous, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
    }

    /// <summary>However much waits to be read.</summary>
    [Theory]
    [InlineData(1_024, 1_023, 1)]
    [InlineData(1_024, 1_024, 1)]
    [InlineData(1_024, 1_025, 2)]
    [InlineData(16_384, 163_840, 10)]
    [Trait("limit", nameof(GuardLimits.PieceBytes))]
    public async Task Bytes_that_are_read_at_once(int piece, int waiting, int reads)
    {
        using var transport = new ScriptedTransport([Encoding.ASCII.GetBytes(new string('a', waiting))]);
        var input = new InputBuffer(transport, piece);
        var counts = new List<int>();
        while (await input.FillAsync(piece) is > 0 and var count)
        {
            counts.Add(count);
            input.Consume(count);
        }
        Assert.Equal((reads, waiting, Math.Min(piece, waiting)), (counts.Count, counts.Sum(), counts.Max()));
    }
}
