using System.Globalization;
using System.Text;
using Plimsoll.Guard.Profiles.Statements;

namespace Plimsoll.Guard.Tests.Postgres;

/// <summary>Measures what a process holds: nothing else may run beside.</summary>
[CollectionDefinition(nameof(BudgetTests), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Traffic of any size is a bounded number of shapes, and shapes cost little.</summary>
[Collection(nameof(BudgetTests))]
public sealed class BudgetTests
{
    private static readonly Identity web = new("shop", "web", "");

    /// <summary>Another value each time, written in each of the ways in which values can be.</summary>
    private static string Query(long i) => string.Create(CultureInfo.InvariantCulture, $"select name, {i % 1000}.{i}e{i % 30} from items where id = {i} and name <> 'it''s {i}' and code in ({i}, -{i}, 0x{i:x}) and b = E'\\\\x{i:x}' and c = $q{i % 7}${i}$q{i % 7}$ and d = U&'\\0061{i}' /* {i} */");

    [Fact]
    public void Two_million_values_make_no_new_shape()
    {
        var policy = new StatementPolicy(PolicyMode.Learn, StatementProfile.Empty);
        var identity = policy.For(web)!;
        Shape? first = null;
        for (long i = 0; i < (Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 20_000 : 2_000_000); i++)
        {
            Assert.True(identity.Judge(Encoding.UTF8.GetBytes(Query(i * 7919)), new(false), isSettled: true, isUnsafeEncoding: false, out var shape).Passes);
            if (shape != (first ??= shape)) Assert.Fail($"{Query(i * 7919)} is {shape}");
        }
        Assert.Equal(1, policy.Learned);
    }

    [Fact]
    public void Ten_thousand_shapes_cost_at_most_fifty_mebibytes()
    {
        static long Held()
        {
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            return GC.GetTotalMemory(forceFullCollection: true);
        }
        // As long as those of a real application: columns of two tables, a condition, an order.
        static string Statement(int i) => $"select t.id, t.name, t.created_at, t.price_{i}, o.id, o.quantity, o.state from shop.products_{i} t join shop.orders o on o.product_id = t.id where t.category_id = 17 and o.state in ('open', 'paid') and t.name like '%x%' order by t.created_at desc, t.id limit 50 offset 100";
        var policy = new StatementPolicy(PolicyMode.Learn, StatementProfile.Empty);
        var identity = policy.For(web)!;
        identity.Judge("select 1"u8, new(false), isSettled: true, isUnsafeEncoding: false, out _);
        var before = Held();
        for (var i = 0; i < 10_000; i++) Assert.True(identity.Judge(Encoding.UTF8.GetBytes(Statement(i)), new(false), isSettled: true, isUnsafeEncoding: false, out _).Passes);
        var cost = Held() - before;
        Assert.Equal(10_001, policy.Learned);
        Assert.InRange(cost, 1 << 20, 50L << 20);
        GC.KeepAlive(policy);
    }
}
