using System.Diagnostics;
using Plimsoll.Guard.Normalisation;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>Makes variables of a request: of its head, then of its body. Values are those that the normaliser read, once decoded; what it found hidden in them is not among them, because transformations say what is decoded.</summary>
internal static class RequestReading
{
    private static readonly Normalisation.Ambiguity[] bodyErrors =
    [
        Ambiguity.JsonSyntax, Ambiguity.JsonIncomplete, Ambiguity.JsonTrailingBytes, Ambiguity.JsonComment, Ambiguity.JsonTrailingComma, Ambiguity.JsonEscape, Ambiguity.OddNumber,
        Ambiguity.XmlDoctype, Ambiguity.XmlSyntax, Ambiguity.XmlEncoding, Ambiguity.NoBoundary, Ambiguity.UnterminatedMultipart, Ambiguity.TooDeep, Ambiguity.TooManyBytes, Ambiguity.TooManyValues,
        Ambiguity.TooManyParameters, Ambiguity.CorruptCoding, Ambiguity.TruncatedCoding, Ambiguity.DecodedTooLong,
    ];

    private static readonly byte[][] bodyErrorNames = [.. bodyErrors.Select(error => System.Text.Encoding.ASCII.GetBytes(AmbiguityNames.Of(error)))];
    private static long requests;

    public static void Head(Transaction transaction, HttpRequest request)
    {
        var scratch = transaction.Scratch;
        (transaction.Request, transaction.Started) = (request, Stopwatch.GetTimestamp());
        var method = scratch.Copy(request[request.Method]);
        var target = scratch.Copy(request[request.Target]);
        var protocol = Protocol(request.Version);
        transaction.Set(Variable.RequestMethod, method);
        transaction.Set(Variable.RequestUri, target);
        transaction.Set(Variable.RequestUriRaw, target);
        transaction.Set(Variable.RequestProtocol, protocol);
        transaction.Set(Variable.RequestLine, scratch.Join(scratch.Join(scratch.Join(method.Span, " "u8).Span, target.Span).Span, scratch.Join(" "u8, protocol.Span).Span));
        Path(transaction, target);
        Connection(transaction, request);
        Credentials.Read(transaction, request);
        transaction.Set(Variable.UniqueId, scratch.Number(Stopwatch.GetTimestamp() ^ (Interlocked.Increment(ref requests) << 40)));
        foreach (ref readonly var field in request.Fields) transaction.Add(MemberSet.RequestFields, scratch.Copy(request[field.Name]), scratch.Copy(request[field.Value]));
        var values = request.Values;
        foreach (ref readonly var value in values.Values)
        {
            if (value.Parent >= 0) continue;
            if (value.Origin is Origin.Query or Origin.Cookie) Member(transaction, values, value, value.Origin == Origin.Query ? MemberSet.QueryParameters : MemberSet.Cookies);
        }
        transaction.Set(Variable.ArgsCombinedSize, scratch.Number(Size(transaction)));
        transaction.Set(Variable.ReqbodyProcessor, scratch.Copy(Processor(request.BodyKind)));
        transaction.Set(Variable.ReqbodyError, new(zero));
        transaction.Set(Variable.ReqbodyProcessorError, new(zero));
        transaction.Set(Variable.UrlencodedError, new(HasWrongEscape(values, Origin.Query) ? one : zero));
    }

    /// <summary>The body, or that there is none.</summary>
    public static void Body(Transaction transaction, HttpRequest request)
    {
        var scratch = transaction.Scratch;
        var values = request.Values;
        var partHeaders = transaction.Count;
        ReadOnlySpan<byte> disposition = default;
        foreach (ref readonly var value in values.Values)
        {
            if (value.Parent >= 0) continue;
            switch (value.Origin)
            {
                case Origin.Form:
                    Member(transaction, values, value, MemberSet.BodyParameters);
                    break;
                case Origin.Json:
                    transaction.Add(MemberSet.BodyParameters, JsonName(scratch, values[value.Name]), scratch.Copy(values[value.Content]));
                    break;
                case Origin.PartHeader:
                    var line = values[new(value.Name.Start, value.Content.End - value.Name.Start)];
                    if (WrittenNames.IsDisposition(values[value.Name]) && line.Contains((byte)'\\')) disposition = line;
                    transaction.Add(MemberSet.PartHeaders, Bytes.Empty, scratch.Copy(line));
                    break;
                case Origin.Part or Origin.FileName:
                    var name = scratch.Copy(values[value.Name]);
                    for (; partHeaders < transaction.Count; partHeaders++)
                        if (transaction[partHeaders].Set == MemberSet.PartHeaders) transaction[partHeaders].Name = name;
                    var kind = value.Origin == Origin.Part ? MemberSet.BodyParameters : MemberSet.Files;
                    transaction.Add(kind, name, scratch.Copy(values[value.Content]));
                    transaction.Add(MemberSet.PartNames, name, name);
                    if (!disposition.IsEmpty) WrittenNames.AsWritten(transaction, kind, disposition, name, values[value.Content]);
                    partHeaders = transaction.Count;
                    disposition = default;
                    break;
                case Origin.Xml:
                    transaction.Add(values[value.Name].IndexOf("/@"u8) >= 0 ? MemberSet.XmlAttributes : MemberSet.XmlTexts, Bytes.Empty, scratch.Copy(values[value.Content]));
                    break;
            }
        }
        var isForm = transaction.Single(Variable.ReqbodyProcessor).Span.SequenceEqual("URLENCODED"u8);
        if (isForm && request.BodyKind != BodyKind.Form) FormReading.Read(transaction, request.Body.Span);
        transaction.Set(Variable.RequestBodyLength, scratch.Number(request.Body.Length));
        if (request.HasBody && (isForm || transaction.ForcesBody)) transaction.Set(Variable.RequestBody, scratch.Copy(request.Body.Span));
        transaction.Set(Variable.ArgsCombinedSize, scratch.Number(Size(transaction)));
        transaction.Set(Variable.FilesCombinedSize, scratch.Number(values.FileBytes));
        if (HasWrongEscape(values, Origin.Form)) transaction.Set(Variable.UrlencodedError, new(one));
        foreach (var error in bodyErrors)
            if (request.HasBody && values.Ambiguities.Contains(error)) Failed(transaction, error);
    }

