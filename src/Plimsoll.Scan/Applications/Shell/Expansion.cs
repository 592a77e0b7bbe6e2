using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Plimsoll.Scan.Applications.Shell;

/// <summary>Expansion of words (POSIX 2.6): parameters, command substitution, field splitting, pathnames.</summary>
internal sealed partial class Evaluator
{
    /// <summary>Longest text that an expansion may give; ARG_MAX for one string on Linux is 128 KiB.</summary>
    private const int MostText = 128 * 1024;

    private static readonly char[] Blanks = [' ', '\t', '\n'];

    /// <summary>Standard output of the command substitution that is being computed; null when it goes elsewhere.</summary>
    private Captured? output;

    private sealed class Captured
    {
        public StringBuilder Text { get; } = new();
        public bool Known { get; set; } = true;
    }

    /// <summary>The fields under construction.</summary>
    private sealed class Fields
    {
        private readonly StringBuilder text = new();
        private bool known = true;
        private bool open;
        private bool pattern;

        public List<Value> Done { get; } = [];
        public List<bool> Patterns { get; } = [];

        public void Append(Value value, bool quoted)
        {
            open |= quoted || value.Text.Length > 0;
            pattern |= !quoted && value.Known && ImageGlob.IsPattern(value.Text);
            known &= value.Known;
            if (text.Length + value.Text.Length <= MostText) text.Append(value.Text);
            else known = false;
        }

        public void Close()
        {
            if (open)
            {
                Done.Add(new Value(text.ToString(), known));
                Patterns.Add(pattern);
            }
            text.Clear();
            (open, known, pattern) = (false, true, false);
        }

        /// <summary>Text of an expansion outside quotes: blanks end the field.</summary>
        public void Split(Value value)
        {
            if (!value.Known)
            {
                Append(value, quoted: false);
                return;
            }
            var rest = value.Text;
            while (rest.Length > 0)
            {
                var blank = rest.IndexOfAny(Blanks);
                Append(blank < 0 ? rest : rest[..blank], quoted: false);
                if (blank < 0) return;
                Close();
                rest = rest[(blank + 1)..].TrimStart(Blanks);
            }
        }
    }

    private IEnumerable<Value> ExpandFields(Word word)
    {
        var fields = new Fields();
        foreach (var part in word.Parts)
        {
            budget.Spend();
            if (part is Parameter { Operator: "" or ":", Length: false, Indirect: false } all && IsAll(all) && Elements(all) is { } items)
            {
                if (all.Operator == ":") items = Slice(items, all);
                budget.Spend(items.Length / 10);
                var first = true;
                foreach (var item in items)
                {
                    if (!first) fields.Close();
                    first = false;
                    if (part.Quoted || item == Value.Rest) fields.Append(item, part.Quoted);
                    else fields.Split(item);
                }
                continue;
            }
            if (part is Parameter { Operator: ":-" or "-" or ":+" or "+", Quoted: false } choice && Alternative(choice) is { } chosen)
            {
                var inner = ExpandFields(chosen).ToList();
                for (var i = 0; i < inner.Count; i++)
                {
                    if (i > 0) fields.Close();
                    fields.Append(inner[i], quoted: true);
                }
                continue;
            }
            if (part is Text text) fields.Append(text.Content is ['~', ..] && !text.Quoted && part == word.Parts[0] ? Tilde(text.Content) : text.Content, text.Quoted);
            else if (part.Quoted) fields.Append(ExpandPart(part), quoted: true);
            else fields.Split(ExpandPart(part));
        }
        fields.Close();
        for (var i = 0; i < fields.Done.Count; i++)
        {
            var value = fields.Done[i];
            if (fields.Patterns[i] && Glob(value.Text) is { Count: > 0 } paths)
                foreach (var path in paths) yield return path;
            else yield return value;
        }
    }

    private List<string> Glob(string pattern)
    {
        if (!pattern.StartsWith('/') && state.Folder is null) return [];
        budget.Spend(10);
        return [.. ImageGlob.Expand(programs.Files, Programs.Absolute(state.Folder ?? "/", pattern)).Select(file => file.Path)];
    }

    private Value Tilde(string text) =>
        text.Length == 1 || text[1] == '/' ? Scalar("HOME") is var home && home.Known ? home.Text + text[1..] : Value.Unknown(text) : text;

    /// <summary>A word that stays one: inside quotes, after `=`, after `case`.</summary>
    private Value ExpandOne(Word word) => Join(word.Parts.Select(ExpandPart), "");

    /// <summary>A word as a pattern: quoted text stands for itself.</summary>
    private Value ExpandPattern(Word word) =>
        Join(word.Parts.Select(part => part.Quoted && ExpandPart(part) is var value ? value with { Text = ImageGlob.Escape(value.Text) } : ExpandPart(part)), "");

