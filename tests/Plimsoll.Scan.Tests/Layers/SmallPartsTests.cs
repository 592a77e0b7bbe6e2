using System.Text;
using CsCheck;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Tests.Layers;

public sealed class SmallPartsTests
{
    [Theory]
    [InlineData("libc.so", true)]
    [InlineData("libc.so.6", true)]
    [InlineData("libz.so.1.2.13", true)]
    [InlineData("a.so.so", true)]
    [InlineData("x.so.conf.so.1", true)]
    [InlineData(".so", false)]
    [InlineData(".so.1", false)]
    [InlineData("ld.so.conf", false)]
    [InlineData("ld.so.cache", false)]
    [InlineData("libc.so.6a", false)]
    [InlineData("libcso", false)]
    [InlineData("libc.soname", false)]
    [InlineData("", false)]
    public void Shared_libraries(string name, bool isOne) => Assert.Equal(isOne, Names.IsSharedLibrary(Encoding.UTF8.GetBytes(name)));

    [Theory]
    [InlineData("\x7f" + "ELF", Magic.Elf)]
    [InlineData("\x7f" + "EL", Magic.Other)]
    [InlineData("#!", Magic.Shebang)]
    [InlineData("#", Magic.Other)]
    [InlineData("", Magic.Other)]
    public void First_bytes(string start, object magic) => Assert.Equal((Magic)magic, Names.MagicOf(Encoding.Latin1.GetBytes(start)));

    [Fact]
    public void Arena_gives_back_what_was_put_in() =>
        Gen.OneOf(Gen.Byte.Array[0, 300], Gen.Byte.Array[0, ByteArena.MaxLength], Gen.Int[126, 129].Select(n => new byte[n])).List[1, 60].Sample(values =>
        {
            using var arena = new ByteArena();
            var offsets = values.Select(value => arena.Add(value)).ToList();
            for (var i = 0; i < values.Count; i++) Assert.Equal(values[i], arena.Get(offsets[i]).ToArray());
        }, iter: 300);

    [Fact]
    public void Arena_takes_its_longest_string_and_none_longer()
    {
        using var arena = new ByteArena();
        Assert.Equal(ByteArena.MaxLength, arena.Get(arena.Add(new byte[ByteArena.MaxLength])).Length);
        Assert.Throws<ArgumentException>(() => arena.Add(new byte[ByteArena.MaxLength + 1]));
    }

    [Fact]
    public void Chunked_list_keeps_the_address_of_its_items()
    {
        using var list = new ChunkedList<int>();
        list.Add(7);
        ref var first = ref list[0];
        for (var i = 1; i < 100_000; i++) Assert.Equal(i, list.Add(i));
        first = 8;
        Assert.Equal(8, list[0]);
        Assert.Equal(100_000, list.Count);
        for (var i = 1; i < list.Count; i++) Assert.Equal(i, list[i]);
    }

    [Fact]
    public void Spool_keeps_what_threads_write_and_its_bound()
    {
        using var spool = new Spool(1000);
        var offsets = new long[10];
        Parallel.For(0, 10, i =>
        {
            offsets[i] = spool.Reserve(100);
            spool.Write(offsets[i], Enumerable.Repeat((byte)(i + 1), 100).ToArray());
        });
        Assert.Equal(10, offsets.Distinct().Count());
        Assert.Equal(-1, spool.Reserve(1));
        Assert.Equal(-1, spool.Reserve(long.MaxValue));
        Assert.Equal(1000, spool.Reserve(0));
        for (var i = 0; i < 10; i++)
        {
            var bytes = new byte[100];
            Assert.Equal(100, RandomAccess.Read(spool.Handle, bytes, offsets[i]));
            Assert.All(bytes, b => Assert.Equal(i + 1, b));
        }
    }
}
