using System.Net;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Profiles.Statements;

namespace Plimsoll.Guard.Tests.Postgres;

/// <summary>Runs a client with nothing between, through a guard that learns, and through one that enforces what was learned: the same each time.</summary>
internal static class Transparency
{
    /// <param name="run">Runs the client against an address and says all that it saw.</param>
    public static async Task AssertAsync(PostgresServer server, Func<IPEndPoint, Task<string>> run)
    {
        var direct = await run(server.Address);
        using var learning = new RunningPostgresGuard(server.Address, PolicyMode.Learn);
        Assert.Equal(direct, await run(learning.Address));
        Assert.All(learning.Events.All, one => Assert.Equal(Decision.ForwardRecorded, one.Decision));
        // Between a recorder on each side: what either side gets is what the other has sent.
        using var behind = new Recorder(server.Address);
        using var enforcing = new RunningPostgresGuard(behind.Address, PolicyMode.Enforce, learning.Policy.WithLearned());
        using var before = new Recorder(enforcing.Address);
        Assert.Equal(direct, await run(before.Address));
        Assert.Empty(enforcing.Events.All);
        var (outside, inside) = (await before.AllAsync(), await behind.AllAsync());
        Assert.NotEmpty(outside);
        Assert.Equal(outside.Count, inside.Count);
        foreach (var (one, other) in outside.Zip(inside))
        {
            var seen = one.WithoutEncryptionRequests();
            Assert.True(seen.Client.Length > 8 && seen.Client.AsSpan().SequenceEqual(other.Client), "what the server gets is not what the client sent");
            Assert.True(seen.Server.AsSpan().SequenceEqual(other.Server), "what the client gets is not what the server sent");
        }
    }
}
