using System.Buffers.Binary;
using System.Collections.Frozen;

namespace Plimsoll.Guard.Injection;

/// <summary>What a word of SQL means to the grammar of fragments; a word of no meaning is a name.</summary>
internal enum SqlWord : byte
{
    Name, Boolean, Not, Compare, Arithmetic, Is, Null, True, False, Select, Union, All, From, Where, Order, By, Group, Having, Limit, Into, Outfile,
    Procedure, Analyse, Case, When, Then, Else, End, Separator, Direction, Prefix, Sink, Suffix, Any,
    Drop, Thing, Insert, Update, Set, Delete, Exec, Wait, Delay, Declare, Shutdown, Truncate, Create, Alter, Grant, Copy, Call, Handler, If, Values, Between, Interval, Conditional,
}

/// <summary>Words are looked up by their lower-case bytes, at most sixteen, without a string being made.</summary>
internal static class SqlWords
{
    private const int longest = 16;
    private static readonly FrozenDictionary<UInt128, SqlWord> words = Table();

    public static SqlWord Find(ReadOnlySpan<byte> word)
    {
        if (word.Length > longest) return SqlWord.Name;
        Span<byte> lower = stackalloc byte[longest];
        lower.Clear();
        for (var i = 0; i < word.Length; i++) lower[i] = (byte)(word[i] is >= (byte)'A' and <= (byte)'Z' ? word[i] | 0x20 : word[i]);
        return words.GetValueOrDefault(BinaryPrimitives.ReadUInt128LittleEndian(lower), SqlWord.Name);
    }

    private static FrozenDictionary<UInt128, SqlWord> Table()
    {
        var table = new Dictionary<UInt128, SqlWord>();
        void Add(SqlWord meaning, string names)
        {
            Span<byte> bytes = stackalloc byte[longest];
            foreach (var name in names.Split(' '))
            {
                bytes.Clear();
                System.Text.Encoding.ASCII.GetBytes(name, bytes);
                table.Add(BinaryPrimitives.ReadUInt128LittleEndian(bytes), meaning);
            }
        }
        Add(SqlWord.Boolean, "or and xor");
        Add(SqlWord.Not, "not");
        Add(SqlWord.Compare, "like ilike rlike regexp glob similar sounds in match");
        Add(SqlWord.Between, "between");
        Add(SqlWord.Arithmetic, "div mod");
        Add(SqlWord.Is, "is");
        Add(SqlWord.Null, "null");
        Add(SqlWord.True, "true");
        Add(SqlWord.False, "false");
        Add(SqlWord.Select, "select");
        Add(SqlWord.Union, "union except intersect minus");
        Add(SqlWord.All, "all distinct distinctrow top");
        Add(SqlWord.Any, "any some");
        Add(SqlWord.From, "from");
        Add(SqlWord.Where, "where");
        Add(SqlWord.Order, "order");
        Add(SqlWord.By, "by");
        Add(SqlWord.Group, "group");
        Add(SqlWord.Having, "having");
        Add(SqlWord.Limit, "limit offset fetch");
        Add(SqlWord.Into, "into");
        Add(SqlWord.Outfile, "outfile dumpfile");
        Add(SqlWord.Procedure, "procedure");
        Add(SqlWord.Analyse, "analyse");
        Add(SqlWord.Case, "case");
        Add(SqlWord.When, "when");
        Add(SqlWord.Then, "then");
        Add(SqlWord.Else, "else");
        Add(SqlWord.End, "end");
        Add(SqlWord.Separator, "as using for separator");
        Add(SqlWord.Direction, "asc desc");
        Add(SqlWord.Prefix, "binary exists prior");
        Add(SqlWord.Suffix, "collate escape");
        Add(SqlWord.Interval, "interval");
        Add(SqlWord.Conditional, "iif decode");
        Add(SqlWord.Drop, "drop");
        Add(SqlWord.Thing, "table database schema view index user function trigger role login sequence");
        Add(SqlWord.Insert, "insert replace");
        Add(SqlWord.Update, "update");
        Add(SqlWord.Set, "set");
        Add(SqlWord.Delete, "delete");
        Add(SqlWord.Exec, "exec execute");
        Add(SqlWord.Wait, "waitfor");
        Add(SqlWord.Delay, "delay");
        Add(SqlWord.Declare, "declare");
        Add(SqlWord.Shutdown, "shutdown");
        Add(SqlWord.Truncate, "truncate");
        Add(SqlWord.Create, "create");
        Add(SqlWord.Alter, "alter");
        Add(SqlWord.Grant, "grant");
        Add(SqlWord.Copy, "copy");
        Add(SqlWord.Call, "call");
        Add(SqlWord.Handler, "handler");
        Add(SqlWord.If, "if");
        Add(SqlWord.Values, "values");
        Add(SqlWord.Sink, "sleep benchmark pg_sleep pg_sleep_for load_file extractvalue updatexml receive_message get_host_address randomblob load_extension"
            + " pg_read_file pg_ls_dir lo_import lo_export dblink dblink_connect query_to_xml database_to_xml openrowset opendatasource xp_cmdshell xp_dirtree"
            + " xmltype get_lock name_const gtid_subset gtid_subtract drithsx httpuritype writefile readfile sys_exec sys_eval");
        return table.ToFrozenDictionary();
    }
}