    /// <summary>A word of `[[ ]]`: text, the pattern that it is, and whether it is a bare operator.</summary>
    private TestExpression.Operand ExpandPatternWord(Word word) => new(ExpandOne(word), ExpandPattern(word), word.Bare is not null);

    private static Value Join(IEnumerable<Value> values, string separator)
    {
        var text = new StringBuilder();
        var known = true;
        var first = true;
        foreach (var value in values)
        {
            if (!first) text.Append(separator);
            first = false;
            known &= value.Known && text.Length + value.Text.Length <= MostText;
            if (text.Length + value.Text.Length <= MostText) text.Append(value.Text);
        }
        return new Value(text.ToString(), known);
    }

    private Value ExpandPart(Part part)
    {
        budget.Spend();
        return part switch
        {
            Text text => text.Content,
            Parameter parameter => ExpandParameter(parameter),
            Substitution substitution => Capture(substitution),
            Opaque opaque => Value.Unknown(opaque.Source),
            _ => Value.Unknown("?"),
        };
    }

    private static bool IsAll(Parameter parameter) => parameter.Name is "@" or "*" || parameter.Index is "@" or "*";

    /// <summary>All elements that a parameter names; null for a single one.</summary>
    private ImmutableArray<Value>? Elements(Parameter parameter)
    {
        if (parameter.Name is "@" or "*") return state.Positional;
        if (parameter.Name == "FUNCNAME") return calls.Count == 0 ? [] : [.. calls.Select(call => (Value)call), "main"];
        return state.Variables.TryGetValue(parameter.Name, out var variable) ? variable.Items : [];
    }

    private Value Scalar(string name, string? index = null)
    {
        if (name == "#") return state.Positional.Contains(Value.Rest) ? Value.Unknown("$#") : state.Positional.Length.ToString(CultureInfo.InvariantCulture);
        if (char.IsAsciiDigit(name[0]) && name != "0") return At(state.Positional, int.TryParse(name, out var number) ? number - 1 : int.MaxValue, "$" + name);
        if (name == "FUNCNAME") return At(Elements(new Parameter(name, null, "", Word.Empty, null, false, false, "", false)) ?? [], int.TryParse(index ?? "0", out var call) ? call : 0, "$FUNCNAME");
        if (!state.Variables.TryGetValue(name, out var variable)) return "";
        return At(variable.Items, index is not null && int.TryParse(index, out var at) ? at : 0, "$" + name);
    }

    private static Value At(ImmutableArray<Value> items, int index, string source)
    {
        var rest = items.IndexOf(Value.Rest);
        if (rest >= 0 && index >= rest) return Value.Unknown(source);
        return index >= 0 && index < items.Length ? items[index] : "";
    }

    /// <summary>The other word of `${x:-word}` or `${x:+word}` when that one is taken; null when the variable itself is, or nobody knows.</summary>
    private Word? Alternative(Parameter parameter)
    {
        var value = ParameterValue(parameter);
        if (!value.Known) return null;
        var present = parameter.Operator[0] == ':' ? value.Text.Length > 0 : IsSet(parameter);
        return parameter.Operator.EndsWith('-') ? present ? null : parameter.Argument : present ? parameter.Argument : null;
    }

    private bool IsSet(Parameter parameter) =>
        parameter.Name is "@" or "*" ? state.Positional.Length > 0
        : char.IsAsciiDigit(parameter.Name[0]) && parameter.Name != "0" ? int.TryParse(parameter.Name, out var number) && number <= state.Positional.Length
        : parameter.Name == "#" || state.Variables.ContainsKey(parameter.Name);

    private Value ParameterValue(Parameter parameter)
    {
        if (IsAll(parameter)) return Join(Elements(parameter) ?? [], " ");
        var value = Scalar(parameter.Name, parameter.Index);
        if (!parameter.Indirect) return value;
        return value.Known && value.Text.Length > 0 && value.Text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? Scalar(value.Text) : Value.Unknown(parameter.Source);
    }

