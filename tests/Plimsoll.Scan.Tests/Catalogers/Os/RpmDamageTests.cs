using System.Buffers.Binary;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Tests.Catalogers.Os;

/// <summary>Damages the databases of the golden files as an attacker or a broken disk would.</summary>
public sealed class RpmDamageTests
{
    private const int Page = 4096;

    public static TheoryData<string> Databases() => ["os/rpm/sqlite", "os/rpm/ndb", "os/rpm/berkeley"];

    [Theory]
    [MemberData(nameof(Databases))]
    public void A_database_that_ends_early_is_a_problem_and_what_is_left_is_found(string name)
    {
        var (whole, all) = Read(name);
        for (var length = 0; length < whole.Length; length += length % Page == 0 && length > 0 ? 1 : Page - (length % Page))
        {
            var (packages, problems) = Catalog(name, whole[..length]);
            Assert.True(problems.Count > 0, $"{name} cut to {length}: no problem");
            Assert.Empty(packages.Except(all));
        }
    }

    /// <summary>Every number of the file at its largest, at its smallest, and as that of another place: sizes, counts, offsets, pages and pointers back to themselves.</summary>
    [Theory]
    [MemberData(nameof(Databases))]
    public void Any_number_may_be_any_other(string name)
    {
        var (whole, _) = Read(name);
        uint[] values = [0, 1, 2, 0x0100_0000, int.MaxValue, uint.MaxValue, 0xFFFF_FF7F];
        var before = GC.GetTotalAllocatedBytes();
        var tried = 0;
        for (var at = 0; at + 4 <= whole.Length; at += Step(whole.Length, at))
            foreach (var value in at < 512 ? values : [values[at / 4 % values.Length], values[at / 32 % values.Length]])
            {
                var damaged = whole.ToArray();
                BinaryPrimitives.WriteUInt32LittleEndian(damaged.AsSpan(at), value);
                var (_, problems) = Catalog(name, damaged);
                Assert.DoesNotContain(problems, problem => problem.Kind == ProblemKind.Crashed);
                tried++;
            }
        // A reader keeps one header at a time, never larger than the file.
        var each = (GC.GetTotalAllocatedBytes() - before) / tried;
        Assert.True(each < 16L * whole.Length + (8 << 20), $"{each:N0} bytes for a database of {whole.Length:N0}");
    }

    /// <summary>A changed byte in a header is told by the digest that came with the package, if by nothing else.</summary>
    [Theory]
    [MemberData(nameof(Databases))]
    public void A_changed_version_is_a_problem(string name)
    {
        var (whole, _) = Read(name);
        var at = whole.AsSpan().IndexOf("3.2~rc1\0"u8);
        Assert.True(at > 0);
        whole[at] = (byte)'9';
        Assert.Contains(Catalog(name, whole).Problems, problem => problem.Kind == ProblemKind.Mismatch && problem.Where == "/usr/lib/sysimage/rpm/" + FileName(name));
    }

    [Fact]
    public void A_row_that_the_index_of_names_has_and_the_table_has_not_is_a_problem()
    {
        var (whole, all) = Read("os/rpm/sqlite");
        var fewer = 0;
        for (var page = Page; page < whole.Length; page += Page)
        {
            if (whole[page] != 13 || whole[page + 4] == 0) continue; // No leaf of a table, or an empty one.
            var damaged = whole.ToArray();
            damaged[page + 4]--; // The count of its rows.
            var (packages, problems) = Catalog("os/rpm/sqlite", damaged);
            if (packages.Count == all.Count) continue; // Another table's.
            fewer++;
            Assert.Contains(problems, problem => problem.Message.Contains("the index of names has 1 packages", StringComparison.Ordinal));
        }
        Assert.True(fewer > 0);
    }

    [Fact]
    public void Changes_in_a_log_beside_the_database_are_a_problem()
    {
        var (files, _, _) = GoldenCase.Named("os/rpm/sqlite").Read();
        using var image = MemoryImage.Of([.. files, new MemoryFile("/usr/lib/sysimage/rpm/rpmdb.sqlite-wal", [1])]);
        var problem = Assert.Single(MemoryImage.Catalog(image).Problems);
        Assert.Equal("Unsupported /usr/lib/sysimage/rpm/rpmdb.sqlite-wal: the database has changes of 1 bytes that were not written into it (a write-ahead log), which are not read; packages may be missing or removed", $"{problem.Kind} {problem.Where}: {problem.Message}");
    }

    /// <summary>Densely where files and pages describe themselves, else at distances that bound the time of the test.</summary>
    private static int Step(int length, int at) => at < 512 || at % Page < 48 ? 4 : Math.Max(4, length / 500 / 4 * 4);

    private static string FileName(string name) => name switch { "os/rpm/sqlite" => "rpmdb.sqlite", "os/rpm/ndb" => "Packages.db", _ => "Packages" };

    private static (byte[] Database, IReadOnlyList<string> Packages) Read(string name)
    {
        var content = GoldenCase.Named(name).Read().Files.Single(IsDatabase).Content;
        var (packages, problems) = Catalog(name, content);
        Assert.Empty(problems);
        Assert.Equal(3, packages.Count);
        return (content, packages);
    }

    private static bool IsDatabase(MemoryFile file) => file.Path.StartsWith("/usr/lib/sysimage/rpm/", StringComparison.Ordinal);

    private static (IReadOnlyList<string> Packages, IReadOnlyList<Problem> Problems) Catalog(string name, byte[] database)
    {
        var (files, hasLayers, _) = GoldenCase.Named(name).Read();
        using var image = MemoryImage.Of([.. files.Select(file => IsDatabase(file) ? file with { Content = database } : file)], hasLayers);
        var (packages, problems) = MemoryImage.Catalog(image);
        return ([.. packages.Select(package => package.Key)], problems);
    }
}
