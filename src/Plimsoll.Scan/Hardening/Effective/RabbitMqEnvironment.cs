using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>Variables of RabbitMQ: those of the process, else those that rabbitmq-env.conf sets, with or without `RABBITMQ_` before them.</summary>
internal sealed class RabbitMqEnvironment
{
    private readonly Subject subject;
    private readonly Dictionary<string, Setting> ofFile = new(StringComparer.Ordinal);

    public RabbitMqEnvironment(Subject subject)
    {
        this.subject = subject;
        var path = Text("CONF_ENV_FILE") ?? "/etc/rabbitmq/rabbitmq-env.conf";
        if (!subject.TryFind("/", path, out var file) || !subject.TryRead(file, out var text)) return;
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.StartsWith("export ", StringComparison.Ordinal)) line = line[7..].TrimStart();
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !line[..equals].All(c => char.IsAsciiLetterOrDigit(c) || c == '_')) continue; // A comment, or a command that sets nothing of ours by name.
            var (name, value) = (line[..equals], line[(equals + 1)..]);
            if (name.StartsWith("RABBITMQ_", StringComparison.Ordinal)) name = name[9..];
            // The file is a shell script: what it computes is not known.
            var isComputed = value.AsSpan().ContainsAny('$', '`');
            ofFile[name] = new Setting(name, [value.Trim('"', '\'')], Origin.At(file.At(number), 1)) { Needs = isComputed ? $"what {file.Path} makes of `{value}` when the container starts" : null };
        }
    }

    /// <param name="name">Without `RABBITMQ_`.</param>
    /// <returns>Null when it is not set, or set to nothing.</returns>
    public Setting? Find(string name)
    {
        var variable = "RABBITMQ_" + name;
        if (subject.Process.Env.TryGetValue(variable, out var value) && value.Text.Length > 0)
            return new Setting(name, [value.Text], Origin.Environment(variable)) { Needs = value.Known ? null : $"the value of {variable} when the container starts" };
        return ofFile.GetValueOrDefault(name) is { Value.Length: > 0 } set ? set : null;
    }

    /// <summary>The text of a variable; null when it is not set or not known.</summary>
    public string? Text(string name) => Find(name) is { Needs: null } set ? set.Value : null;
}
