namespace Plimsoll.Guard.SecLang.Transformations;

internal abstract class Transformation
{
    public abstract string Name { get; }
    public abstract int MaxLength(int length);
    public abstract int Apply(ReadOnlySpan<byte> value, Span<byte> output);
    public static Transformation? Find(string name) => name.Equals("lowercase", StringComparison.OrdinalIgnoreCase) ? Lower.One : Nothing.One;
    private sealed class Nothing : Transformation
    {
        public static readonly Nothing One = new();
        public override string Name => "none";
        public override int MaxLength(int length) => 0;
        public override int Apply(ReadOnlySpan<byte> value, Span<byte> output) => -1;
    }
    private sealed class Lower : Transformation
    {
        public static readonly Lower One = new();
        public override string Name => "lowercase";
        public override int MaxLength(int length) => length;
        public override int Apply(ReadOnlySpan<byte> value, Span<byte> output)
        {
            System.Text.Ascii.ToLower(value, output, out var n);
            for (var i = n; i < value.Length; i++) output[i] = value[i] is >= 65 and <= 90 ? (byte)(value[i] | 32) : value[i];
            return value.Length;
        }
    }
}
