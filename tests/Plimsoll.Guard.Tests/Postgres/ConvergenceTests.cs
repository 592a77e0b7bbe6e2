using System.Globalization;
using System.Text;
using Plimsoll.Guard.Egress;
using Plimsoll.Guard.Profiles;
using Plimsoll.Guard.Profiles.Statements;

namespace Plimsoll.Guard.Tests.Postgres;

/// <summary>Whether enough was learned: what is counted, and whether the estimate holds for streams whose truth is known.</summary>
public sealed class ConvergenceTests : IDisposable
{
    private static readonly Identity web = new("shop", "web", "");
    private readonly string folder = Directory.CreateTempSubdirectory("guard-convergence-").FullName;
    private readonly Clock clock = new();

    private string Profile => Path.Combine(folder, "db.yaml");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 28, 9, 0, 0, TimeSpan.Zero);
        public override DateTimeOffset GetUtcNow() => Now;
    }

    /// <summary>Runs a statement as a session does.</summary>
    private static void Run(StatementPolicy policy, string query)
    {
        policy.For(web)!.Judge(Encoding.UTF8.GetBytes(query), default, isSettled: true, isUnsafeEncoding: false, out var shape);
        policy.Saw(shape!);
    }

    private static (long Seen, long Kinds, long New, long Once, long Since) Numbers(Convergence? all) => (all!.Value.Seen, all.Value.Kinds, all.Value.New, all.Value.Once, all.Value.Since);

    [Fact]
    public void New_shapes_begin_anew_and_repeated_ones_converge()
    {
        var policy = new StatementPolicy(PolicyMode.Learn, StatementProfile.Of([(web, new StatementEntry("select known"))]), clock);
        Assert.Equal((0, 0, 0, 0, 0), Numbers(policy.Convergence));
        Assert.Equal(1, policy.Convergence!.Value.Bound);
        foreach (var query in (string[])["select known", "select a from t where b = 1", "select a from t where b = 2", "select c from t"]) Run(policy, query);
        Assert.Equal((4, 3, 2, 1, 0), Numbers(policy.Convergence));
        for (var i = 0; i < 2_996; i++) Run(policy, $"select a from t where b = {i}");
        Assert.Equal((3_000, 3, 2, 1, 2_996), Numbers(policy.Convergence));
        Assert.Equal("the next statement is of a new shape in fewer than 1 of 998 cases", policy.Convergence!.Value.Estimate(Convergence.Statements));
        Run(policy, "select c from t");
        Assert.Equal((3_001, 3, 2, 0, 2_997), Numbers(policy.Convergence));
        Run(policy, "select d from t");
        Assert.Equal((3_002, 4, 3, 1, 0), Numbers(policy.Convergence));
        Assert.Equal("too few to say how often a statement of a new shape will come", policy.Convergence!.Value.Estimate(Convergence.Statements));
    }

    [Fact]
    public void What_no_profile_has_does_not_count_and_what_it_will_not_have_is_new_each_time()
    {
        var policy = new StatementPolicy(PolicyMode.Learn, StatementProfile.Empty, clock);
        foreach (var query in (string[])["begin", "select pg_sleep(1)", "commit"]) Run(policy, query);
        Assert.Equal((0, 0, 0, 0, 0), Numbers(policy.Convergence));
        // Somebody takes a statement out of the profile while it learns.
        policy.Use(StatementProfile.Of([(web, new StatementEntry("select ?"))]));
        Run(policy, "select 1");
        Assert.Equal((1, 1, 0, 0, 1), Numbers(policy.Convergence));
        policy.Use(StatementProfile.Empty);
        for (var i = 0; i < 3; i++) Run(policy, "select 1");
        Assert.Equal((4, 4, 3, 3, 0), Numbers(policy.Convergence));
        Assert.Null(new StatementPolicy(PolicyMode.Detect, StatementProfile.Empty, clock).Convergence);
        Assert.Null(new StatementPolicy(PolicyMode.Enforce, StatementProfile.Empty, clock).Convergence);
    }

    [Fact]
    public void It_is_said_once_when_the_profile_grows_no_more_and_all_of_it_at_the_end()
    {
        var said = new List<string>();
        using (var keeper = new StatementKeeper(Profile, PolicyMode.Learn, said.Add, clock))
        {
            Run(keeper.Policy, "select a from t where b = 1");
            for (var i = 0; i < 3_500; i++) Run(keeper.Policy, "select a from t where b = 2");
            clock.Now += TimeSpan.FromMinutes(59);
            keeper.Look();
            Assert.Empty(said); // Many in a short time may be one loop.
            clock.Now += TimeSpan.FromMinutes(2);
            for (var i = 0; i < 3; i++) keeper.Look();
            Assert.Equal([$"nothing new for 1 h 1 min and 3,500 statements: the next statement is of a new shape in fewer than 1 of 1,166 cases. {Profile} may be enforced once it has seen what comes seldom, as jobs of the night or of the month"], said);
            Assert.Equal([$"1 statement learned: {Profile}", "3,501 statements of 1 shape, 1 new and 0 of these seen only once; 3,500 statements and 1 h 1 min since the last new one", "the next statement is of a new shape in fewer than 1 of 1,166 cases"], keeper.Summary());
        }
        // The profile has all that was learned, and the next run begins with none that is new.
        using var again = new StatementKeeper(Profile, PolicyMode.Learn, said.Add, clock);
        Assert.Equal([$"0 statements learned: {Profile}"], again.Summary());
        Run(again.Policy, "select a from t where b = 3");
        Assert.Equal([$"0 statements learned: {Profile}", "1 statement of 1 shape, none of them new, in 0 s", "too few to say how often a statement of a new shape will come"], again.Summary());
        using var enforcing = new StatementKeeper(Profile, PolicyMode.Enforce, said.Add, clock);
        Assert.Empty(enforcing.Summary());
    }

    [Theory]
    [InlineData(35, "35 s")]
    [InlineData(60, "1 min")]
    [InlineData(8_040, "2 h 14 min")]
    [InlineData(273_600, "3 d 4 h")]
    public void Times_are_read_by_people(int seconds, string text) => Assert.Equal(text, Convergence.Age(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Threads_count_together()
    {
        var policy = new StatementPolicy(PolicyMode.Learn, StatementProfile.Empty, clock);
        Parallel.For(0, 20_000, i => Run(policy, string.Create(CultureInfo.InvariantCulture, $"select c{i % 50} from t")));
        Assert.Equal((20_000, 50, 50, 0), (policy.Convergence!.Value.Seen, policy.Convergence.Value.Kinds, policy.Convergence.Value.New, policy.Convergence.Value.Once));
    }

    [Fact]
    public void Counting_allocates_nothing()
    {
        var policy = new StatementPolicy(PolicyMode.Learn, StatementProfile.Empty, clock);
        policy.For(web)!.Judge("select a from t"u8, default, isSettled: true, isUnsafeEncoding: false, out var shape);
        policy.Saw(shape!);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++) policy.Saw(shape!);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>How often each kind comes: alike, few often and many seldom, and two that are near the limit of what can be seen.</summary>
    public static TheoryData<string> Streams => ["30 alike", "1000 alike", "zipf 1", "zipf 1.5", "rare", "one rare", "long tail"];

    private static double[] Stream(string name)
    {
        double[] weights = name switch
        {
            "30 alike" => [.. Enumerable.Repeat(1.0, 30)],
            "1000 alike" => [.. Enumerable.Repeat(1.0, 1_000)],
            "zipf 1" => [.. Enumerable.Range(1, 3_000).Select(rank => 1.0 / rank)],
            "zipf 1.5" => [.. Enumerable.Range(1, 3_000).Select(rank => Math.Pow(rank, -1.5))],
            "rare" => [.. Enumerable.Repeat(1.0, 20), .. Enumerable.Repeat(0.001, 200)],
            "one rare" => [1, 0.002],
            _ => [.. Enumerable.Repeat(1.0, 20), .. Enumerable.Repeat(0.00002, 100_000)],
        };
        var all = weights.Sum();
        return [.. weights.Select(weight => weight / all)];
    }

    /// <summary>Draws kinds one by one, and says after each what is estimated and what is true: how much of the stream has not come yet.</summary>
    private IEnumerable<(int At, Convergence Told, double Truth)> Simulated(double[] stream, int seed, int most)
    {
        var random = new Random(seed);
        var sums = new double[stream.Length];
        for (var (i, sum) = (0, 0.0); i < stream.Length; i++) sums[i] = sum += stream[i];
        var (times, unseen, counter) = (new int[stream.Length], 1.0, new NoveltyCounter(clock));
        for (var at = 1; at <= most; at++)
        {
            var found = Array.BinarySearch(sums, random.NextDouble() * sums[^1]);
            var kind = Math.Min(found < 0 ? ~found : found, stream.Length - 1);
            if (++times[kind] == 1) unseen -= stream[kind];
            counter.Count(times[kind], isNew: true);
            yield return (at, counter.Read(), Math.Max(0, unseen - 1e-9));
        }
    }

    private static int Runs(int few, int many) => Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? few : many;

    /// <summary>At a moment that nobody chose by its number: in at least 95 of 100 runs no more is new than was told.</summary>
    [Theory]
    [MemberData(nameof(Streams))]
    public void The_estimate_bounds_what_is_new(string name)
    {
        var stream = Stream(name);
        int[] moments = [50, 300, 2_000];
        var runs = Runs(200, 4_000);
        var held = new int[moments.Length];
        for (var seed = 0; seed < runs; seed++)
            foreach (var (at, told, truth) in Simulated(stream, seed, moments[^1]))
                if (Array.IndexOf(moments, at) is var i and >= 0 && truth <= told.Bound) held[i]++;
        Assert.All(held, (count, i) => Assert.True(count >= 0.95 * runs, $"{name} after {moments[i]}: {count} of {runs}"));
    }

    /// <summary>The moment that people are told of is chosen by its number, which alone would find the longest of many pauses.</summary>
    [Theory]
    [InlineData("30 alike")]
    [InlineData("1000 alike")]
    [InlineData("zipf 1.5")]
    [InlineData("rare")]
    [InlineData("long tail")]
    public void What_is_told_to_be_enough_is(string name)
    {
        var stream = Stream(name);
        var (runs, told, held) = (Runs(20, 400), 0, 0);
        clock.Now = default;
        for (var seed = 0; seed < runs; seed++)
        {
            foreach (var (_, now, truth) in Simulated(stream, seed, 40_000))
            {
                if (now.OneOf < 1_000) continue;
                told++;
                if (truth <= 0.001) held++;
                break;
            }
        }
        if (name is "30 alike" or "1000 alike") Assert.Equal(runs, told);
        Assert.True(held >= 0.95 * told, $"{name}: {held} of {told}");
    }

    [Fact]
    public void Connections_are_counted_by_their_destination()
    {
        var seen = new SeenDestinations(clock);
        var rule = new EgressRule { Name = "db.test", Ports = [new(1, 65_535)] };
        System.Net.IPEndPoint To(int port, int last = 7) => new(System.Net.IPAddress.Parse($"192.0.2.{last}"), port);
        seen.Count(rule, To(5432), "db.test", "tcp");
        seen.Count(null, To(80), null, "tcp");
        seen.Count(null, To(80), null, "tcp");
        seen.Count(null, To(81), null, "tcp");
        seen.Count(rule, To(5432), "db.test", "tcp");
        Assert.Equal((5, 3, 2, 1, 1), Numbers(seen.Convergence));
        Assert.Equal("5 connections to 3 destinations, 2 new and 1 of these seen only once; 1 connection and 0 s since the last new one", seen.Convergence.Counts(Convergence.Connections));
        for (var i = 0; i < 12_000; i++) seen.Count(null, To(1 + (i % 6_000), 9), null, "tcp");
        // Those beyond what is told apart are new each time; a scan makes neither more memory nor a better estimate.
        Assert.Equal(0, seen.Convergence.Since);
        Assert.Equal(1, seen.Convergence.Bound);
        seen.Count(rule, To(1), "db.test", "tcp");
        Assert.Equal(1, seen.Convergence.Since);
    }
}
