using System.Net;
using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Normalisation;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Protocols.Http1;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Tests.Http1;

/// <summary>What decides on a request that passes, from its bytes to the bytes that are forwarded, allocates nothing.</summary>
public sealed class AllocationTests
{
    private sealed class Passing : IInspector
    {
        public string Id => "passing";
        public Needs Needs => Needs.RequestHead;
        public Verdict Inspect(Message message, Needs stage) => message is HttpRequest { Fields.Length: > 1000 } || message.Values.Values.Length < 12 ? new(Reason.RuleMatched) : default;
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"name\":\"Ada\",\"tags\":[\"a\",\"b\"],\"age\":36}")]
    public void A_request_that_passes_costs_no_memory(string text)
    {
        var body = Encoding.ASCII.GetBytes(text);
        var head = Encoding.ASCII.GetBytes("GET /shop/item?id=17&colour=dark%20blue HTTP/1.1\r\nHost: shop.test\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: text/html,*/*;q=0.8\r\n"
            + "Accept-Language: en\r\nCookie: session=0123456789abcdef; theme=dark\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nX-Forwarded-For: 6.6.6.6\r\nContent-Type: application/json\r\n" + $"Content-Length: {body.Length}\r\n\r\n");
        using var transport = new ScriptedTransport([]);
        var limits = GuardLimits.Default;
        var stream = new Http1ClientStream(new InputBuffer(transport, limits.PieceBytes), limits);
        var output = new OutputBuffer(transport, limits.WriteTime);
        var engine = new DecisionEngine([new Passing()], Mode.Enforce, FailMode.Closed);
        var judge = new RequestJudge(new(NormalisationLimits.Default), new(new()), engine);
        var load = new LoadLimits([new("/", 1e9, 1_000_000, 10)], new(1024), 0);
        var peer = IPAddress.Parse("192.0.2.1");

        void Decide()
        {
            stream.Reset();
            stream.Decode(head);
            var facts = ClientFacts.Of(stream.Request, [], peer, isTls: false);
            var key = ClientTable.Key(facts.Address);
            var verdict = load.Enter(key, stream.Request.Path, out var entered);
            if (verdict.Passes) verdict = judge.Head(stream.Request);
            if (stream.Request.HasBody && verdict.Passes)
            {
                (stream.Request.Body, stream.Request.IsBodyWhole) = (body, true);
                verdict = judge.Body(stream.Request);
            }
            if (engine.Decide(verdict) != Decision.Forward || !stream.Decoded.Passes) throw new InvalidOperationException("It must pass.");
            HeadWriter.Write(output, stream.Request, facts);
            output.Clear();
            load.Leave(key, entered);
        }

        long least = long.MaxValue;
        for (var round = 0; round < 50 && least > 0; round++) // Until the JIT has optimised all of it.
        {
            for (var i = 0; i < 1000; i++) Decide();
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++) Decide();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            if (least > 0) Thread.Sleep(20);
        }
        Assert.Equal(0, least);
    }
}
