using Plimsoll.Core.Results;
using Plimsoll.Yaml;

namespace Plimsoll.Guard.Configuration;

/// <summary>All that is wrong with a configuration file, each with its place.</summary>
internal sealed class Faults(string file)
{
    /// <summary>Faults that are told; a file of another kind has one in each line.</summary>
    private const int most = 50;

    private readonly List<(int Line, int Column, string Sentence)> all = [];

    public int Count => all.Count;

    /// <summary>Folder that paths in the file are relative to.</summary>
    public string Folder { get; } = Path.GetDirectoryName(Path.GetFullPath(file))!;

    /// <param name="message">What is wrong, without a full stop.</param>
    /// <param name="remedy">What to do, a sentence.</param>
    public void Add(YamlNode at, string message, string remedy) => Add(at.Line, at.Column, message, remedy);

    public void Add(int line, int column, string message, string remedy) => all.Add((line, column, $"{Visible(message)}. {Visible(remedy)}"));

    /// <summary>`guard.yaml:7:3: …`, in the order of the file.</summary>
    public IReadOnlyList<string> Sentences
    {
        get
        {
            var told = all.OrderBy(fault => fault.Line).ThenBy(fault => fault.Column).Take(most).Select(fault => $"{file}:{fault.Line}:{fault.Column}: {fault.Sentence}").ToList();
            if (all.Count > most) told.Add($"{file}: {all.Count - most} further faults.");
            return told;
        }
    }

    /// <summary>On one line, and nothing that a terminal would obey, whatever a quoted value holds.</summary>
    private static string Visible(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? '\uFFFD' : letter));

    /// <exception cref="ConfigException">There are any.</exception>
    public void Throw()
    {
        if (all.Count > 0) throw new ConfigException(Sentences);
    }
}

/// <summary>A configuration that cannot be used, with every fault.</summary>
internal sealed class ConfigException(IReadOnlyList<string> faults) : Exception
{
    public IReadOnlyList<string> Faults => faults;

    /// <summary>As the command line tells it.</summary>
    public PlimsollException ToPlimsoll() => new("guard-config", string.Join('\n', faults), "docs/guard-operations.md has every key; `plimsoll guard check FILE` tries a file without starting.");
}
