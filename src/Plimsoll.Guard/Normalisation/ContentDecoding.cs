namespace Plimsoll.Guard.Normalisation;

/// <summary>
/// Content-Encoding (RFC 9110 §8.4): the chain of stages between the bytes on the wire and the reader of the body, the last
/// coding first. The compressed bytes are what is forwarded. Stages are made when first needed; most connections need none.
/// </summary>
internal sealed class ContentDecoding(ValueArena arena) : IDisposable
{
    private readonly Coding[] codings = new Coding[arena.Limits.Codings];
    private readonly DeflateStage?[] deflates = new DeflateStage?[arena.Limits.Codings];
    private readonly BrotliStage?[] brotlis = new BrotliStage?[arena.Limits.Codings];
    private readonly ZstdStage?[] zstds = new ZstdStage?[arena.Limits.Codings];
    private readonly CodingStage?[] stages = new CodingStage?[arena.Limits.Codings];
    private int count;

    private enum Coding : byte
    {
        Gzip,
        Deflate,
        Brotli,
        Zstd,
    }

    /// <summary>The body cannot be decoded: an unknown coding or too many, noted.</summary>
    public bool IsRefused { get; private set; }

    public void Begin()
    {
        (count, IsRefused) = (0, false);
        Array.Clear(stages);
    }

    /// <summary>A stage has met an error or a limit, noted: nothing of the body may be trusted.</summary>
    public bool HasFailed
    {
        get
        {
            foreach (var stage in stages)
                if (stage is { Stopped: true }) return true;
            return false;
        }
    }

    /// <summary>One Content-Encoding field; a second one goes on where the first ended.</summary>
    public void Field(ReadOnlySpan<byte> field)
    {
        for (var rest = field; ;)
        {
            var comma = rest.IndexOf((byte)',');
            var name = Text.Trim(comma < 0 ? rest : rest[..comma]);
            if (!name.IsEmpty && !Text.EqualsIgnoreCase(name, "identity"u8)) Add(name);
            if (comma < 0) return;
            rest = rest[(comma + 1)..];
        }
    }

    /// <summary>What takes the bytes of the wire.</summary>
    public BodyReader Chain(BodyReader reader)
    {
        for (var i = 0; i < count; i++) reader = stages[i] = Stage(i, reader);
        return reader;
    }

    public void Dispose()
    {
        foreach (var stage in brotlis) stage?.Dispose();
        foreach (var stage in zstds) stage?.Dispose();
    }

    private void Add(ReadOnlySpan<byte> name)
    {
        Coding? coding =
            Text.EqualsIgnoreCase(name, "gzip"u8) || Text.EqualsIgnoreCase(name, "x-gzip"u8) ? Coding.Gzip
            : Text.EqualsIgnoreCase(name, "deflate"u8) ? Coding.Deflate
            : Text.EqualsIgnoreCase(name, "br"u8) ? Coding.Brotli
            : Text.EqualsIgnoreCase(name, "zstd"u8) ? Coding.Zstd
            : null;
        if (coding is null) Refuse(Ambiguity.UnknownCoding);
        else if (count == codings.Length) Refuse(Ambiguity.TooManyCodings);
        else
        {
            if (count > 0) arena.Note(Ambiguity.StackedCoding, Origin.Coding, 0);
            codings[count++] = coding.Value;
        }
    }

    private void Refuse(Ambiguity why)
    {
        arena.Note(why, Origin.Coding, 0);
        IsRefused = true;
    }

    private CodingStage Stage(int index, BodyReader reader)
    {
        switch (codings[index])
        {
            case Coding.Brotli:
                var brotli = brotlis[index] ??= new(arena);
                brotli.Begin(reader);
                return brotli;
            case Coding.Zstd:
                var zstd = zstds[index] ??= new(arena);
                zstd.Begin(reader);
                return zstd;
            default:
                var deflate = deflates[index] ??= new(arena);
                deflate.Begin(codings[index] == Coding.Gzip ? DeflateFormat.Gzip : DeflateFormat.Zlib, reader);
                return deflate;
        }
    }
}
