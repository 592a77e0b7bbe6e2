using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;
using Plimsoll.Scan.Sources;
using Plimsoll.Scan.Tests.Layers;

namespace Plimsoll.Scan.Tests.Sources;

public sealed class RootfsWalkerTests
{
    private sealed record Walked(FileTree Tree, List<Problem> Problems, List<string> Notes)
    {
        /// <summary>As `find -printf '%P\0%y %s %m %l\0'` has it, sorted; sizes of folders are the file system's own affair.</summary>
        public IEnumerable<string> Lines => Enumerable.Range(1, Tree.NodeCount - 1).Select(node =>
        {
            var entry = Tree.EntryAt(Tree.Visible(node));
            var type = (entry.Mode & FileType.Mask) switch
            {
                FileType.File => 'f',
                FileType.Folder => 'd',
                FileType.Symlink => 'l',
                FileType.Fifo => 'p',
                FileType.Socket => 's',
                FileType.Character => 'c',
                FileType.Block => 'b',
                _ => '?',
            };
            return $"{Encoding.Latin1.GetString(Tree.SystemPath(node).AsSpan()[..^1])} {type} {(type == 'd' ? 0 : entry.Size)} {Convert.ToString(entry.Mode & 0xFFF, 8)} {Encoding.Latin1.GetString(Tree.Link(Tree.Visible(node)))}";
        }).Order(StringComparer.Ordinal);
    }

    private static Walked Walk(string path, Limits? limits = null)
    {
        using var root = Native.OpenFolder(path);
        var (problems, notes) = (new ProblemLog("rootfs"), new List<string>());
        var tree = new RootfsWalker(root, new FileTree(), limits ?? Limits.Default, problems, notes).Walk();
        return new Walked(tree, [.. problems.All()], notes);
    }

    private static IEnumerable<string> Find(string path)
    {
        var output = Tools.Bash("""find "$1" -mindepth 1 -printf '%P\0%y\0%s\0%m\0%l\0' | od -An -v -tx1 -w1""", path);
        var fields = Encoding.Latin1.GetString(output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(each => Convert.ToByte(each.Trim(), 16)).ToArray()).Split('\0');
        for (var i = 0; i + 4 < fields.Length; i += 5) yield return $"{fields[i]} {fields[i + 1]} {(fields[i + 1] == "d" ? "0" : fields[i + 2])} {fields[i + 3]} {fields[i + 4]}";
    }

    [Fact]
    public void Sees_what_find_sees()
    {
        using var folder = new TemporaryFolder();
        Tools.Bash("""
            cd "$1"
            mkdir -p a/b/c $'new\nline' $'bad\xff' empty; printf x > a/b/c/file; printf y > $'new\nline/\x80\xfe'; printf z > $'bad\xff/ü'
            ln -s ../a a/loop; ln -s self self; ln -s / root; ln -s "$(printf 'l%.0s' {1..3000})" long; ln -s nowhere dangling
            mkfifo -m 755 pipe; mkfifo libx.so; printf '#!/bin/sh' > run; chmod 6755 run; printf '\x7fELF' > lib.so.1; : > zero; chmod 0 zero
            python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")' || true
            mknod -m 777 null c 1 3 || true; mknod loop.so b 7 0 || true; truncate -s 20G huge
            """, folder.Path);
        var walked = Walk(folder.Path);
        Assert.Equal(Find(folder.Path).Order(StringComparer.Ordinal), walked.Lines);
        Assert.Empty(walked.Problems);
        Assert.Empty(walked.Notes);
        Assert.Equal(Magic.Shebang, MagicOf(walked, "run"));
        Assert.Equal(Magic.Elf, MagicOf(walked, "lib.so.1"));
        Assert.Equal(Magic.Other, MagicOf(walked, "pipe"));
    }

    private static Magic MagicOf(Walked walked, string path) => walked.Tree.EntryAt(walked.Tree.Visible(walked.Tree.Find(Encoding.UTF8.GetBytes(path)))).Magic;

    [Fact]
    public void A_hundred_thousand_files_in_one_folder()
    {
        using var folder = new TemporaryFolder();
        Tools.Bash("cd \"$1\"; seq -f 'file-with-some-name-%g' 100000 | xargs touch", folder.Path);
        var walked = Walk(folder.Path);
        Assert.Equal(100_000, walked.Tree.EntryCount);
        Assert.Empty(walked.Problems);
    }

    [Theory]
    [InlineData(9, true)]
    [InlineData(10, false)]
    [InlineData(11, false)]
    [InlineData(0, true)]
    public void Entries_over_the_limit_are_a_problem(int limit, bool isOver)
    {
        using var folder = new TemporaryFolder();
        Tools.Bash("cd \"$1\"; touch 1 2 3 4 5; mkdir d; touch d/1 d/2 d/3; mkdir d/e", folder.Path);
        var walked = Walk(folder.Path, Limits.Default with { Entries = limit });
        Assert.Equal(Math.Min(limit, 10), walked.Tree.EntryCount);
        if (!isOver) Assert.Empty(walked.Problems);
        else Assert.Equal($"the folder holds more than {limit:N0} entries; the rest was not read", Assert.Single(walked.Problems).Message);
    }

