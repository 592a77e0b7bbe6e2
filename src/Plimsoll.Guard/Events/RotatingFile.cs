using Plimsoll.Core.Results;
using Plimsoll.Guard.Configuration;

namespace Plimsoll.Guard.Events;

/// <summary>
/// A file that is put aside when it is full: `guard.jsonl` becomes `guard.jsonl.1`, that `.2`, and the oldest goes. On a full disk
/// events are lost until there is room; what was written in part is taken back.
/// </summary>
internal sealed class RotatingFile : IEventTarget
{
    private volatile EventFileOptions options;
    private FileStream? file;

    /// <exception cref="PlimsollException">It cannot be opened.</exception>
    public RotatingFile(EventFileOptions options)
    {
        this.options = options;
        try
        {
            file = Open();
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            throw new PlimsollException("guard-events", $"Events cannot be written to {options.Path}: {thrown.Message.TrimEnd('.')}.", "Name a file that the guard may write.");
        }
    }

    /// <summary>Other sizes for the same file, from the next events on.</summary>
    public void Resize(EventFileOptions next) => options = next;

    public int Write(ReadOnlySpan<byte> batch, int events)
    {
        var lost = 0;
        var left = events;
        while (!batch.IsEmpty)
        {
            // As many whole events as there is room for, at least one.
            var room = options.Bytes - (file?.Position ?? 0);
            var part = batch.Length <= room ? batch : batch[..(Math.Max(batch[..(int)Math.Clamp(room, 0, batch.Length)].LastIndexOf((byte)'\n'), -1) + 1)];
            if (part.IsEmpty && file is { Position: > 0 })
            {
                Rotate();
                if (file is null) return lost + left;
                continue;
            }
            if (part.IsEmpty) part = batch[..(batch.IndexOf((byte)'\n') + 1)];
            var count = part.Count((byte)'\n');
            if (!TryWrite(part)) lost += count;
            left -= count;
            batch = batch[part.Length..];
        }
        return lost;
    }

    private bool TryWrite(ReadOnlySpan<byte> part)
    {
        long good = 0;
        try
        {
            file ??= Open();
            good = file.Position;
            file.Write(part);
            file.Flush();
            return true;
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            TakeBack(good);
            return false;
        }
    }

    private void TakeBack(long good)
    {
        try
        {
            file?.SetLength(good);
        }
        catch (IOException)
        {
            file?.Dispose();
            file = null; // Opened again with the next event.
        }
    }

    private void Rotate()
    {
        file?.Dispose();
        file = null;
        try
        {
            for (var number = options.Count - 1; number > 0; number--)
                if (File.Exists(Numbered(number - 1))) File.Move(Numbered(number - 1), Numbered(number), overwrite: true);
            if (options.Count == 1) File.Delete(options.Path);
            file = Open();
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            // The events that wait are lost, and counted; the next ones try again.
        }
    }

    private string Numbered(int number) => number == 0 ? options.Path : $"{options.Path}.{number}";

    /// <summary>Events may name clients: nobody but the guard's user and group reads them. Unbuffered, so that a failed write is known at once.</summary>
    private FileStream Open() => new(options.Path, new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.Read | FileShare.Delete, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead });

    public void Stop()
    {
    }

    public void Dispose() => file?.Dispose();
}
