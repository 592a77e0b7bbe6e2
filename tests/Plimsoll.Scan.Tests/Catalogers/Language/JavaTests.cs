using System.IO.Compression;
using System.Text;
using CsCheck;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Tests.Catalogers.Language;

/// <summary>Archives that golden files cannot write down: nested deep, stored, prefixed, damaged, hostile.</summary>
public sealed class JavaTests
{
    private const string Pom = "META-INF/maven/org.example/thing/pom.properties";

    [Theory]
    [InlineData(8, true)]
    [InlineData(9, false)]
    [InlineData(20, false)]
    public void Reads_archives_nested_eight_deep_and_says_when_there_are_more(int depth, bool isRead)
    {
        var (packages, problems) = Catalog(Nested(depth));
        if (isRead)
        {
            Assert.Equal("pkg:maven/org.example/thing@1.0", Assert.Single(packages).Key);
            Assert.Empty(problems);
            return;
        }
        Assert.Empty(packages);
        var problem = Assert.Single(problems);
        Assert.Equal(ProblemKind.LimitReached, problem.Kind);
        Assert.Equal("archives are nested more than 8 deep; it was not read", problem.Message);
        Assert.Equal("/x.jar" + string.Concat(Enumerable.Repeat("!/x.jar", 8)), problem.Where);
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Fastest)]
    public void Reads_stored_and_compressed_archives_larger_than_the_memory_for_them(CompressionLevel level)
    {
        var noise = new byte[5 << 20];
        for (var i = 0; i < noise.Length; i++) noise[i] = (byte)((i * 2654435761u) >> 24);
        var inner = MemoryZip.Zip([("noise.bin", noise), (Pom, Properties("thing"))], CompressionLevel.NoCompression);
        var (packages, problems) = Catalog(MemoryZip.Zip([("lib/thing.jar", inner)], level));
        Assert.Empty(problems);
        Assert.Equal("/x.jar!/lib/thing.jar", Assert.Single(Assert.Single(packages).Locations).Path);
    }

    [Fact]
    public void Reads_a_jar_behind_a_start_script()
    {
        var (packages, problems) = Catalog([.. "#!/bin/sh\nexec java -jar \"$0\"\n"u8, .. MemoryZip.Zip([(Pom, Properties("thing"))])]);
        Assert.Empty(problems);
        Assert.Equal("pkg:maven/org.example/thing@1.0", Assert.Single(packages).Key);
    }

    [Fact]
    public void A_member_that_inflates_to_more_than_declared_is_a_problem()
    {
        var zip = MemoryZip.Zip([("lib/bomb.jar", new byte[2 << 20])]);
        var record = zip.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BitConverter.TryWriteBytes(zip.AsSpan(record + 24), 1000);
        var (packages, problems) = Catalog(zip);
        Assert.Empty(packages);
        Assert.Equal("it inflates to more than the 1,000 bytes that the archive declares; it was not read", Assert.Single(problems).Message);
    }

    [Fact]
    public void A_bomb_of_archives_is_a_problem_before_it_is_inflated()
    {
        var zip = MemoryZip.Zip([.. Enumerable.Range(0, 3).Select(i => ($"lib/bomb{i}.jar", new byte[1 << 20]))]);
        for (var at = 0; zip.AsSpan(at).IndexOf("PK\u0001\u0002"u8) is var found && found >= 0;)
        {
            at += found;
            BitConverter.TryWriteBytes(zip.AsSpan(at + 24), uint.MaxValue - 1);
            at += 46;
        }
        var (_, problems) = Catalog(zip);
        Assert.Equal(3, problems.Count);
        Assert.Equal(2, problems.Count(problem => problem.Kind == ProblemKind.LimitReached));
        Assert.Contains(problems, problem => problem.Message == "archives in /x.jar inflate to more than 4,294,967,296 bytes; it was not read");
    }

    [Fact]
    public void A_checksum_that_is_not_the_declared_one_is_a_problem()
    {
        var zip = MemoryZip.Zip([(Pom, Properties("thing"))], CompressionLevel.NoCompression);
        zip[zip.AsSpan().IndexOf("version=1.0"u8) + 8] = (byte)'7';
        var (packages, problems) = Catalog(zip);
        Assert.Empty(packages);
        Assert.Equal(ProblemKind.Mismatch, Assert.Single(problems).Kind);
    }

    [Fact]
    public void Every_cut_of_an_archive_is_a_problem()
    {
        var zip = Nested(2);
        for (var length = 1; length < zip.Length; length++)
        {
            var (packages, problems) = Catalog(zip[..length]);
            Assert.Empty(packages);
            Assert.NotEmpty(problems);
            Assert.DoesNotContain(problems, problem => problem.Kind == ProblemKind.Crashed);
        }
    }

    [Fact]
    public void Any_damage_to_an_archive_neither_crashes_nor_invents_packages()
    {
        var zip = MemoryZip.Zip([("lib/thing.jar", Nested(1)), (Pom, Properties("outer")), ("a/B.class", [0xCA, 0xFE])]);
        var whole = Catalog(zip).Packages.Select(package => package.Key).ToHashSet();
        Assert.Equal(2, whole.Count);
        Gen.Select(Gen.Int[0, zip.Length - 1], Gen.Byte[1, 255]).Array[1, 3].Sample(changes =>
        {
            var damaged = zip.ToArray();
            foreach (var (at, change) in changes) damaged[at] ^= change;
            var (packages, problems) = Catalog(damaged);
            Assert.DoesNotContain(problems, problem => problem.Kind == ProblemKind.Crashed);
            Assert.Subset(whole, packages.Select(package => package.Key).ToHashSet());
        }, iter: 3000);
    }

    private static byte[] Nested(int depth)
    {
        var zip = MemoryZip.Zip([(Pom, Properties("thing"))]);
        for (; depth > 1; depth--) zip = MemoryZip.Zip([("x.jar", zip)]);
        return zip;
    }

    private static byte[] Properties(string artifact) => Encoding.UTF8.GetBytes($"version=1.0\ngroupId=org.example\nartifactId={artifact}\n");

    private static (IReadOnlyList<Package> Packages, IReadOnlyList<Problem> Problems) Catalog(byte[] jar)
    {
        using var files = MemoryImage.Of([new MemoryFile("/x.jar", jar)]);
        return MemoryImage.Catalog(files);
    }
}
