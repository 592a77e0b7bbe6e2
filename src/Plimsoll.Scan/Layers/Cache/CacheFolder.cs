using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Plimsoll.Scan.Layers.Cache;

/// <summary>
/// The folder of the cache: one file a key, written under another name and renamed, so that several processes need no
/// lock. Who reads a file holds it open, so removing it takes nothing away. The time of its last use is its modification time.
/// </summary>
internal sealed class CacheFolder
{
    private const string Unfinished = "unfinished-";
    private const UnixFileMode PrivateFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int WritableByOthers = 0x12; // S_IWGRP | S_IWOTH

    /// <summary>After this time no scan still writes a file that was begun; it is what a killed one left.</summary>
    private static readonly TimeSpan abandoned = TimeSpan.FromDays(1);

    private readonly string path;
    private readonly long bound;

    private CacheFolder(string path, long bound) => (this.path, this.bound) = (path, bound);

    /// <summary>The largest file that is kept: half of the bound, so that one layer does not push out all others.</summary>
    public long LargestFile => bound / 2;

    /// <param name="refusal">Why it cannot be used: the end of a sentence. Null where it is merely absent.</param>
    public static CacheFolder? Open(CacheSettings settings, bool create, out string? refusal)
    {
        refusal = null;
        try
        {
            if (create) Directory.CreateDirectory(settings.Folder, PrivateFolder);
            else if (!Directory.Exists(settings.Folder)) return null;
            using var folder = Native.OpenFolder(settings.Folder);
            if (folder.IsInvalid) refusal = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
            else if (!Native.TryStat(folder, out var stat)) refusal = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
            else if (stat.Uid != Native.EffectiveUser) refusal = "it belongs to another user, who could write into it";
            else if ((stat.Mode & WritableByOthers) != 0) refusal = "other users may write into it";
            return refusal is null ? new CacheFolder(settings.Folder, settings.Bytes) : null;
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            refusal = thrown.Message.TrimEnd('.');
            return null;
        }
    }

    /// <summary>Opens a file for reading and notes its use; null where there is none.</summary>
    public SafeFileHandle? Open(string name)
    {
        try
        {
            var opened = File.OpenHandle(Path.Combine(path, name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            try
            {
                File.SetLastWriteTimeUtc(opened, TimeProvider.System.GetUtcNow().UtcDateTime);
            }
            catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
            {
                // A file system that is read-only: nothing is removed there either.
            }
            return opened;
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            return null; // What cannot be read is as good as absent: the layer is read.
        }
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    public UnfinishedFile Begin() => new(this, Path.Combine(path, Unfinished + Path.GetRandomFileName()));

    public void Remove(string name) => Delete(Path.Combine(path, name));

    /// <summary>Removes what was not used for longest, until the rest is within the bound, and what killed scans left.</summary>
    public void Trim()
    {
        var files = Files().OrderByDescending(file => file.Used).ToList();
        var total = 0L;
        foreach (var file in files)
        {
            if (file.IsUnfinished && TimeProvider.System.GetUtcNow() - file.Used > abandoned) Delete(file.Path);
            else if (!file.IsUnfinished && (total += file.Bytes) > bound) Delete(file.Path);
        }
    }

    /// <summary>Removes all that is the cache's own; other files of the folder stay.</summary>
    /// <returns>How many files went, and their bytes.</returns>
    public (int Files, long Bytes) Clear()
    {
        var (count, bytes) = (0, 0L);
        foreach (var file in Files().Where(file => Delete(file.Path))) (count, bytes) = (count + 1, bytes + file.Bytes);
        return (count, bytes);
    }

    internal sealed record Kept(string Path, long Bytes, DateTimeOffset Used, bool IsUnfinished);

    /// <summary>Files of the cache; those that vanish meanwhile are left out.</summary>
    public IReadOnlyList<Kept> Files()
    {
        var found = new List<Kept>();
        foreach (var file in new DirectoryInfo(path).EnumerateFiles())
        {
            var isUnfinished = file.Name.StartsWith(Unfinished, StringComparison.Ordinal);
            if (!isUnfinished && !LayerKey.IsFileName(file.Name)) continue; // Not ours.
            try
            {
                found.Add(new Kept(file.FullName, file.Length, new DateTimeOffset(file.LastWriteTimeUtc), isUnfinished));
            }
            catch (IOException)
            {
                // Another process removed it.
            }
        }
        return found;
    }

    private static bool Delete(string file)
    {
        try
        {
            File.Delete(file);
            return true;
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            return false; // It stays, and is tried again by the next scan that writes.
        }
    }

    /// <summary>A file that gets its name only when it is whole.</summary>
    internal sealed class UnfinishedFile : IDisposable
    {
        private readonly CacheFolder folder;
        private readonly string path;
        private bool isFinished;

        public UnfinishedFile(CacheFolder folder, string path)
        {
            (this.folder, this.path) = (folder, path);
            try
            {
                using var created = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, UnixCreateMode = PrivateFile });
                Handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            }
            catch (UnauthorizedAccessException refused)
            {
                throw new IOException(refused.Message, refused);
            }
        }

        public SafeFileHandle Handle { get; }

        public void Finish(string name)
        {
            try
            {
                File.Move(path, Path.Combine(folder.path, name), overwrite: true);
                isFinished = true;
            }
            catch (UnauthorizedAccessException refused)
            {
                throw new IOException(refused.Message, refused);
            }
        }

        public void Dispose()
        {
            Handle.Dispose();
            if (!isFinished) Delete(path);
        }
    }
}
