using System.Buffers.Binary;
using System.Net;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Protocols.Http2;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Tests.Http2;

/// <summary>A request that passes allocates nothing between its frames and its answer's.</summary>
public sealed class AllocationTests
{
    private const int round = 1_000;

    [Fact]
    public async Task A_request_and_its_answer()
    {
        using var transport = new RepeatingTransport(Sequence.Block("GET, user-agent: test, accept: */*, cookie: a=b, cookie: c=d"), 30 * round);
        using var deadlines = new Deadlines();
        var limits = GuardLimits.Default;
        var response = new HttpResponse { Status = 200, ContentLength = 2 };
        var body = "ok"u8.ToArray();
        var requests = 0;
        long since = 0, least = long.MaxValue;
        await new Http2Protocol(new InputBuffer(transport, limits.PieceBytes), limits, deadlines).ServeAsync(async client =>
        {
            Assert.True(client.Decoded.Passes);
            client.WriteHead(response, closes: false);
            Assert.True(await client.WriteBodyAsync(body));
            client.End(null);
            Assert.True(await client.FlushAsync());
            if (++requests % round == 0)
            {
                var now = GC.GetAllocatedBytesForCurrentThread();
                if (since > 0) least = Math.Min(least, now - since); // The first rounds are not optimised yet.
                since = GC.GetAllocatedBytesForCurrentThread();
            }
        });
        Assert.Equal(30 * round, requests);
        Assert.Equal(0, least);
    }

    /// <summary>The same request again and again, each on the next stream; swallows what is written.</summary>
    private sealed class RepeatingTransport : Transport
    {
        private readonly byte[] opening = Sequence.Parse("WINDOWUPDATE 7fff0000");
        private readonly byte[] request;
        private readonly int count;
        private int sent = -1;

        public RepeatingTransport(byte[] block, int count) => (request, this.count) = (Sequence.Frame(FrameType.Headers, 5, 1, block), count);

        public override IPEndPoint Remote { get; } = new(IPAddress.Loopback, 1);
        public override IPEndPoint Local { get; } = new(IPAddress.Loopback, 2);
        public override bool IsReadable => sent < count;

        public override ValueTask<int> ReadAsync(Memory<byte> into)
        {
            if (into.IsEmpty || sent == count) return new(0);
            var bytes = sent < 0 ? opening : request;
            if (sent++ >= 0) BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(5), 2 * sent - 1);
            bytes.CopyTo(into);
            return new(bytes.Length);
        }

        public override ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes) => new(true);

        public override void ShutdownRead() => sent = count;
        public override ValueTask ShutdownWriteAsync() => default;
        public override void Abort() => sent = count;

        public override void Dispose()
        {
        }
    }
}
