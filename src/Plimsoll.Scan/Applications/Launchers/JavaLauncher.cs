using System.Collections.Immutable;

namespace Plimsoll.Scan.Applications.Launchers;

/// <summary>java(1): `java [options] -jar file.jar`, `java [options] -cp path Main`, `java [options] -m module/Main`.</summary>
internal static class JavaLauncher
{
    private static readonly string[] WithValue =
    [
        "-jar", "-cp", "-classpath", "--class-path", "-p", "--module-path", "-m", "--module", "--add-modules", "--add-opens", "--add-exports",
        "--add-reads", "--limit-modules", "--upgrade-module-path", "--patch-module", "--source",
    ];

    public static Launch? Java(Process process, Programs programs)
    {
        var arguments = process.Arguments;
        string? classPath = null;
        for (var i = 0; i < arguments.Length; i++)
        {
            var word = arguments[i];
            // Options that only a running container knows: `$JAVA_OPTS`.
            if (!word.Known && !word.Text.Contains('/', StringComparison.Ordinal) && i + 1 < arguments.Length) continue;
            if (word.Text is not ['-', ..]) return Class(process, programs, word, classPath);
            if (!WithValue.Contains(word.Text)) continue; // An option of the virtual machine in one word.
            if (++i >= arguments.Length) break;
            if (word.Text == "-jar") return Launcher.Program(process, programs, "java", arguments[i], []);
            if (word.Text is "-cp" or "-classpath" or "--class-path") classPath = arguments[i].Text;
            if (word.Text is "-m" or "--module") return Class(process, programs, arguments[i], classPath);
        }
        return null;
    }

    private static Launch Class(Process process, Programs programs, Value name, string? classPath)
    {
        if (!name.Known) return new Launch(null, new Ending(process) { Doubt = $"Which class java runs is decided at run time: `{process}`." });
        var ending = new Ending(process.Because($"java runs the class {Quote.Line(name.Text)}.")) { Runtime = "java", Name = name.Text };
        foreach (var part in (classPath ?? process.EnvValue("CLASSPATH") ?? "").Split(':'))
            if (part.EndsWith(".jar", StringComparison.Ordinal) && programs.TryFindFile(process.WorkingDir, part, out var jar)) return new Launch(null, ending with { Executable = jar });
        return new Launch(null, ending);
    }
}
