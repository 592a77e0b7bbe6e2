using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Advisories;

/// <summary>The right to write to a database, held by one process at a time and given back when that ends, however it ends. Readers need none.</summary>
internal sealed class DatabaseLock : IDisposable
{
    private readonly FileStream held;

    private DatabaseLock(FileStream held) => this.held = held;

    /// <exception cref="PlimsollException">Another process has it, or the folder cannot be written.</exception>
    public static DatabaseLock Take(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            // Opening without sharing takes an exclusive flock(2), or fails at once.
            return new DatabaseLock(new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1));
        }
        catch (IOException thrown) when (thrown.GetType() == typeof(IOException) && (thrown.HResult & 0xFFFF) == WouldBlock)
        {
            throw new PlimsollException("database-locked", $"The advisory database in `{folder}` is being written by another plimsoll.", "Try again when that has ended; reading the database meanwhile is safe.");
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            throw new PlimsollException("database-unwritable", $"The advisory database in `{folder}` cannot be written: {thrown.Message.TrimEnd('.')}.", "Check that you may write there, or name another folder in PLIMSOLL_DB.");
        }
    }

    private const int WouldBlock = 11; // EWOULDBLOCK

    public void Dispose() => held.Dispose();
}
