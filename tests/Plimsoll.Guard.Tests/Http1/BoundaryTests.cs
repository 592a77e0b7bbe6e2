using System.Text;
using Plimsoll.Guard.Limits;

namespace Plimsoll.Guard.Tests.Http1;

/// <summary>Each limit of the codec: so many pass, one more is refused for its reason.</summary>
public sealed class BoundaryTests
{
    private static readonly GuardLimits limits = GuardLimits.Default;

    public static TheoryData<string, int, object, string> Limits => new()
    {
        { "method", limits.MethodBytes, Of(count => $"{new string('A', count)} / HTTP/1.1\r\nHost: a\r\n\r\n"), "method-malformed" },
        { "target", limits.TargetBytes, Of(count => $"GET /{new string('a', count - 1)} HTTP/1.1\r\nHost: a\r\n\r\n"), "target-too-long" },
        { "host", limits.HostBytes, Of(count => $"GET / HTTP/1.1\r\nHost: {new string('a', count)}\r\n\r\n"), "host-malformed" },
        { "field", limits.FieldBytes, Of(count => $"GET / HTTP/1.1\r\nHost: a\r\nX: {new string('a', count - 3)}\r\n\r\n"), "field-too-long" },
        { "fields", limits.Fields, Of(count => $"GET / HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Repeat("X: y\r\n", count - 1))}\r\n"), "too-many-fields" },
        { "head", limits.HeadBytes, Of(Head), "head-too-large" },
        { "body by length", (int)limits.BodyBytes, Of(count => $"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {count}\r\n\r\n{new string('a', count)}"), "body-too-large" },
        { "body by chunks", (int)limits.BodyBytes, Of(count => $"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{count - 1:x}\r\n{new string('a', count - 1)}\r\n1\r\na\r\n0\r\n\r\n"), "body-too-large" },
        { "trailers", limits.TrailerBytes, Of(count => $"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: {new string('a', count - 7)}\r\n\r\n"), "trailer-malformed" },
        { "digits of a chunk's size", 15, Of(count => $"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{new string('0', count - 1)}1\r\na\r\n0\r\n\r\n"), "chunk-too-large" },
    };

    private static object Of(Func<int, string> write) => write;

    private static string Head(int count)
    {
        const string start = "GET / HTTP/1.1\r\nHost: a\r\n";
        var head = new StringBuilder(start);
        while (head.Length + 4000 < count) head.Append("X: ").Append('a', 3000).Append("\r\n");
        head.Append("X: ");
        return head.Append('a', count - head.Length - 4).Append("\r\n\r\n").ToString();
    }

    [Theory, MemberData(nameof(Limits))]
    [Trait("limit", nameof(GuardLimits.MethodBytes))]
    [Trait("limit", nameof(GuardLimits.TargetBytes))]
    [Trait("limit", nameof(GuardLimits.HostBytes))]
    [Trait("limit", nameof(GuardLimits.FieldBytes))]
    [Trait("limit", nameof(GuardLimits.Fields))]
    [Trait("limit", nameof(GuardLimits.HeadBytes))]
    [Trait("limit", nameof(GuardLimits.BodyBytes))]
    [Trait("limit", nameof(GuardLimits.TrailerBytes))]
    public async Task So_many_pass_and_one_more_is_refused(string name, int most, object writes, string reason)
    {
        var write = (Func<int, string>)writes;
        foreach (var within in (int[])[most - 1, most]) Assert.EndsWith("]", Assert.Single(await Decoding.RunAsync([Encoding.Latin1.GetBytes(write(within))])), StringComparison.Ordinal);
        var over = Assert.Single(await Decoding.RunAsync([Encoding.Latin1.GetBytes(write(most + 1))]));
        Assert.True(over.EndsWith(reason, StringComparison.Ordinal), $"{name}: {over[..Math.Min(over.Length, 200)]}");
    }
}
