using System.Diagnostics;
using System.Text;
using CsCheck;
using Plimsoll.Guard.Protocols.Http2;
using Plimsoll.Guard.Protocols.Http2.Hpack;

namespace Plimsoll.Guard.Tests.Http2;

/// <summary>HPACK against the hpack of Python, in both directions.</summary>
public sealed class HpackTests
{
    private const string library = "/usr/lib/python3/dist-packages/hpack/__init__.py";

    private static readonly Gen<byte[]> anything = Gen.Byte.Array[0, 60];
    private static readonly Gen<string> names = Gen.OneOf(
        One(":method", ":path", "accept", "cookie", "x-a", "x-b", "content-type", "user-agent", "etag", "set-cookie"),
        Gen.String[Gen.Char["abcdefghijklmnopqrstuvwxyz-0123456789"], 1, 30]);
    private static readonly Gen<(string Name, byte[] Value)> fields = Gen.Select(names, Gen.OneOf(anything, Gen.String[Gen.Char[' ', '~'], 0, 200].Select(Encoding.Latin1.GetBytes), One("GET"u8.ToArray(), "/"u8.ToArray(), "a=b"u8.ToArray())));

    private static Gen<T> One<T>(params T[] all) => Gen.Int[0, all.Length - 1].Select(i => all[i]);