    private Value ExpandParameter(Parameter parameter)
    {
        if (parameter.Length)
        {
            if (IsAll(parameter) && Elements(parameter) is { } items)
                return items.Contains(Value.Rest) ? Value.Unknown(parameter.Source) : items.Length.ToString(CultureInfo.InvariantCulture);
            var measured = ParameterValue(parameter);
            return measured.Known ? measured.Text.Length.ToString(CultureInfo.InvariantCulture) : Value.Unknown(parameter.Source);
        }
        if (parameter.Operator == ":" && IsAll(parameter) && Elements(parameter) is { } all) return Join(Slice(all, parameter), " ");
        var value = ParameterValue(parameter);
        budget.Spend(value.Text.Length / 256);
        if (!value.Known) return parameter.Operator == "" && value.Text.Length > 0 ? value : Value.Unknown(parameter.Source);
        switch (parameter.Operator)
        {
            case "":
                return value;
            case ":-" or "-":
                return Alternative(parameter) is { } absent ? ExpandOne(absent) : value;
            case ":+" or "+":
                return Alternative(parameter) is { } present ? ExpandOne(present) : "";
            case ":=" or "=":
                if (value.Text.Length > 0) return value;
                var assigned = ExpandOne(parameter.Argument);
                state = state.Set(parameter.Name, assigned);
                return assigned;
            case ":?" or "?":
                return value.Text.Length > 0 ? value : Value.Unknown(parameter.Source);
            case ":":
                return Substring(value, parameter);
            case "^^":
                return value.Text.ToUpperInvariant();
            case ",,":
                return value.Text.ToLowerInvariant();
            case "^" or ",":
                return Value.Unknown(parameter.Source);
            default:
                var pattern = ExpandPattern(parameter.Argument);
                if (!pattern.Known || (parameter.Second is { } second && !ExpandOne(second).Known)) return Value.Unknown(parameter.Source);
                var replacement = parameter.Second is null ? "" : ExpandOne(parameter.Second).Text;
                budget.Spend(value.Text.Length / 16);
                return Trim(value.Text, parameter.Operator, pattern.Text, replacement) is { } trimmed ? trimmed : Value.Unknown(parameter.Source);
        }
    }

    /// <summary>Texts whose parts are compared with a pattern one by one: longer ones are not computed.</summary>
    private const int MostMatched = 2000;

    /// <summary>`#`, `##`, `%`, `%%`, `/`, `//`; null where the text is too long or the operator is not computed.</summary>
    private static string? Trim(string text, string operation, string pattern, string replacement)
    {
        if (text.Length > MostMatched || pattern.Length > MostMatched) return null;
        switch (operation)
        {
            case "#":
                for (var i = 0; i <= text.Length; i++) if (ImageGlob.Matches(pattern, text.AsSpan(0, i))) return text[i..];
                return text;
            case "##":
                for (var i = text.Length; i >= 0; i--) if (ImageGlob.Matches(pattern, text.AsSpan(0, i))) return text[i..];
                return text;
            case "%":
                for (var i = text.Length; i >= 0; i--) if (ImageGlob.Matches(pattern, text.AsSpan(i))) return text[..i];
                return text;
            case "%%":
                for (var i = 0; i <= text.Length; i++) if (ImageGlob.Matches(pattern, text.AsSpan(i))) return text[..i];
                return text;
            case "/" or "//" when !ImageGlob.IsPattern(pattern) && !pattern.Contains('\\', StringComparison.Ordinal):
                if (pattern.Length == 0) return text;
                if (operation == "//") return text.Replace(pattern, replacement, StringComparison.Ordinal);
                var at = text.IndexOf(pattern, StringComparison.Ordinal);
                return at < 0 ? text : string.Concat(text.AsSpan(0, at), replacement, text.AsSpan(at + pattern.Length));
            default:
                return null;
        }
    }

    private Value Substring(Value value, Parameter parameter)
    {
        if (!TryRange(parameter, value.Text.Length, out var from, out var count)) return Value.Unknown(parameter.Source);
        return value.Text.Substring(from, count);
    }

    /// <summary>`${@:2}`, `${array[@]:1:2}`: positions of `$@` count from 1.</summary>
    private ImmutableArray<Value> Slice(ImmutableArray<Value> items, Parameter parameter)
    {
        if (parameter.Name is "@" or "*") items = [Scalar("0"), .. items];
        if (items.Contains(Value.Rest) || !TryRange(parameter, items.Length, out var from, out var count)) return [Value.Rest];
        return items.Slice(from, count);
    }

    private bool TryRange(Parameter parameter, int length, out int from, out int count)
    {
        (from, count) = (0, 0);
        var start = ExpandOne(parameter.Argument);
        if (!start.Known || !int.TryParse(start.Text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out from)) return false;
        if (from < 0) from += length;
        from = Math.Clamp(from, 0, length);
        count = length - from;
        if (parameter.Second is null) return true;
        var size = ExpandOne(parameter.Second);
        if (!size.Known || !int.TryParse(size.Text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var wanted)) return false;
        count = Math.Clamp(wanted < 0 ? count + wanted : wanted, 0, count);
        return true;
    }

    private int captures;

    private Value Capture(Substitution substitution)
    {
        if (captures >= MostCalls) return Value.Unknown(substitution.Source);
        captures++;
        var (outside, before, wasFlow) = (output, state, flow);
        output = new Captured();
        flow = Flow.Next;
        Execute(substitution.Body);
        var captured = output;
        (output, state) = (outside, before);
        if (flow != Flow.Fail || !budget.Spent) flow = wasFlow;
        captures--;
        return captured.Known && captured.Text.Length <= MostText ? captured.Text.ToString().TrimEnd('\n') : Value.Unknown(substitution.Source);
    }
}
