using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Plimsoll.Guard.Tests.Postgres;

/// <summary>A message of the server.</summary>
public sealed record Answer(char Type, byte[] Content)
{
    /// <summary>A field of an ErrorResponse.</summary>
    public string Field(char field) => Encoding.UTF8.GetString(Content).Split('\0').FirstOrDefault(text => text.StartsWith(field))?[1..] ?? "";

    public override string ToString() => Type switch
    {
        'E' => $"E {Field('C')} {Field('M')}",
        'Z' => $"Z{(char)Content[0]}",
        'C' => $"C {Encoding.UTF8.GetString(Content).TrimEnd('\0')}",
        _ => Type.ToString(),
    };
}

/// <summary>Speaks the protocol byte by byte, as no driver would.</summary>
public sealed class PgClient : IDisposable
{
    private readonly TcpClient socket = new();
    private readonly NetworkStream stream;

    private PgClient(IPEndPoint to)
    {
        socket.Connect(to);
        socket.NoDelay = true;
        socket.ReceiveTimeout = 60_000;
        stream = socket.GetStream();
    }

    public byte[] Key { get; private set; } = [];

    public IReadOnlyList<Answer> Greeting { get; private set; } = [];

    /// <summary>Without a start-up packet.</summary>
    public static PgClient Raw(IPEndPoint to) => new(to);

    public static PgClient Connect(IPEndPoint to, string user, string database = "postgres", params string[] settings)
    {
        var client = new PgClient(to);
        client.Start(["user", user, "database", database, .. settings]);
        client.Greeting = client.ReadUntil('Z', 'E');
        client.Key = client.Greeting.FirstOrDefault(answer => answer.Type == 'K')?.Content ?? [];
        return client;
    }

    public void Start(params string[] parameters)
    {
        byte[] body = [0, 3, 0, 0, .. Encoding.UTF8.GetBytes(string.Concat(parameters.Select(text => text + "\0"))), 0];
        Send([.. Number(body.Length + 4), .. body]);
    }

    public void Send(params byte[] bytes) => stream.Write(bytes);

    public static byte[] Number(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    public static byte[] Message(char type, params byte[] content) => [(byte)type, .. Number(content.Length + 4), .. content];

    private static byte[] Text(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    public static byte[] AQuery(string sql) => Message('Q', Text(sql));
    public static byte[] AParse(string name, string sql) => Message('P', [.. Text(name), .. Text(sql), 0, 0]);
    public static byte[] ABind(string portal, string name) => Message('B', [.. Text(portal), .. Text(name), 0, 0, 0, 0, 0, 0]);
    public static byte[] AnExecute(string portal, int rows = 0) => Message('E', [.. Text(portal), .. Number(rows)]);
    public static byte[] ADescribe(char kind, string name) => Message('D', [(byte)kind, .. Text(name)]);
    public static byte[] AClose(char kind, string name) => Message('C', [(byte)kind, .. Text(name)]);
    public static byte[] ASync => Message('S');

    public IReadOnlyList<Answer> Query(string sql)
    {
        Send(AQuery(sql));
        return ReadUntil('Z');
    }

    public Answer Read()
    {
        var head = Bytes(5);
        return new((char)head[0], Bytes(BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1)) - 4));
    }

    /// <summary>Up to and with one of these types, or the end of the connection.</summary>
    public IReadOnlyList<Answer> ReadUntil(params char[] types)
    {
        var all = new List<Answer>();
        try
        {
            do all.Add(Read());
            while (!types.Contains(all[^1].Type));
        }
        catch (IOException)
        {
            // The end.
        }
        return all;
    }

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    public bool IsClosed
    {
        get
        {
            try
            {
                return stream.ReadByte() < 0;
            }
            catch (IOException)
            {
                return true;
            }
        }
    }

    public void Dispose() => socket.Dispose();
}
