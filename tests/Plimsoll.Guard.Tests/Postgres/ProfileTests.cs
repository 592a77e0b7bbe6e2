using Plimsoll.Core.Results;
using Plimsoll.Guard.Profiles;

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
        var profile = Profile.Of([(web, new("select \"a\\b\" from t where \u00e9 = ?") { Kind = "select", Reads = ["t"], Rows = 7, Bytes = 1 << 20, PerMinute = 60, Accepts = ["sleep"] }), (new("shop", "web", ""), new("select ?"))]);
        ProfileFile.Write(Place, profile);
        var text = File.ReadAllText(Place);
        Assert.Contains("destinations:\n- host: db\n  port: 5432\n", text, StringComparison.Ordinal);
        ProfileFile.Write(Place, profile);
        Assert.Equal(text, File.ReadAllText(Place));
    }

    [Fact]
    public void A_profile_of_this_protocol_alone_is_read_back_whole()
    {
        var profile = Profile.Of([(web, new("select \"a\\b\" from t where \u00e9 = ?\u0085") { Kind = "select", Reads = ["t"], Writes = ["w"], Columns = ["c"], Functions = ["f"], Rows = 7, Bytes = 1 << 20, PerMinute = 60, Accepts = ["sleep"] })]);
        ProfileFile.Write(Place, profile);
        var read = Assert.Single(ProfileFile.Read(Place).All);
        Assert.Equal(web, read.Identity);
        var wanted = profile.All.Single().Entry;
        Assert.Equal((wanted.Text, wanted.Id, wanted.Rows, wanted.Bytes, wanted.PerMinute), (read.Entry.Text, read.Entry.Id, read.Entry.Rows, read.Entry.Bytes, read.Entry.PerMinute));
        Assert.Equal([.. wanted.Reads, .. wanted.Writes, .. wanted.Columns, .. wanted.Functions, .. wanted.Accepts], [.. read.Entry.Reads, .. read.Entry.Writes, .. read.Entry.Columns, .. read.Entry.Functions, .. read.Entry.Accepts]);
    }

    [Fact]
    public void Faults_are_told_with_their_places()
    {
        File.WriteAllText(Place, "schema: plimsoll/profile/1\npostgres:\n- database: shop\n  usr: web\n  statements:\n  - text: select ?\n    id: \"0\"\n");
        var thrown = Assert.Throws<PlimsollException>(() => ProfileFile.Read(Place));
        Assert.Contains("`usr` is not known here. Did you mean `user`?", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("db.yaml:6:5: `id` is `0`, and that of the text is", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_waits_is_accepted_and_the_running_guard_takes_it_in()
    {
        ProfileFile.Write(Place, Profile.Of([(web, new("select ?"))]));
        using var keeper = new ProfileKeeper(Place, PolicyMode.Enforce, _ => { });
        var policy = keeper.Policy.For(web)!;
        Assert.True(policy.Judge("select 1"u8, default, true, false, out _).Passes);
        Assert.False(policy.Judge("select a from t"u8, default, true, false, out var unknown).Passes);
        Assert.False(policy.Judge("select pg_sleep(1)"u8, default, true, false, out var bad).Passes);
        keeper.Look();
        Assert.Contains($"? {unknown!.Id}  select a from t", GuardProfile.Show(Place), StringComparison.Ordinal);
        Assert.Throws<PlimsollException>(() => GuardProfile.Accept(Place, ["0123456789abcdef"]));
        GuardProfile.Accept(Place, ["all"]);
        GuardProfile.Accept(Place, [bad!.Id]);
        keeper.Look();
        Assert.True(policy.Judge("select b from t where 1 = 2 or a"u8, default, true, false, out _) is { Passes: false });
        Assert.True(policy.Judge("select a from t"u8, default, true, false, out _).Passes);
        Assert.True(policy.Judge("select pg_sleep(2)"u8, default, true, false, out _).Passes);
        Assert.Equal(["sleep"], ProfileFile.Read(Place).All.Single(one => one.Entry.Text == "select pg_sleep(?)").Entry.Accepts);
        // Taken out again, it is refused again.
        ProfileFile.Write(Place, Profile.Of([(web, new("select ?"))]));
        keeper.Look();
        Assert.False(policy.Judge("select a from t"u8, default, true, false, out _).Passes);
    }

    [Fact]
    public void Profiles_are_compared_and_merged()
    {
        var other = Path.Combine(folder, "other.yaml");
        ProfileFile.Write(Place, Profile.Of([(web, new("select ?") { Rows = 10 }), (web, new("delete from t"))]));
        ProfileFile.Write(other, Profile.Of([(web, new("select ?") { Rows = 20 }), (web, new("select now()"))]));
        var diff = GuardProfile.Diff(Place, other);
        Assert.Equal(["-", "~", "+"], diff.Split('\n').Where(line => line.Length > 0 && line[0] != ' ').Select(line => line[..1]));
        Assert.Contains("at most 10 rows, then at most 20 rows", diff, StringComparison.Ordinal);
        var merged = Path.Combine(folder, "merged.yaml");
        GuardProfile.Merge([Place, other], merged);
        Assert.Equal(3, ProfileFile.Read(merged).Statements);
        Assert.Equal(20, ProfileFile.Read(merged).All.Single(one => one.Entry.Text == "select ?").Entry.Rows);
        Assert.Empty(GuardProfile.Diff(merged, merged));
    }

    [Fact]
    public void A_second_run_of_what_was_learned_learns_nothing_and_writes_the_same()
    {
        string Run()
        {
            using (var keeper = new ProfileKeeper(Place, PolicyMode.Learn, _ => { }))
            {
                for (var i = 0; i < 5_000; i++) keeper.Policy.For(web)!.Judge(System.Text.Encoding.UTF8.GetBytes($"select c{i % 40} from t where a = {i}"), default, true, false, out _);
                keeper.Look();
            }
            return File.ReadAllText(Place);
        }
        var first = Run();
        Assert.Equal(40, ProfileFile.Read(Place).Statements);
        Assert.Equal(first, Run());
    }
}
