using Plimsoll.Yaml;

namespace Plimsoll.Guard.Configuration;

/// <summary>A file of YAML that the guard is told to read.</summary>
internal static class YamlFile
{
    /// <param name="most">Bytes that it may have.</param>
    /// <returns>Null when there is nothing in it, or a fault that leaves nothing to read.</returns>
    public static YamlNode? Load(string file, int most, YamlBounds bounds, Faults faults)
    {
        try
        {
            using var stream = File.OpenRead(file);
            using var content = new MemoryStream();
            var piece = new byte[64 << 10];
            for (int read; (read = stream.Read(piece)) > 0 && content.Length <= most;) content.Write(piece, 0, read);
            if (content.Length <= most) return Read(content.GetBuffer().AsSpan(0, (int)content.Length), bounds, faults);
            faults.Add(1, 1, $"the file has more than {most:N0} bytes", "Name the right file.");
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            faults.Add(1, 1, $"the file cannot be read: {thrown.Message.TrimEnd('.')}", "Name a file that the guard may read.");
        }
        return null;
    }

    public static YamlNode? Read(ReadOnlySpan<byte> text, YamlBounds bounds, Faults faults)
    {
        var read = YamlReading.Read(text, bounds);
        foreach (var fault in read.Faults) faults.Add(fault.Line, fault.Column, fault.Message, $"{char.ToUpperInvariant(fault.Remedy[0])}{fault.Remedy[1..]}.");
        return read.Root;
    }
}
