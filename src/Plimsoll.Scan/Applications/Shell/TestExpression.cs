using System.Collections.Immutable;
using System.Globalization;

namespace Plimsoll.Scan.Applications.Shell;

/// <summary>
/// `test`, `[ ]` and `[[ ]]` (POSIX test(1); bash "Conditional Expressions"). Null is an answer: only a running
/// container can know.
/// </summary>
internal sealed class TestExpression(Evaluator shell, ImmutableArray<TestExpression.Operand> operands, bool extended)
{
    private const int MostNested = 64;

    private int at;
    private int depth;

    /// <param name="Pattern">The same as a pattern, quoted parts made plain.</param>
    /// <param name="Bare">Unquoted text, which alone can be an operator inside `[[ ]]`.</param>
    public readonly record struct Operand(Value Value, Value Pattern, bool Bare);

    private string And => extended ? "&&" : "-a";
    private string Or => extended ? "||" : "-o";

    public bool? Evaluate()
    {
        if (operands.IsEmpty) return false;
        var result = EvaluateOr();
        return at == operands.Length ? result : null;
    }

    private bool IsOperator(int index, string text) =>
        index < operands.Length && operands[index].Value is { Known: true } value && value.Text == text && (!extended || operands[index].Bare);

    private bool? EvaluateOr()
    {
        var left = EvaluateAnd();
        while (IsOperator(at, Or))
        {
            at++;
            var right = EvaluateAnd();
            left = left == true || right == true ? true : left is null || right is null ? null : false;
        }
        return left;
    }

    private bool? EvaluateAnd()
    {
        var left = EvaluateNot();
        while (IsOperator(at, And))
        {
            at++;
            var right = EvaluateNot();
            left = left == false || right == false ? false : left is null || right is null ? null : true;
        }
        return left;
    }

    private bool? EvaluateNot()
    {
        if (++depth > MostNested) return null;
        var result = EvaluateOne();
        depth--;
        return result;
    }

    private bool? EvaluateOne()
    {
        if (at >= operands.Length) return null;
        if (at + 2 < operands.Length && operands[at + 1].Value is { Known: true } sign && (!extended || operands[at + 1].Bare) && IsBinary(sign.Text))
        {
            var result = Binary(operands[at].Value, sign.Text, operands[at + 2]);
            at += 3;
            return result;
        }
        if (IsOperator(at, "!") && at + 1 < operands.Length)
        {
            at++;
            return !EvaluateNot();
        }
        if (IsOperator(at, "("))
        {
            at++;
            var inner = EvaluateOr();
            if (!IsOperator(at, ")")) return null;
            at++;
            return inner;
        }
        var first = operands[at].Value;
        if (at + 1 < operands.Length && first.Known && first.Text is ['-', _] && (!extended || operands[at].Bare))
        {
            at += 2;
            return Unary(first.Text[1], operands[at - 1].Value);
        }
        at++;
        return NotEmpty(first);
    }

    private static bool? NotEmpty(Value value) => value.Known ? value.Text.Length > 0 : null;

    private bool IsBinary(string text) =>
        text is "=" or "==" or "!=" or "-eq" or "-ne" or "-lt" or "-le" or "-gt" or "-ge" or "-nt" or "-ot" or "-ef" || (extended && text is "=~" or "<" or ">");

    private bool? Binary(Value left, string sign, Operand right)
    {
        if (!left.Known || !right.Value.Known) return null;
        switch (sign)
        {
            case "=" or "==":
                return Equal(left.Text, right);
            case "!=":
                return !Equal(left.Text, right);
            case "<" or ">" or "=~" or "-nt" or "-ot" or "-ef":
                return null;
        }
        if (!TryNumber(left.Text, out var a) || !TryNumber(right.Value.Text, out var b)) return null;
        return sign switch { "-eq" => a == b, "-ne" => a != b, "-lt" => a < b, "-le" => a <= b, "-gt" => a > b, _ => a >= b };
    }

    private bool Equal(string left, Operand right) => extended ? ImageGlob.Matches(right.Pattern.Text, left) : left == right.Value.Text;

    private static bool TryNumber(string text, out long number) => long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    private bool? Unary(char sign, Value value) => sign switch
    {
        'n' => NotEmpty(value),
        'z' => !NotEmpty(value),
        't' => false, // A container has no terminal unless it is asked for one.
        'v' => value.Known ? shell.IsSet(value.Text) : null,
        'e' or 'a' or 'f' or 'd' or 's' or 'x' or 'r' or 'w' or 'L' or 'h' => value.Known ? shell.TestFile(sign, value.Text) : null,
        _ => null,
    };
}
