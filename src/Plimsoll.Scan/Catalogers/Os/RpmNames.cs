using System.Text;
using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Catalogers.Os;

/// <summary>Names that rpm's packages need and provide, and the source package in the file name of its archive.</summary>
internal static class RpmNames
{
    /// <summary>
    /// A dependency as requirements: `glibc`, `libc.so.6(GLIBC_2.34)(64bit)`, `/bin/sh`; a boolean one (rpm-dependencies(7)),
    /// `(a or b)`, `((a and b) if c)`, as those names that it asks for.
    /// </summary>
    public static IEnumerable<Requirement> Needed(string name)
    {
        // Features that rpm itself must have.
        if (name.StartsWith("rpmlib(", StringComparison.Ordinal)) yield break;
        if (!name.StartsWith('('))
        {
            yield return new Requirement(name);
            yield break;
        }
        var names = "";
        var expected = true; // A name, after an operator or at the start.
        foreach (var word in name.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            // What is needed under a condition stands before it; when the condition does not hold, nothing answers.
            if (word is "if" or "unless" or "without") break;
            if (word is "and" or "with" or "or")
            {
                if (word != "or" && names.Length > 0)
                {
                    yield return new Requirement(names);
                    names = "";
                }
                expected = true;
            }
            else if (expected)
            {
                names += (names.Length > 0 ? "|" : "") + Bare(word);
                expected = false;
            }
            // Else a comparison or a version, which rpm has checked.
        }
        if (names.Length > 0) yield return new Requirement(names);
    }

    /// <summary>`NAME-VERSION-RELEASE.src.rpm`; nulls for another form, as the key packages of gpg have.</summary>
    public static (string? Name, string? Version) Source(ReadOnlySpan<byte> file)
    {
        var end = file.EndsWith(".nosrc.rpm"u8) ? file.Length - 10 : file.EndsWith(".src.rpm"u8) ? file.Length - 8 : 0;
        var release = file[..end].LastIndexOf((byte)'-');
        var version = release <= 0 ? -1 : file[..release].LastIndexOf((byte)'-');
        return version <= 0 ? (null, null) : (Encoding.UTF8.GetString(file[..version]), Encoding.UTF8.GetString(file[(version + 1)..end]));
    }

    /// <summary>Without the brackets of the expression; those of the name itself, `libz.so.1()(64bit)`, are in pairs.</summary>
    private static string Bare(string word)
    {
        word = word.TrimStart('(');
        var open = word.Count(c => c == '(');
        while (word.EndsWith(')') && word.Count(c => c == ')') > open) word = word[..^1];
        return word;
    }
}
