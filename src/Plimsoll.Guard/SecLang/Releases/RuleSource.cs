using System.Net;
using Plimsoll.Core.Results;

namespace Plimsoll.Guard.SecLang.Releases;

/// <summary>An archive of rules, fetched into a file of its own or opened where it lies, and its signature when there is one.</summary>
internal sealed class RuleSource : IAsyncDisposable
{
    /// <summary>CRS with its tests has 1 MiB.</summary>
    public const int MostBytes = 32 << 20;

    private const int mostSignature = 64 << 10;
    private const string project = "https://github.com/coreruleset/coreruleset/releases";
    private static readonly TimeSpan patience = TimeSpan.FromMinutes(2);

    private RuleSource(string name, FileStream archive, byte[]? signature, bool isRemote) => (Name, Archive, Signature, IsRemote) = (name, archive, signature, isRemote);

    public string Name { get; }

    public FileStream Archive { get; }

    /// <summary>Detached, ASCII or binary, of the address with `.asc` behind it.</summary>
    public byte[]? Signature { get; }

    /// <summary>Whether it came over a network.</summary>
    public bool IsRemote { get; }

    public static async Task<RuleSource> OpenAsync(RuleUpdateRequest request, CancellationToken cancelled)
    {
        if (request.From is { } file && !file.Contains("://", StringComparison.Ordinal))
        {
            try
            {
                return new(file, File.OpenRead(file), File.Exists(file + ".asc") ? Bounded(file + ".asc") : null, isRemote: false);
            }
            catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
            {
                throw new PlimsollException("guard-rules-source", $"`{file}` cannot be read.", "Name an archive or folder that exists, or an address with https://.");
            }
        }
        using var client = new HttpClient(new SocketsHttpHandler { MaxAutomaticRedirections = 5, ConnectTimeout = TimeSpan.FromSeconds(20) }) { Timeout = patience };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("plimsoll");
        var address = request.From is { } from ? Checked(from) : await NewestAsync(client, cancelled);
        var archive = new FileStream(Path.Combine(Path.GetTempPath(), $"plimsoll-{Guid.NewGuid():n}"), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        try
        {
            if (!await FetchAsync(client, address, archive, MostBytes, isOptional: false, cancelled)) throw new PlimsollException("guard-rules-source", $"{address} is not there.", "See the releases at " + project + ", and name one with --from.");
            using var signature = new MemoryStream();
            var isSigned = await FetchAsync(client, new(address + ".asc"), signature, mostSignature, isOptional: true, cancelled);
            return new(address.ToString(), archive, isSigned ? signature.ToArray() : null, isRemote: true);
        }
        catch
        {
            await archive.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Archive.DisposeAsync();

    /// <summary>TLS, but to this machine.</summary>
    private static Uri Checked(string from)
    {
        if (Uri.TryCreate(from, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))) return address;
        throw new PlimsollException("guard-rules-source", $"`{from}` is no address with https://.", "Rules are fetched over TLS, or read from an archive or folder of this machine.");
    }

    /// <summary>The address of the newest release leads to its own, `…/releases/tag/v4.1.0`.</summary>
    private static async Task<Uri> NewestAsync(HttpClient client, CancellationToken cancelled)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(project + "/latest"), HttpCompletionOption.ResponseHeadersRead, cancelled);
            var tag = answer.RequestMessage?.RequestUri?.Segments[^1].Trim('/') ?? "";
            if (answer.IsSuccessStatusCode && tag.Length > 1 && tag[0] == 'v' && Version.TryParse(tag[1..], out _)) return new($"{project}/download/{tag}/coreruleset-{tag[1..]}-minimal.tar.gz");
            throw new PlimsollException("guard-rules-source", $"{project}/latest does not lead to a release ({(int)answer.StatusCode}).", "Name one with --from.");
        }
        catch (Exception thrown) when (thrown is HttpRequestException or TaskCanceledException && !cancelled.IsCancellationRequested)
        {
            throw new PlimsollException("guard-rules-source", $"{project}/latest does not answer: {thrown.Message}", "Try again, or name an archive of this machine with --from.");
        }
    }

    private static async Task<bool> FetchAsync(HttpClient client, Uri address, Stream to, int most, bool isOptional, CancellationToken cancelled)
    {
        try
        {
            using var answer = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancelled);
            if (answer.StatusCode == HttpStatusCode.NotFound) return false;
            if (!answer.IsSuccessStatusCode) return isOptional ? false : throw new PlimsollException("guard-rules-source", $"{address} answers {(int)answer.StatusCode}.", "Try again, or name an archive of this machine with --from.");
            await using var content = await answer.Content.ReadAsStreamAsync(cancelled);
            var buffer = new byte[64 << 10];
            long total = 0;
            while (await content.ReadAsync(buffer, cancelled) is > 0 and var count)
            {
                if ((total += count) > most) throw new PlimsollException("guard-rules-source", $"{address} has more than {most} bytes.", "That is no release of rules.");
                await to.WriteAsync(buffer.AsMemory(0, count), cancelled);
            }
            if (answer.Content.Headers.ContentLength is { } length && length != total) throw new PlimsollException("guard-rules-source", $"{address} was cut off after {total} of {length} bytes.", "Try again.");
            to.Position = 0;
            return true;
        }
        catch (Exception thrown) when (thrown is HttpRequestException or IOException or TaskCanceledException && !cancelled.IsCancellationRequested)
        {
            throw new PlimsollException("guard-rules-source", $"{address} cannot be fetched: {thrown.Message}", "Try again, or name an archive of this machine with --from.");
        }
    }

    private static byte[] Bounded(string file)
    {
        using var stream = File.OpenRead(file);
        var bytes = new byte[Math.Min(stream.Length, mostSignature)];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
