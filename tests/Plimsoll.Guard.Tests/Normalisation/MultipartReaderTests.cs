using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Tests.Normalisation;

public sealed class MultipartReaderTests
{
    private const string a = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";

    public static TheoryData<string, string[], string> Fields => new()
    {
        { a + "1\r\n--B--\r\n", ["a=1"], "" },
        { a + "1\r\n--B--", ["a=1"], "" },
        { a + "\r\n--B--\r\n", ["a="], "" },
        { a + "1\r\n2\r\n\r\n--B--\r\n", ["a=1\r\n2\r\n"], "" },
        { a + "--\r\n--\r\n\r--B-\r\n--B--\r\n", ["a=--\r\n--\r\n\r--B-"], "BoundaryInside" },
        { a + "1\r\n" + a.Replace("\"a\"", "b") + "2\r\n--B--\r\n", ["a=1", "b=2"], "" },
        { "--B--\r\n", [], "" },
        { "x\r\n" + a + "1\r\n--B--\r\n", ["a=1"], "Preamble" },
        { a + "1\r\n--B--\r\nx", ["a=1"], "Epilogue" },
        { a + "1\r\n--B--x", ["a=1"], "BoundaryInside Epilogue" },
        { a + "1", ["a=1"], "UnterminatedMultipart" },
        { a + "1\r\n--B", ["a=1"], "UnterminatedMultipart" },
        { a + "1\n--B--\r\n", ["a=1"], "BareLineFeed" },
        { a.Replace("\r\n", "\n") + "1\n--B--\n", ["a=1"], "BareLineFeed" },
        { a + "1--B\r\n--B--\r\n", ["a=1--B"], "BoundaryInside" },
        { a + "1\r\n--Bx\r\n--B--\r\n", ["a=1\r\n--Bx"], "BoundaryInside" },
        { a.Replace("--B", "--B ") + "1\r\n--B--\r\n", ["a=1"], "BoundaryPadding" },
        { a.Replace("; name", ";\r\n name") + "1\r\n--B--\r\n", ["=1"], "FoldedPartHeader MalformedPartHeader PartWithoutName" },
        { "--B\r\nContent-Type: text/plain\r\n\r\n1\r\n--B--\r\n", ["=1"], "PartWithoutName" },
        { a.Replace("form-data", "attachment") + "1\r\n--B--\r\n", ["a=1"], "PartWithoutName" },
        { a.Replace("\"a\"", "\"a\"; name=\"b\"") + "1\r\n--B--\r\n", ["a=1"], "RepeatedParameter" },
        { a.Replace("\"a\"", "\"a\\\"b\"") + "1\r\n--B--\r\n", ["a\"b=1"], "QuotedPair" },
        { a.Replace("\"\r\n\r", "\"\r\nContent-Disposition: form-data; name=b\r\n\r") + "1\r\n--B--\r\n", ["a=1"], "RepeatedPartHeader RepeatedParameter" },
        { a.Replace("\"\r\n\r", "\"\r\nContent-Transfer-Encoding: base64\r\n\r") + "MQ==\r\n--B--\r\n", ["a=MQ=="], "EncodedPart" },
        { a.Replace("\"\r\n\r", "\"\r\nContent-Transfer-Encoding: 8bit\r\n\r") + "1\r\n--B--\r\n", ["a=1"], "" },
        { a.Replace("\"\r\n\r", "\"\r\nContent-Type: multipart/mixed; boundary=C\r\n\r") + "1\r\n--B--\r\n", ["a=1"], "NestedMultipart" },
        { a.Replace("\"\r\n\r", "\"\r\nContent-Type: text/plain; charset=utf-7\r\n\r") + "1\r\n--B--\r\n", ["a=1"], "ForeignCharset" },
        { a.Replace("\"\r\n\r", "\"\r\nX\r\n\r") + "1\r\n--B--\r\n", ["a=1"], "MalformedPartHeader" },
        { a.Replace("\"\r\n\r", "\"\r\nX: a\rb\r\n\r") + "1\r\n--B--\r\n", ["a=1"], "BareCarriageReturn" },
        { a + "1\r\n" + a + "2\r\n--B--\r\n", ["a=1", "a=2"], "DuplicateName" },
        { a + "--B--\r\n", ["a=--B--\r\n"], "BoundaryInside UnterminatedMultipart" },
        { a + "\0\r\n--B--\r\n", ["a=\0"], "NulByte" },
        { a.Replace("name=\"a\"", "name=") + "1\r\n--B--\r\n", ["=1"], "MalformedParameter PartWithoutName" },
    };

    public static TheoryData<string, string[], string> Files => new()
    {
        { "filename=\"x.txt\"", ["a=x.txt"], "" },
        { "filename=x.txt", ["a=x.txt"], "" },
        { "filename=\"x;y.txt\"", ["a=x;y.txt"], "" },
        { "filename=\"Ã©.txt\"", ["a=Ã©.txt"], "" },
        { "filename=\"é.txt\"", ["a=é.txt"], "InvalidUtf8" },
        { "filename=\"\"", ["a="], "NamelessFile" },
        { "filename*=UTF-8''x.txt", ["a=UTF-8''x.txt"], "ExtendedParameter" },
        { "filename=x; filename*=UTF-8''y", ["a=x"], "ExtendedParameter" },
        { "filename*=UTF-8''y; filename=x", ["a=x"], "ExtendedParameter" },
        { "filename=\"x y\"; filename*=utf-8''x%20y", ["a=x y"], "" },
        { "filename=x; filename*=utf-8''x; filename*=utf-8''x", ["a=x"], "ExtendedParameter" },
        { "filename=x; filename*=latin1''x", ["a=x"], "ExtendedParameter" },
        { "filename=x; filename=y", ["a=y"], "RepeatedParameter" },
        { "filename=\"../x\"", ["a=../x"], "DotSegment FileNameWithPath" },
        { "filename=\"C:\\x\"", ["a=C:x"], "QuotedPair" },
        { "filename=x y", ["a=x y"], "MalformedParameter" },
        { "FileName=x", ["a=x"], "" },
        { "filename*0=x; filename*1=y", ["a=y"], "ExtendedParameter" },
    };

    [Theory, MemberData(nameof(Fields))]
    public void Fields_are_read(string body, string[] pairs, string kinds) => Reading.Body("multipart/form-data; boundary=B", body).Is(Origin.Part, pairs, kinds);

    [Theory, MemberData(nameof(Files))]
    public void Names_of_files_are_read(string file, string[] pairs, string kinds) =>
        Reading.Body("multipart/form-data; boundary=B", a.Replace("\"a\"", "\"a\"; " + file) + "content\r\n--B--\r\n").Is(Origin.FileName, pairs, kinds);

    [Fact]
    public void The_content_of_a_file_is_not_kept()
    {
        var body = a.Replace("\"a\"", "\"a\"; filename=x") + new string('x', 3 << 20) + "\r\n--B--\r\n";
        Reading.Body("multipart/form-data; boundary=B", body).Is(Origin.FileName, ["a=x"]);
    }

    [Fact]
    public void Headers_of_parts_are_values() =>
        Assert.Contains("Content-Type= text/plain", Reading.Body("multipart/form-data; boundary=B", a.Replace("\"\r\n\r", "\"\r\nContent-Type: text/plain\r\n\r") + "1\r\n--B--\r\n").Pairs(Origin.PartHeader));

    [Fact]
    public void Without_a_boundary_nothing_is_read() => Reading.Body("multipart/form-data", a + "1\r\n--B--").Is(Origin.Part, [], "NoBoundary");
}