    private static readonly byte[] zero = [.. "0"u8];
    private static readonly byte[] one = [.. "1"u8];
    private static readonly byte[] http10 = [.. "HTTP/1.0"u8];
    private static readonly byte[] http11 = [.. "HTTP/1.1"u8];
    private static readonly byte[] http2 = [.. "HTTP/2.0"u8];

    private static void Failed(Transaction transaction, Ambiguity error)
    {
        transaction.Set(Variable.ReqbodyError, new(one));
        transaction.Set(Variable.ReqbodyProcessorError, new(one));
        var why = new Bytes(bodyErrorNames[Array.IndexOf(bodyErrors, error)]);
        transaction.Set(Variable.ReqbodyErrorMsg, why);
        transaction.Set(Variable.ReqbodyProcessorErrorMsg, why);
    }

    private static bool HasWrongEscape(MessageValues values, Origin origin)
    {
        foreach (ref readonly var mark in values.Marks)
            if (mark.Kind == Ambiguity.InvalidEscape && mark.Origin == origin) return true;
        return false;
    }

    private static void Connection(Transaction transaction, HttpRequest request)
    {
        var scratch = transaction.Scratch;
        transaction.Set(Variable.ServerName, scratch.Copy(Authority.Host(request[request.Authority])));
        if (request.Client is { } client)
        {
            var address = Address(scratch, client);
            transaction.Set(Variable.RemoteAddr, address);
            transaction.Set(Variable.RemoteHost, address);
        }
        if (request.ClientPort > 0) transaction.Set(Variable.RemotePort, scratch.Number(request.ClientPort));
        if (request.Server is not { } server) return;
        transaction.Set(Variable.ServerAddr, Address(scratch, server.Address));
        transaction.Set(Variable.ServerPort, scratch.Number(server.Port));
    }

    private static void Path(Transaction transaction, Bytes target)
    {
        var query = target.Span.IndexOf((byte)'?');
        var path = target.Slice(0, query < 0 ? target.Length : query);
        if (path.Span.Contains((byte)'%'))
        {
            var room = transaction.Scratch.Reserve(path.Length);
            if (!room.IsEmpty && PercentText.Decode(path.Span, room) is > 0 and var length) path = transaction.Scratch.Take(length);
        }
        transaction.Set(Variable.RequestFilename, path);
        transaction.Set(Variable.PathInfo, path);
        transaction.Set(Variable.QueryString, query < 0 ? Bytes.Empty : target.Slice(query + 1, target.Length - query - 1));
        var start = path.Span.LastIndexOfAny((byte)'/', (byte)'\\') + 1;
        transaction.Set(Variable.RequestBasename, path.Slice(start, path.Length - start));
    }

    private static void Member(Transaction transaction, MessageValues values, in Value value, MemberSet set) =>
        transaction.Add(set, transaction.Scratch.Copy(values[value.Name]), transaction.Scratch.Copy(values[value.Content]));

    public static Bytes Protocol(HttpVersion version) => new(version switch
    {
        HttpVersion.Http10 => http10,
        HttpVersion.Http2 => http2,
        _ => http11,
    });

    private static ReadOnlySpan<byte> Processor(BodyKind kind) => kind switch
    {
        BodyKind.Form => "URLENCODED"u8,
        BodyKind.Multipart => "MULTIPART"u8,
        BodyKind.Json => "JSON"u8,
        BodyKind.Xml => "XML"u8,
        _ => default,
    };

    private static long Size(Transaction transaction)
    {
        long size = 0;
        for (var i = Transaction.FirstMember; i < transaction.Count; i++)
            if ((transaction[i].Set & MemberSet.Parameters) != 0) size += transaction[i].Name.Length + transaction[i].Content.Length;
        return size;
    }

    /// <summary>`/a/0/b~1c` as ModSecurity says it, `json.a.b/c`: the elements of a list all have its name.</summary>
    private static Bytes JsonName(Scratch scratch, ReadOnlySpan<byte> pointer)
    {
        var name = scratch.Reserve(4 + pointer.Length);
        if (name.IsEmpty) return Bytes.Empty;
        "json"u8.CopyTo(name);
        var length = 4;
        foreach (var range in pointer.Split((byte)'/'))
        {
            var segment = pointer[range];
            if (range.Start.Value == 0 || (!segment.IsEmpty && !segment.ContainsAnyExceptInRange((byte)'0', (byte)'9'))) continue;
            name[length++] = (byte)'.';
            for (var at = 0; at < segment.Length; at++)
            {
                var isEscape = segment[at] == '~' && at + 1 < segment.Length;
                name[length++] = !isEscape ? segment[at] : segment[++at] == '1' ? (byte)'/' : (byte)'~';
            }
        }
        return scratch.Take(length);
    }

    private static Bytes Address(Scratch scratch, System.Net.IPAddress address)
    {
        const int longest = 65;
        return address.TryFormat(scratch.Reserve(longest), out var length) ? scratch.Take(length) : Bytes.Empty;
    }
}
