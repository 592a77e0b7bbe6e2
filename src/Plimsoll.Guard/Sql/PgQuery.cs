using System.Runtime.InteropServices;

namespace Plimsoll.Guard.Sql;

/// <summary>
/// The grammar of PostgreSQL as the library libpg_query has it (pg_query.h: `pg_query_parse` gives a tree as JSON), where it is
/// installed. Its version is that of PostgreSQL 13 to 17; statements of later ones may not be taken.
/// </summary>
internal static unsafe class PgQuery
{
    /// <summary>Bytes of a query; a longer one is judged by its words.</summary>
    private const int mostQuery = 64 << 10;

    /// <summary>Bytes of a tree.</summary>
    private const int mostTree = 16 << 20;

    private static readonly string[] names = ["libpg_query.so.1504.0", "libpg_query.so.1504", "libpg_query.so"];
    private static readonly nint library = Load();
    private static readonly delegate* unmanaged<byte*, Result> parse = (delegate* unmanaged<byte*, Result>)Function("pg_query_parse");
    private static readonly delegate* unmanaged<Result, void> free = (delegate* unmanaged<Result, void>)Function("pg_query_free_parse_result");

    public static bool IsThere => parse != null && free != null;

    /// <summary>The tree as JSON, UTF-8; null when the library is absent or does not take the query.</summary>
    public static byte[]? Parse(ReadOnlySpan<byte> query)
    {
        if (!IsThere || query.Length > mostQuery || query.Contains((byte)0)) return null;
        var text = new byte[query.Length + 1];
        query.CopyTo(text);
        fixed (byte* start = text)
        {
            var result = parse(start);
            try
            {
                if (result.Error != 0 || result.Tree == null) return null;
                var tree = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(result.Tree);
                return tree.Length <= mostTree ? tree.ToArray() : null;
            }
            finally
            {
                free(result);
            }
        }
    }

    private static nint Load()
    {
        foreach (var name in names)
            if (NativeLibrary.TryLoad(name, out var loaded)) return loaded;
        return 0;
    }

    private static nint Function(string name) => library != 0 && NativeLibrary.TryGetExport(library, name, out var address) ? address : 0;

    [StructLayout(LayoutKind.Sequential)]
    private struct Result
    {
        public byte* Tree;
        public byte* Errors;
        public nint Error;
    }
}
