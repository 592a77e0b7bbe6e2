using Plimsoll.Core.Results;
using Plimsoll.Guard.Profiles;
using Plimsoll.Guard.Profiles.Statements;

namespace Plimsoll.Guard.Tests.Postgres;

/// <summary>Profiles as files, and what a person does with them.</summary>
public sealed class ProfileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("guard-profile-").FullName;
    private static readonly Identity web = new("shop", "web", "app #");

    private string Place => Path.Combine(folder, "db.yaml");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_is_written_is_read_back_and_the_sections_of_others_stay()
    {
        File.WriteAllText(Place, "schema: plimsoll/profile/1\ndestinations:\n- host: db\n  port: 5432\n");
        var profile = StatementProfile.Of([(web, new("select \"a\\b\" from t where \u00e9 = ?") { Kind = "select", Reads = ["t"], Rows = 7, Bytes = 1 << 20, PerMinute = 60, Accepts = ["sleep"] }), (new("shop", "web", ""), new("select ?"))]);
        StatementProfileFile.Write(Place, profile);
        var text = File.ReadAllText(Place);
        Assert.Contains("destinations:\n- host: db\n  port: 5432\n", text, StringComparison.Ordinal);
        StatementProfileFile.Write(Place, profile);
        Assert.Equal(text, File.ReadAllText(Place));
    }

    [Fact]
    public void A_profile_of_this_protocol_alone_is_read_back_whole()
    {
        var profile = StatementProfile.Of([(web, new("select \"a\\b\" from t where \u00e9 = ?\u0085") { Kind = "select", Reads = ["t"], Writes = ["w"], Columns = ["c"], Functions = ["f"], Rows = 7, Bytes = 1 << 20, PerMinute = 60, Accepts = ["sleep"] })]);
        StatementProfileFile.Write(Place, profile);
        var read = Assert.Single(StatementProfileFile.Read(Place).All);
        Assert.Equal(web, read.Identity);
        var wanted = profile.All.Single().Entry;
        Assert.Equal((wanted.Text, wanted.Id, wanted.Rows, wanted.Bytes, wanted.PerMinute), (read.Entry.Text, read.Entry.Id, read.Entry.Rows, read.Entry.Bytes, read.Entry.PerMinute));
        Assert.Equal([.. wanted.Reads, .. wanted.Writes, .. wanted.Columns, .. wanted.Functions, .. wanted.Accepts], [.. read.Entry.Reads, .. read.Entry.Writes, .. read.Entry.Columns, .. read.Entry.Functions, .. read.Entry.Accepts]);
    }

    [Fact]
    public void Faults_are_told_with_their_places()
    {
        File.WriteAllText(Place, "schema: plimsoll/profile/1\npostgres:\n- database: shop\n  usr: web\n  statements:\n  - text: select ?\n    id: \"0\"\n");
        var thrown = Assert.Throws<PlimsollException>(() => StatementProfileFile.Read(Place));
        Assert.Contains("`usr` is not known here. Did you mean `user`?", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("db.yaml:6:5: `id` is `0`, and that of the text is", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_waits_is_accepted_and_the_running_guard_takes_it_in()
    {
        StatementProfileFile.Write(Place, StatementProfile.Of([(web, new("select ?"))]));
        using var keeper = new StatementKeeper(Place, PolicyMode.Enforce, _ => { }, TimeProvider.System);
        var policy = keeper.Policy.For(web)!;
        Assert.True(policy.Judge("select 1"u8, default, true, false, out _).Passes);
        Assert.False(policy.Judge("select a from t"u8, default, true, false, out var unknown).Passes);
        Assert.False(policy.Judge("select pg_sleep(1)"u8, default, true, false, out var bad).Passes);
        keeper.Look();
        Assert.Contains($"  {unknown!.Id}  select a from t", GuardProfile.Candidates(Place));
        Assert.Throws<PlimsollException>(() => GuardProfile.Accept(Place, ["0123456789abcdef"]));
        Assert.Equal([$"{unknown.Id}  select a from t"], GuardProfile.Accept(Place, []));
        GuardProfile.Accept(Place, [bad!.Id]);
        keeper.Look();
        Assert.True(policy.Judge("select b from t where 1 = 2 or a"u8, default, true, false, out _) is { Passes: false });
        Assert.True(policy.Judge("select a from t"u8, default, true, false, out _).Passes);
        Assert.True(policy.Judge("select pg_sleep(2)"u8, default, true, false, out _).Passes);
        Assert.Equal(["sleep"], StatementProfileFile.Read(Place).All.Single(one => one.Entry.Text == "select pg_sleep(?)").Entry.Accepts);
        // Taken out again, it is refused again.
        StatementProfileFile.Write(Place, StatementProfile.Of([(web, new("select ?"))]));
        keeper.Look();
        Assert.False(policy.Judge("select a from t"u8, default, true, false, out _).Passes);
    }

    [Fact]
    public void Profiles_are_compared_and_merged()
    {
        var other = Path.Combine(folder, "other.yaml");
        StatementProfileFile.Write(Place, StatementProfile.Of([(web, new("select ?") { Rows = 10 }), (web, new("delete from t"))]));
        StatementProfileFile.Write(other, StatementProfile.Of([(web, new("select ?") { Rows = 20 }), (web, new("select now()"))]));
        var diff = string.Join('\n', GuardProfile.Compare(Place, other));
        Assert.Equal(["-", "~", "+"], diff.Split('\n').Where(line => line.Length > 0 && line[0] != ' ').Select(line => line[..1]));
        Assert.Contains("at most 10 rows, then at most 20 rows", diff, StringComparison.Ordinal);
        var merged = Path.Combine(folder, "merged.yaml");
        File.WriteAllText(merged, GuardProfile.Merge([Place, other]));
        Assert.Equal(3, StatementProfileFile.Read(merged).Statements);
        Assert.Equal(20, StatementProfileFile.Read(merged).All.Single(one => one.Entry.Text == "select ?").Entry.Rows);
        Assert.Empty(GuardProfile.Compare(merged, merged));
    }

    [Fact]
    public void A_second_run_of_what_was_learned_learns_nothing_and_writes_the_same()
    {
        string Run()
        {
            using (var keeper = new StatementKeeper(Place, PolicyMode.Learn, _ => { }, TimeProvider.System))
            {
                for (var i = 0; i < 5_000; i++) keeper.Policy.For(web)!.Judge(System.Text.Encoding.UTF8.GetBytes($"select c{i % 40} from t where a = {i}"), default, true, false, out _);
                keeper.Look();
            }
            return File.ReadAllText(Place);
        }
        var first = Run();
        Assert.Equal(40, StatementProfileFile.Read(Place).Statements);
        Assert.Equal(first, Run());
    }

    [Fact]
    public void Destinations_and_statements_share_a_file_and_each_leaves_the_other_as_it_is()
    {
        StatementProfileFile.Write(Place, StatementProfile.Of([(web, new("select ?"))]));
        var rules = ProfileFile.Read(Place) with { Egress = [new EgressRule { Name = "db.test", Ports = [new(5432, 5432)] }] };
        ProfileStore.Update(Place, ProfileFile.Read(Place), rules);
        StatementProfileFile.Write(Place, StatementProfile.Of([.. StatementProfileFile.Read(Place).All, (web, new("select now()"))]));
        Assert.Equal("db.test", Assert.Single(ProfileFile.Read(Place).Egress).Name);
        Assert.Equal(["select ?", "select now()"], StatementProfileFile.Read(Place).All.Select(one => one.Entry.Text));
        var shown = GuardProfile.Show(Place);
        Assert.Contains("{name: db.test, ports: [5432]}", shown, StringComparison.Ordinal);
        Assert.Contains("select now()", shown, StringComparison.Ordinal);
    }
}
