using Plimsoll.Guard.Limits;

namespace Plimsoll.Guard.Tests.Http2;

/// <summary>Limits on what a connection may do without need: at the limit it goes on, one over ends it.</summary>
public sealed class FloodTests
{
    private static readonly GuardLimits few = new() { ControlFrames = 5, ControlFramesRate = 0, Resets = 3, ResetsRate = 0, Streams = 3 };

    [Theory]
    [InlineData("PING 0102030405060708")]
    [InlineData("SETTINGS 000300000064")]
    [InlineData("SETTINGS+ACK")]
    [InlineData("WINDOWUPDATE 00000001")]
    [InlineData("PRIORITY@1 0000000010")]
    [InlineData("GOAWAY 0000000000000000")]
    [InlineData("0x42 00")]
    [Trait("limit", nameof(GuardLimits.ControlFrames))]
    public async Task Frames_that_carry_nothing(string frame)
    {
        Assert.Equal("ok", (await Decoding2.RunAsync([Sequence.Parse($"×5 {frame}")], few)).Told);
        Assert.Equal("goaway EnhanceYourCalm control-flood", (await Decoding2.RunAsync([Sequence.Parse($"×6 {frame}")], few)).Told);
    }

    [Theory]
    [InlineData("DATA@1")]
    [InlineData("DATA+PAD@1 02 & 0000")]
    [InlineData("WINDOWUPDATE@1 00000001")]
    public async Task Frames_that_carry_nothing_for_a_stream_which_earns_ten(string frame)
    {
        // What a request earns does not pass the burst.
        Assert.Equal("ok", (await Decoding2.RunAsync([Sequence.Parse($"HEADERS+EH@1 {{POST}} ; ×5 {frame} ; DATA+ES@1 \"x\"")], few)).Told);
        Assert.Equal("goaway EnhanceYourCalm control-flood", (await Decoding2.RunAsync([Sequence.Parse($"HEADERS+EH@1 {{POST}} ; ×6 {frame} ; DATA+ES@1 \"x\"")], few)).Told);
    }

    [Fact]
    public async Task Requests_earn_the_frames_that_go_with_them()
    {
        var sequence = string.Join(" ; ", Enumerable.Range(0, 50).Select(i => $"HEADERS+ES+EH@{2 * i + 1} {{GET}} ; ×4 WINDOWUPDATE 00000001"));
        Assert.Equal("ok", (await Decoding2.RunAsync([Sequence.Parse(sequence)], few)).Told);
    }