    private static bool IsFull => Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 };

    [Fact]
    public void What_is_encoded_by_Huffman_is_decoded_to_the_same() => Gen.Byte.Array[0, 300].Sample(text =>
    {
        var coded = new byte[Huffman.EncodedLength(text)];
        Huffman.Encode(text, coded);
        var decoded = new byte[Huffman.MostDecoded(coded.Length)];
        var length = Huffman.Decode(coded, decoded);
        return decoded.AsSpan(0, Math.Max(length, 0)).SequenceEqual(text);
    });

    /// <summary>Every byte alone, so that all 256 codes are seen, and what of any bytes is malformed.</summary>
    [Fact]
    public void Huffman_says_what_Python_says()
    {
        Assert.SkipUnless(File.Exists(library), "python3-hpack is not installed");
        var cases = Enumerable.Range(0, 256).Select(value => new[] { (byte)value, (byte)value, (byte)value }).ToList();
        var expected = Python("""
            from hpack.huffman import HuffmanEncoder
            from hpack.huffman_constants import REQUEST_CODES, REQUEST_CODES_LENGTH
            encoder = HuffmanEncoder(REQUEST_CODES, REQUEST_CODES_LENGTH)
            for line in sys.stdin: print(encoder.encode(bytes.fromhex(line.strip())).hex())
            """, cases.Select(Convert.ToHexStringLower));
        for (var i = 0; i < cases.Count; i++)
        {
            var coded = new byte[Huffman.EncodedLength(cases[i])];
            Huffman.Encode(cases[i], coded);
            Assert.Equal(expected[i], Convert.ToHexStringLower(coded));
        }

        var random = new Random(7541);
        cases = [.. Enumerable.Range(0, IsFull ? 200_000 : 5_000).Select(_ => Malformed(random))];
        expected = Python("""
            from hpack.huffman_table import decode_huffman
            for line in sys.stdin:
                try: print(bytes(decode_huffman(bytes.fromhex(line.strip()))).hex() + '.')
                except Exception: print('malformed')
            """, cases.Select(Convert.ToHexStringLower));
        for (var i = 0; i < cases.Count; i++)
        {
            var into = new byte[Huffman.MostDecoded(cases[i].Length)];
            var length = Huffman.Decode(cases[i], into);
            Assert.Equal($"{Convert.ToHexStringLower(cases[i])}: {expected[i]}", $"{Convert.ToHexStringLower(cases[i])}: {(length < 0 ? "malformed" : Convert.ToHexStringLower(into.AsSpan(0, length)) + '.')}");
        }
    }

    [Fact]
    public void What_Python_encodes_is_decoded_to_the_same()
    {
        Assert.SkipUnless(File.Exists(library), "python3-hpack is not installed");
        // Sequences of blocks of one connection: the dynamic table fills, overflows and changes its size.
        var sessions = new List<List<(string Name, byte[] Value)>>();
        Gen.Select(fields.List[0, 20], Gen.Int[0, 9]).List[40].Sample(blocks =>
        {
            lock (sessions) if (sessions.Count < (IsFull ? 40_000 : 2_000)) foreach (var (block, _) in blocks) sessions.Add(block);
        }, iter: IsFull ? 1_000 : 50, threads: 1);
        var lines = sessions.Select((block, i) => (i % 97 == 0 ? "new" : i % 7 == 0 ? $"size {i * 61 % 4097}" : "") + "|" + string.Join(',', block.Select(field => Convert.ToHexStringLower(Encoding.ASCII.GetBytes(field.Name)) + ":" + Convert.ToHexStringLower(field.Value))));
        var encoded = Python("""
            from hpack import Encoder
            for line in sys.stdin:
                order, fields = line.rstrip('\n').split('|')
                if order == 'new': encoder = Encoder()
                if order.startswith('size'): encoder.header_table_size = int(order[5:])
                fields = [tuple(bytes.fromhex(part) for part in field.split(':')) for field in fields.split(',') if field]
                print(encoder.encode([(n, v, len(v) % 5 == 0) for n, v in fields], huffman=len(fields) % 2 == 0).hex())
            """, lines);
        HpackDecoder decoder = null!;
        for (var i = 0; i < sessions.Count; i++)
        {
            if (i % 97 == 0) decoder = new(4096);
            Assert.Equal(sessions[i].Select(Text), Decode(decoder, Convert.FromHexString(encoded[i])));
            Assert.InRange(decoder.TableSize, 0, 4096);
        }
    }

    [Fact]
    public void What_is_encoded_is_decoded_by_Python_to_the_same()
    {
        Assert.SkipUnless(File.Exists(library), "python3-hpack is not installed");
        var blocks = new List<List<(string Name, byte[] Value)>>();
        fields.List[0, 20].Sample(block =>
        {
            lock (blocks) blocks.Add(block);
        }, iter: IsFull ? 20_000 : 500, threads: 1);
        var decoded = Python("""
            from hpack import Decoder
            decoder = Decoder()
            decoder.max_header_list_size = 1 << 30
            for line in sys.stdin: print(','.join(bytes(n).hex() + ':' + bytes(v).hex() for n, v in decoder.decode(bytes.fromhex(line.strip()), raw=True)))
            """, blocks.Select(block =>
        {
            var buffer = new FrameBuffer();
            foreach (var (name, value) in block) HpackWriter.Write(buffer, Encoding.ASCII.GetBytes(name.ToUpperInvariant()), value, isSecret: value.Length % 3 == 0);
            return Convert.ToHexStringLower(buffer.Written.Span);
        }));
        for (var i = 0; i < blocks.Count; i++)
            Assert.Equal(string.Join(',', blocks[i].Select(field => Convert.ToHexStringLower(Encoding.ASCII.GetBytes(field.Name)) + ":" + Convert.ToHexStringLower(field.Value))), decoded[i]);
    }

    /// <summary>Any bytes: the same fields as Python's decoder finds, or both refuse.</summary>
    [Fact]
    public void Any_bytes_are_read_or_refused_as_Python_does()
    {
        Assert.SkipUnless(File.Exists(library), "python3-hpack is not installed");
        var random = new Random(9113);
        var blocks = Enumerable.Range(0, IsFull ? 300_000 : 10_000).Select(_ => Mutated(random)).ToList();
        var expected = Python("""
            from hpack import Decoder
            for line in sys.stdin:
                decoder = Decoder()
                decoder.max_header_list_size = 1 << 30
                decoder.max_allowed_table_size = 4096
                try: print(','.join(bytes(n).hex() + ':' + bytes(v).hex() for n, v in decoder.decode(bytes.fromhex(line.strip()), raw=True)))
                except Exception: print('refused')
            """, blocks.Select(Convert.ToHexStringLower));
        for (var i = 0; i < blocks.Count; i++)
        {
            var found = Decode(new(4096), blocks[i]);
            // Python bounds neither integers nor the number of updates.
            if (found is null && expected[i] != "refused" && IsStricter(blocks[i])) continue;
            Assert.Equal($"{Convert.ToHexStringLower(blocks[i])} {expected[i]}", $"{Convert.ToHexStringLower(blocks[i])} {(found is null ? "refused" : string.Join(',', found.Select(Hex)))}");
        }
    }

    private static bool IsStricter(byte[] block) => block.TakeWhile(one => (one & 0xE0) == 0x20).Count() > 2 || block.AsSpan().IndexOf("\x80\x80\x80"u8) >= 0;

    private static byte[] Malformed(Random random)
    {
        var bytes = new byte[random.Next(0, 12)];
        random.NextBytes(bytes);
        if (random.Next(2) == 0 || bytes.Length == 0) return bytes;
        var text = new byte[random.Next(1, 12)];
        for (var i = 0; i < text.Length; i++) text[i] = (byte)random.Next(0x20, 0x7F);
        var coded = new byte[Huffman.EncodedLength(text)];
        Huffman.Encode(text, coded);
        if (random.Next(2) == 0) coded[^1] ^= (byte)(1 << random.Next(8));
        return coded;
    }

    private static byte[] Mutated(Random random)
    {
        var buffer = new FrameBuffer();
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            if (random.Next(3) == 0) HpackWriter.WriteIndexed(buffer, random.Next(0, 66));
            else HpackWriter.Write(buffer, random.Next(2) == 0 ? "x-name"u8 : "etag"u8, Encoding.ASCII.GetBytes($"value {random.Next()}"));
        }
        var bytes = buffer.Written.ToArray();
        for (var i = random.Next(0, 3); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return random.Next(4) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    private static List<string>? Decode(HpackDecoder decoder, byte[] block)
    {
        var found = new List<string>();
        var at = 0;
        while (true)
        {
            var step = decoder.Next(block, ref at, out var name, out var value);
            if (step == HpackDecoder.Step.End) return found;
            if (step == HpackDecoder.Step.Failed) return null;
            found.Add($"{Encoding.Latin1.GetString(name)}: {Encoding.Latin1.GetString(value)}");
        }
    }

    private static string Hex(string field)
    {
        var colon = field.IndexOf(": ", Math.Min(1, field.Length - 2), StringComparison.Ordinal);
        return Convert.ToHexStringLower(Encoding.Latin1.GetBytes(field[..colon])) + ":" + Convert.ToHexStringLower(Encoding.Latin1.GetBytes(field[(colon + 2)..]));
    }

    private static string Text((string Name, byte[] Value) field) => $"{field.Name}: {Encoding.Latin1.GetString(field.Value)}";

    /// <summary>Lines in, lines out.</summary>
    private static string[] Python(string script, IEnumerable<string> lines)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "import sys\n" + script);
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", [file]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var reading = process.StandardOutput.ReadToEndAsync();
        foreach (var line in lines) process.StandardInput.Write(line + "\n");
        process.StandardInput.Close();
        var output = reading.GetAwaiter().GetResult();
        process.WaitForExit();
        File.Delete(file);
        Assert.Equal(0, process.ExitCode);
        return output.Split('\n')[..^1];
    }
}
