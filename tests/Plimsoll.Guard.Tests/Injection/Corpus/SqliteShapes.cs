using System.Runtime.InteropServices;
using System.Text;

namespace Plimsoll.Guard.Tests.Injection.Corpus;

/// <summary>What SQLite makes of a statement: the operations of its program, without their operands. Nothing is run.</summary>
internal sealed unsafe partial class SqliteShapes : IDisposable
{
    public const string Library = "/usr/lib/x86_64-linux-gnu/libsqlite3.so.0";
    private readonly nint database;

    public SqliteShapes()
    {
        Assert.Equal(0, Open(":memory:", out database));
        foreach (var table in SqlAttacks.Schema)
        {
            Assert.Equal(0, Prepare(Encoding.UTF8.GetBytes(table), out var statement, out _));
            Assert.Equal(101, Step(statement));
            _ = Finish(statement);
        }
    }

    /// <summary>Null when it does not accept the statement, or one of several.</summary>
    public string? Of(byte[] text)
    {
        var shape = new StringBuilder();
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (Prepare(rest, out var statement, out var used) != 0) return null;
            if (statement == 0) break; // Nothing but blanks and comments is left.
            _ = Finish(statement);
            if (Prepare([.. "EXPLAIN "u8, .. rest], out statement, out _) != 0) return null;
            shape.Append(';');
            while (Step(statement) == 100) shape.Append(Marshal.PtrToStringUTF8(Column(statement, 1))).Append(' ');
            _ = Finish(statement);
            rest = rest[used..];
        }
        return shape.ToString();
    }

    public void Dispose() => _ = Close(database);

    private int Prepare(ReadOnlySpan<byte> text, out nint statement, out int used)
    {
        byte[] terminated = [.. text, 0];
        fixed (byte* first = terminated)
        {
            var code = Prepare(database, first, -1, out statement, out var tail);
            used = (int)(tail - first);
            if (used < text.Length && text[used] == 0) used = text.Length; // An application in C passes on nothing behind NUL.
            return code;
        }
    }

    [LibraryImport(Library, EntryPoint = "sqlite3_open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string name, out nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_close")]
    private static partial int Close(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_prepare_v2")]
    private static partial int Prepare(nint database, byte* text, int length, out nint statement, out byte* tail);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    private static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_text")]
    private static partial nint Column(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_finalize")]
    private static partial int Finish(nint statement);
}