    [Theory]
    [InlineData("HEADERS+EH@{0} {{POST}} ; RSTSTREAM@{0} 00000008", "client-gone")]
    [InlineData("HEADERS+EH@{0} {{POST}} ; WINDOWUPDATE@{0} 00000000", "frame-malformed")]
    [InlineData("HEADERS+EH@{0} {{POST}} ; WINDOWUPDATE@{0} 7fffffff", "flow-control")]
    [InlineData("HEADERS+EH@{0} {{POST, content-length: 1}} ; DATA+ES@{0} \"xx\"", "length-disagrees")]
    [InlineData("HEADERS+EH@{0} {{POST}} ; HEADERS+ES+EH@{0} {{:a: b}}", "pseudo-field-malformed")]
    [InlineData("HEADERS+ES+EH@{0} {{GET, X: y}}", "field-name-malformed")]
    [Trait("limit", nameof(GuardLimits.Resets))]
    public async Task Streams_that_break_off(string frames, string reason)
    {
        string Repeat(int count) => string.Join(" ; ", Enumerable.Range(0, count).Select(i => string.Format(System.Globalization.CultureInfo.InvariantCulture, frames, 2 * i + 1)));
        var passed = await Decoding2.RunAsync([Sequence.Parse(Repeat(3))], few);
        Assert.True(passed.Verdict.Passes);
        Assert.All(passed.Requests, request => Assert.EndsWith(reason, request, StringComparison.Ordinal));
        var refused = await Decoding2.RunAsync([Sequence.Parse(Repeat(4))], few);
        Assert.Equal(Decisions.Reason.RapidReset, refused.Verdict.Reason);
        Assert.Contains($"GoAway@0={(int)Protocols.Http2.ErrorCode.EnhanceYourCalm}", refused.Codes, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("limit", nameof(GuardLimits.Streams))]
    public async Task Streams_at_once()
    {
        string Open(int id) => $"HEADERS+EH@{id} {{POST}}";
        string End(int id) => $"DATA+ES@{id} \"x\"";
        Assert.Equal("ok", (await Decoding2.RunAsync([Sequence.Parse($"{Open(1)} ; {Open(3)} ; {Open(5)} ; {End(1)} ; {Open(7)} ; {End(3)} ; {End(5)} ; {End(7)}")], few)).Told);
        var four = await Decoding2.RunAsync([Sequence.Parse($"{Open(1)} ; {Open(3)} ; {Open(5)} ; {Open(7)} ; {End(1)} ; {End(3)} ; {End(5)}")], few);
        Assert.Equal("reset RefusedStream stream-flood", four.Told);
        Assert.True(four.Verdict.Passes);
        Assert.Equal(3, four.Requests.Count(request => request.EndsWith("[x]", StringComparison.Ordinal)));
    }

    [Fact]
    [Trait("limit", nameof(GuardLimits.StreamWindow))]
    public async Task The_streams_window()
    {
        var limits = new GuardLimits { StreamWindow = 10, ConnectionWindow = 70_000 };
        Func<Protocols.Http.ClientStream, ValueTask> never = async client =>
        {
            while (await client.ReadBodyAsync() is { IsLast: false, Failure: Decisions.Reason.None }) await Task.Delay(50, TestContext.Current.CancellationToken);
        };
        Assert.DoesNotContain("=3", (await Decoding2.RunAsync([Sequence.Parse("HEADERS+EH@1 {POST} ; DATA+ES@1 \"{x*10}\"")], limits)).Codes, StringComparison.Ordinal);
        Assert.Contains("RstStream@1=3", (await Decoding2.RunAsync([Sequence.Parse("HEADERS+EH@1 {POST} ; DATA+ES@1 \"{x*11}\"")], limits, never)).Codes, StringComparison.Ordinal);
        // Padding counts too.
        Assert.Contains("RstStream@1=3", (await Decoding2.RunAsync([Sequence.Parse("HEADERS+EH@1 {POST} ; DATA+ES+PAD@1 04 & \"{x*6}\" & 00000000")], limits, never)).Codes, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("limit", nameof(GuardLimits.ConnectionWindow))]
    public async Task The_connections_window()
    {
        var limits = new GuardLimits { StreamWindow = 100_000, ConnectionWindow = 32_768 };
        var stop = new TaskCompletionSource();
        Func<Protocols.Http.ClientStream, ValueTask> never = async client => await stop.Task;
        var running = Decoding2.RunAsync([Sequence.Parse("HEADERS+EH@1 {POST} ; ×2 DATA@1 \"{x*16384}\" ; DATA@1 \"x\"")], limits, never);
        stop.SetResult();
        var found = await running;
        Assert.Equal(Decisions.Reason.FlowControl, found.Verdict.Reason);
        Assert.Contains("GoAway@0=3", found.Codes, StringComparison.Ordinal);
    }

    /// <summary>One entry of 4,000 bytes, then 8,000 references to it: 32 MB of fields in 12 KB.</summary>
    [Fact]
    public async Task A_bomb_of_compression()
    {
        var frames = $"HEADERS+ES@1 {{GET}} & 40 & 0161 & 7fa11e & \"{{x*4000}}\" & be ; CONTINUATION+EH@1 {string.Concat(Enumerable.Repeat("be", 8000))} ; HEADERS+ES+EH@3 {{GET}}";
        var found = await Decoding2.RunAsync([Sequence.Parse(frames)]);
        Assert.Equal("status 431 head-too-large", found.Told);
        Assert.Equal("head-too-large", found.Requests[0]);
        Assert.StartsWith("GET / guard.test ", found.Requests[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_after_the_goaway_is_not_served()
    {
        var limits = new GuardLimits { RequestsOfConnection = 2 };
        var found = await Decoding2.RunAsync([Sequence.Parse("HEADERS+ES+EH@1 {GET} ; HEADERS+EH@3 {POST} ; HEADERS+ES+EH@5 {GET} ; DATA+ES@3 \"x\"")], limits);
        Assert.Equal(2, found.Requests.Count);
        Assert.Equal("GoAway@0=0", found.Codes);
    }

    [Fact]
    public async Task A_body_without_a_length()
    {
        var limits = new GuardLimits { BodyBytes = 10 };
        Assert.Equal("ok", (await Decoding2.RunAsync([Sequence.Parse("HEADERS+EH@1 {POST} ; DATA@1 \"{x*6}\" ; DATA+ES@1 \"{x*4}\"")], limits)).Told);
        Assert.Equal("status 413 body-too-large", (await Decoding2.RunAsync([Sequence.Parse("HEADERS+EH@1 {POST} ; DATA@1 \"{x*6}\" ; DATA+ES@1 \"{x*5}\"")], limits)).Told);
    }

    [Fact]
    public async Task A_bug_of_an_exchange_ends_the_connection_and_is_said()
    {
        var found = await Decoding2.RunAsync([Sequence.Parse("HEADERS+ES+EH@1 {GET} ; HEADERS+ES+EH@3 {GET}")], exchange: async client =>
        {
            await Task.Yield();
            throw new InvalidOperationException();
        });
        Assert.Equal(Decisions.Reason.GuardFailed, found.Verdict.Reason);
        Assert.Contains($"GoAway@0={(int)Protocols.Http2.ErrorCode.InternalError}", found.Codes, StringComparison.Ordinal);
    }
}
