using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Plimsoll.Core.Images;
using Plimsoll.Scan.Catalogers;

namespace Plimsoll.Scan.Layers.Cache;

/// <summary>
/// What a file of the cache is an answer to: the digest of a blob, this version of Plimsoll and of the format, the limits,
/// and the files that catalogers declare. A file of another question has another name, so that no old answer is ever used.
/// </summary>
internal sealed class LayerKey(FileIndex wanted, Limits limits)
{
    /// <summary>To be raised with any change to <see cref="LayerFormat"/>, <see cref="EntryCodec"/>, or to what reading a tar makes of it.</summary>
    private const int Format = 1;

    private const int HexLength = 64;
    private const string Layers = ".layer", Images = ".image";
    private static readonly SearchValues<char> hexDigits = SearchValues.Create("0123456789abcdef");

    private readonly Lazy<string> question = new(() => $"{Format} {typeof(LayerKey).Assembly.GetName().Version}\n{limits}\n{wanted.Description}");

    public byte[] Of(Digest blob) => Hash($"layer\n{question.Value}\n{blob}");

    /// <param name="source">Names an image for ever, as an engine's image ID does.</param>
    public byte[] Of(string source) => Hash($"image\n{question.Value}\n{source}");

    public static string LayerFile(byte[] key) => Convert.ToHexStringLower(key) + Layers;

    public static string ImageFile(byte[] key) => Convert.ToHexStringLower(key) + Images;

    public static bool IsFileName(string name) =>
        name.Length == HexLength + Layers.Length && name.AsSpan(0, HexLength).IndexOfAnyExcept(hexDigits) < 0 && name[HexLength..] is Layers or Images;

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
