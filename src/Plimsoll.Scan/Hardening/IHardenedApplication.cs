using System.Collections.Immutable;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Catalogers;

namespace Plimsoll.Scan.Hardening;

/// <summary>An application whose configuration in force we can work out.</summary>
internal interface IHardenedApplication
{
    /// <summary>Its common name, as the application finder gives it, and the folder of its rules: `nginx`.</summary>
    string Name { get; }

    /// <summary>Whether it is what runs there: by name, or beneath a program in a language.</summary>
    bool IsFor(Application application) => application.Name == Name;

    /// <summary>Its version; null when nothing says it.</summary>
    string? Version(Subject subject) => subject.Application.Name == Name ? subject.Version : null;

    /// <summary>Files that it is likely to read, beyond what finding the application reads anyway.</summary>
    FilePattern Files => FilePattern.Nothing;

    /// <summary>Whether what it is configured with are files that a remedy can be written into.</summary>
    bool IsWritten => true;

    /// <summary>
    /// Where the setting ends that begins at an offset of a file's text: behind its last character, for a block behind its head. By default a
    /// setting is a line, with those that a backslash continues.
    /// </summary>
    int EndOf(string text, int start) => Remedying.Edit.EndOfLine(text, start);

    /// <summary>Where a setting outside of blocks is written into a file's text, and the line that has to stand before it; none for an empty one.</summary>
    (int At, string Before) Outermost(string text) => (0, "");

    /// <summary>What a finding's remedy does to the text of the file that it names.</summary>
    Remedying.Edit Written(HardeningFinding finding, string text) => Remedying.Edit.Of(finding, text, this);

    /// <summary>The tree in force: files, includes, environment, arguments, entrypoint. Defaults of the vendor are not in it.</summary>
    ImmutableArray<Setting> Configure(Subject subject);

    /// <summary>What is in force of a key inside a block. Where one value counts it is the last of them.</summary>
    Found Find(Scope scope, string key) => scope.Nearest(key);

    /// <summary>
    /// What the vendor built in for a key; null where nothing is or where we do not know it. When it depends on a version
    /// that is not known, a setting that says so in <see cref="Setting.Needs"/>.
    /// </summary>
    Setting? Default(string key, string? version) => null;

    /// <summary>A remedy as it has to be written where a finding puts it: in place of its cause, or in the block that is judged where nothing sets it.</summary>
    string Written(string remedy, Setting? cause, Scope scope) => remedy;

    /// <summary>How the server is asked whether it takes a configuration; null where there is no way.</summary>
    ServerCheck? Check => null;

    /// <summary>How the short examples of its rules become an image.</summary>
    ImmutableArray<ExampleFrame> Frames { get; }
}

/// <summary>An image around a piece of configuration.</summary>
/// <param name="Name">Key of the example in a rule file: `server`.</param>
/// <param name="Path">The file that the piece becomes part of.</param>
/// <param name="Text">Its text; `{}` stands for the piece.</param>
/// <param name="Command">Start command; its first word is put into the image as an executable.</param>
/// <param name="Environment">`NAME=value`.</param>
internal sealed record ExampleFrame(string Name, string Path, string Text, ImmutableArray<string> Command, ImmutableArray<string> Environment);