    [Fact]
    public void Folders_nested_deeper_than_the_limit_are_a_problem()
    {
        using var folder = new TemporaryFolder();
        Tools.Bash("cd \"$1\"; mkdir -p 1/2/3/4; touch 1/2/3/4/file", folder.Path);
        Assert.Empty(Walk(folder.Path, Limits.Default with { PathDepth = 4 }).Problems);
        var walked = Walk(folder.Path, Limits.Default with { PathDepth = 3 });
        Assert.Equal(new Problem(ProblemKind.LimitReached, "rootfs", "/1/2/3", "folders are nested more than 3 deep; what is below was not read"), Assert.Single(walked.Problems));
        Assert.Equal(4, walked.Tree.EntryCount);
    }

    [Fact]
    public void Path_longer_than_Linux_takes_is_a_problem_and_no_crash()
    {
        using var folder = new TemporaryFolder();
        Tools.Bash("cd \"$1\"; touch seen; name=$(printf 'n%.0s' {1..200}); for i in $(seq 30); do mkdir $name; cd $name; done", folder.Path);
        var walked = Walk(folder.Path);
        Assert.NotEqual(FileTree.None, walked.Tree.Find("seen"u8));
        var problem = Assert.Single(walked.Problems);
        Assert.Equal(ProblemKind.Unreadable, problem.Kind);
        Assert.Contains("cannot be opened: File name too long", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_nested_deeper_than_any_real_one_are_read_to_the_limit()
    {
        using var folder = new TemporaryFolder();
        Tools.Bash("cd \"$1\"; mkdir -p $(printf 'd/%.0s' {1..1100})", folder.Path);
        var walked = Walk(folder.Path);
        Assert.Equal(ProblemKind.LimitReached, Assert.Single(walked.Problems).Kind);
        Assert.Equal(1025, walked.Tree.EntryCount);
    }

    [Fact]
    public void Pseudo_file_systems_are_passed_over_with_a_note_and_bind_mounts_are_read()
    {
        Assert.SkipUnless(Environment.UserName == "root" && Tools.Run("unshare", "-m", "true").Exit == 0, "mounting needs root");
        using var folder = new TemporaryFolder();
        Tools.Bash("cd \"$1\"; mkdir proc bind tmp source; touch source/file; mount -t proc proc proc; mount --bind source bind; mount -t tmpfs tmpfs tmp; touch tmp/file", folder.Path);
        try
        {
            var walked = Walk(folder.Path);
            Assert.Equal(["/proc was not read: it is a pseudo file system (proc)."], walked.Notes);
            Assert.Empty(walked.Problems);
            Assert.Equal(["bind", "bind/file", "proc", "source", "source/file", "tmp", "tmp/file"], walked.Lines.Select(line => line.Split(' ')[0]));
        }
        finally
        {
            Tools.Bash("cd \"$1\"; umount proc bind tmp", folder.Path);
        }
    }

    /// <summary>While one thread reads, another turns files into folders, pipes and links to the outside, and back.</summary>
    [Fact]
    public async Task What_changes_while_it_is_read_does_no_harm()
    {
        using var folder = new TemporaryFolder();
        Tools.Bash("cd \"$1\"; mkdir d; for i in $(seq 40); do printf '#!/bin/sh' > d/$i; chmod 755 d/$i; done", folder.Path);
        var changing = Task.Run(() => Tools.Run("bash", "-c", """
            cd "$1/d"; while [ ! -e ../stop ]; do for i in $(seq 40); do rm -rf $i; case $((RANDOM % 5)) in 0) mkdir $i;; 1) mkfifo -m 755 $i;; 2) ln -s /etc $i;; 3) : ;; *) printf '#!' > $i; chmod 755 $i;; esac; done; done
            """, "bash", folder.Path));
        try
        {
            for (var i = 0; i < 50; i++)
            {
                var walked = Walk(folder.Path);
                Assert.Equal(FileTree.None, walked.Tree.Find("d/1/passwd"u8));
                Assert.All(walked.Problems, problem => Assert.Equal(ProblemKind.Unreadable, problem.Kind));
            }
        }
        finally
        {
            await File.WriteAllTextAsync(folder.At("stop"), "");
            await changing;
        }
    }

    [Fact]
    public void Content_of_a_file_that_became_a_pipe_is_a_problem()
    {
        using var folder = new TemporaryFolder();
        Tools.Bash("printf x > \"$1/file\"", folder.Path);
        using var root = Native.OpenFolder(folder.Path);
        var tree = new RootfsWalker(root, new FileTree(), Limits.Default, new ProblemLog("rootfs"), []).Walk();
        using var files = new ImageFiles(tree, new LiveContent(root), hasLayers: false);
        Assert.True(files.TryFind("/file", out var file));
        Assert.Equal("x", Encoding.ASCII.GetString(file.ReadBytes(10).Span));
        Tools.Bash("rm \"$1/file\"; mkfifo \"$1/file\"", folder.Path);
        Assert.Equal("it was a regular file when its folder was read and is none now", Assert.Throws<UnreadableException>(() => file.Open()).Message);
        Tools.Bash("rm \"$1/file\"; ln -s /etc/passwd \"$1/file\"", folder.Path);
        Assert.Equal("it cannot be opened: Too many levels of symbolic links", Assert.Throws<UnreadableException>(() => file.Open()).Message);
        Tools.Bash("rm \"$1/file\"", folder.Path);
        Assert.Equal("it cannot be opened: No such file or directory", Assert.Throws<UnreadableException>(() => file.Open()).Message);
    }
}
