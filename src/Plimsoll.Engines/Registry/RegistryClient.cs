using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Engines.Http;

namespace Plimsoll.Engines.Registry;

/// <summary>A manifest or index as a registry gave it.</summary>
/// <param name="Digest">Of the bytes.</param>
public sealed record RemoteManifest(byte[] Bytes, string MediaType, Digest Digest);

/// <summary>
/// Reads one repository of a registry (OCI distribution specification 1.1, "Pull"). Who asks is proved only when the
/// registry wants it: Basic, or a Bearer token from the place that it names (Docker registry token authentication).
/// </summary>
public sealed class RegistryClient : IDisposable
{
    private const int TokenBytes = 1 << 20;

    /// <summary>As many as registries give at a time at most; some give fewer.</summary>
    private const int TagsOfPage = 1_000;

    /// <summary>Bytes of a page of tags; 1,000 of the longest have 130 KB, and registries without pages give all at once.</summary>
    private const int TagBytes = 16 << 20;

    private const int MostPages = 1_000;
    private const int MostTags = 200_000;

    /// <summary>Where Docker Hub keeps its registry.</summary>
    private const string DockerHubHost = "registry-1.docker.io";

    private static readonly string[] manifestTypes =
    [
        "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.docker.distribution.manifest.v2+json",
    ];

    private readonly ImageReference image;
    private readonly RegistryOptions options;
    private readonly Transport transport;
    private readonly CancellationTokenSource stop = new();
    private readonly Uri root;
    private readonly Lock gate = new();
    private AuthenticationHeaderValue? authorization;

    /// <exception cref="PlimsollException">It cannot be spoken to in the way that the options ask for.</exception>
    public RegistryClient(ImageReference image, RegistryOptions options)
    {
        this.image = image;
        this.options = options;
        transport = new Transport(RegistryOptions.Server, options, stop.Token);
        var host = image.Host == ImageReference.DockerHub ? DockerHubHost : image.Host;
        var secure = new Uri($"https://{host}/v2/");
        var isPlain = options.PlainHttp || (secure.IsLoopback && options.CaFile is null && !transport.SpeaksTls(secure));
        root = isPlain ? new Uri($"http://{host}/v2/") : secure;
    }

    /// <param name="version">A tag or a digest.</param>
    public RemoteManifest ReadManifest(string version, int limit)
    {
        var what = $"the manifest `{image.Repository}:{version}`";
        for (var attempt = 1; ; attempt++)
        {
            using var response = Get($"{image.Repository}/manifests/{version}", what, request => request.Headers.TryAddWithoutValidation("Accept", manifestTypes));
            byte[] bytes;
            try
            {
                bytes = Answer.ReadAll(response, limit, $"What the registry {root.Authority} gives as {what}");
            }
            catch (Exception cut) when (cut is IOException or HttpRequestException)
            {
                if (attempt >= options.Attempts || TooSlowException.Is(cut)) throw Failed(what, Transport.Explain(cut));
                continue;
            }
            var digest = Digest.OfHash(version.StartsWith("sha512:", StringComparison.Ordinal) ? SHA512.HashData(bytes) : SHA256.HashData(bytes));
            if (Digest.TryParse(version, out var asked) && asked != digest) throw Lies($"{what} has the digest {digest}");
            if (asked == default && response.Headers.TryGetValues("Docker-Content-Digest", out var values) && Digest.TryParse(values.First(), out var said) && said.Algorithm == digest.Algorithm && said != digest) throw Lies($"{what} is declared as {said}, but its bytes are {digest}");
            return new RemoteManifest(bytes, response.Content.Headers.ContentType?.MediaType ?? "", digest);
        }
    }

    /// <summary>All tags of the repository, page by page ("Listing Tags"); the next page is where the header `Link` says (RFC 8288).</summary>
    /// <exception cref="PlimsollException">They cannot be had, or are more than are read.</exception>
    public IReadOnlyList<string> ListTags()
    {
        var what = $"the tags of `{image.Repository}`";
        var tags = new List<string>();
        var start = Environment.TickCount64;
        var page = new Uri(root, $"{image.Repository}/tags/list?n={TagsOfPage}");
        for (var pages = 1; ; pages++)
        {
            using var response = Get(page, what, _ => { });
            try
            {
                using var document = Answer.ReadJson(response, TagBytes, $"What the registry {root.Authority} gives as {what}");
                tags.AddRange(document.RootElement.Texts("tags"));
            }
            catch (Exception cut) when (cut is IOException or HttpRequestException)
            {
                throw Failed(what, Transport.Explain(cut));
            }
            if (NextPage(response, page) is not { } next) return tags;
            if (pages == MostPages || tags.Count > MostTags) throw Failed(what, $"there are more than {(pages == MostPages ? $"{MostPages:N0} pages" : $"{MostTags:N0}")} of them");
            if (Environment.TickCount64 - start > options.Total.TotalMilliseconds) throw Failed(what, $"it took more than {options.Total.TotalMinutes:N0} minutes");
            page = next;
        }
    }

    /// <summary>`</v2/NAME/tags/list?last=TAG&amp;n=1000>; rel="next"`, relative to the page.</summary>
    private Uri? NextPage(HttpResponseMessage response, Uri page)
    {
        if (!response.Headers.NonValidated.TryGetValues("Link", out var links)) return null;
        foreach (var link in links.SelectMany(value => value.Split('<').Skip(1)))
        {
            if (link.Split('>', 2) is not [var target, var meaning] || !meaning.Replace("\"", "", StringComparison.Ordinal).Contains("rel=next", StringComparison.OrdinalIgnoreCase)) continue; // It leads elsewhere.
            if (!Uri.TryCreate(page, target, out var next) || next.Scheme != page.Scheme || next.Authority != page.Authority || next.AbsolutePath != page.AbsolutePath || next == page)
                throw Lies($"the next page of its tags is said to be `{Answer.Quote(target)}`, which is none");
            return next;
        }
        return null;
    }

    /// <summary>
    /// Reads a blob from start to end, going on where a connection was cut. Its digest is not verified here: who takes
    /// the bytes hashes them anyway.
    /// </summary>
    /// <param name="size">As the manifest declares it; no other size is accepted.</param>
    /// <param name="write">Takes the bytes at an offset.</param>
    /// <exception cref="PlimsollException">It cannot be had whole; what was written is its beginning.</exception>
    public void ReadBlob(Digest digest, long size, Action<long, ReadOnlySpan<byte>> write)
    {
        var what = $"the blob {digest.Algorithm}:{digest.Short}…";
        var buffer = new byte[128 * 1024];
        var (at, idle) = (0L, 0);
        for (var resumed = 0; ; resumed++)
        {
            var before = at;
            string reason;
            using (var response = Get($"{image.Repository}/blobs/{digest}", what, request => request.Headers.Range = at > 0 ? new RangeHeaderValue(at, null) : null))
            {
                try
                {
                    if (Receive(response)) return;
                    reason = $"it ends after {at:N0} of {size:N0} bytes";
                }
                catch (Exception cut) when (cut is IOException or HttpRequestException)
                {
                    stop.Token.ThrowIfCancellationRequested();
                    if (TooSlowException.Is(cut)) throw Failed(what, Transport.Explain(cut));
                    reason = $"it was cut after {at:N0} of {size:N0} bytes: {Transport.Explain(cut)}";
                }
            }
            idle = at > before ? 0 : idle + 1;
            if (idle >= options.Attempts || resumed >= options.Resumes) throw Failed(what, $"{reason}; tried {resumed + 1} times");
            stop.Token.WaitHandle.WaitOne(options.Pause * Math.Pow(2, idle));
            stop.Token.ThrowIfCancellationRequested();
        }

        bool Receive(HttpResponseMessage response)
        {
            using var source = response.Content.ReadAsStream();
            var isPart = response.StatusCode == HttpStatusCode.PartialContent;
            if (isPart && response.Content.Headers.ContentRange?.From != at) throw Lies($"it was asked for {what} from byte {at:N0} and sends it from byte {response.Content.Headers.ContentRange?.From:N0}");
            var position = isPart ? at : 0; // A server that knows no ranges begins anew: what is there already is passed over.
            if (response.Content.Headers.ContentLength is { } offered && position + offered != size) throw Lies($"{what} is declared with {size:N0} bytes, but {position + offered:N0} are offered");
            while (true)
            {
                var read = source.Read(buffer);
                if (read == 0) return at == size;
                if (position + read > size) throw Lies($"{what} is declared with {size:N0} bytes, but more are sent");
                var known = (int)Math.Clamp(at - position, 0, read);
                if (known < read) write(at, buffer.AsSpan(known, read - known));
                position += read;
                at = Math.Max(at, position);
            }
        }
    }

    /// <summary>Ends what is under way on other threads.</summary>
    public void Stop()
    {
        stop.Cancel();
        transport.Abort();
    }

    private HttpResponseMessage Get(string path, string what, Action<HttpRequestMessage> prepare) => Get(new Uri(root, path), what, prepare);

    private HttpResponseMessage Get(Uri uri, string what, Action<HttpRequestMessage> prepare)
    {
        var shown = authorization;
        for (var proved = false; ; proved = true)
        {
            var response = transport.Send(HttpMethod.Get, uri, prepare, shown, what, stop.Token);
            if (response.IsSuccessStatusCode) return response;
            using (response)
            {
                if (response.StatusCode == HttpStatusCode.NotFound) throw new PlimsollException("image-not-found", $"The registry {root.Authority} does not have {what}: it answers {Answer.Describe(response)}.", "Check the name and the tag.");
                if (response.StatusCode == HttpStatusCode.Unauthorized && !proved)
                {
                    shown = Prove(response, shown, what);
                    continue;
                }
                throw new PlimsollException("registry-denied", $"The registry {root.Authority} does not give {what} to who asks: it answers {Answer.Describe(response)}.", $"Check the name; for a private image log in first, `docker login {image.Host}`.");
            }
        }
    }

    /// <summary>Answers a challenge; several threads that meet one together share the first answer.</summary>
    private AuthenticationHeaderValue Prove(HttpResponseMessage response, AuthenticationHeaderValue? shown, string what)
    {
        lock (gate)
        {
            if (authorization is not null && !ReferenceEquals(authorization, shown)) return authorization;
            var challenge = response.Headers.NonValidated.TryGetValues("WWW-Authenticate", out var values) ? values.Select(Challenge.Parse).FirstOrDefault(parsed => parsed is not null) : null;
            if (challenge is null) throw new PlimsollException("registry-denied", $"The registry {root.Authority} does not give {what}: it wants to know who asks, but in no way that is understood (Basic and Bearer are).", "Check that this is an image registry.");
            if (!transport.Allows(root)) throw Refuse("it asks for a password without TLS");
            var credentials = Credentials.Find(image);
            if (challenge.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)) return authorization = new AuthenticationHeaderValue("Bearer", ReadToken(challenge, credentials));
            if (credentials is null or { IdentityToken: not null }) throw new PlimsollException("registry-denied", $"The registry {root.Authority} wants a name and a password for {what}, and none are known.", $"Log in first, `docker login {image.Host}` or `podman login {image.Host}`.");
            return authorization = new AuthenticationHeaderValue("Basic", credentials.Basic);
        }
    }

    private string ReadToken(Challenge challenge, Credentials? credentials)
    {
        if (!Uri.TryCreate(challenge["realm"], UriKind.Absolute, out var realm) || !transport.Allows(realm) || (root.Scheme == Uri.UriSchemeHttps && realm.Scheme != Uri.UriSchemeHttps))
            throw Refuse($"it sends to `{Answer.Quote(challenge["realm"] ?? "")}` for a token, which is no address with TLS");
        var scope = $"repository:{image.Repository}:pull";
        var service = challenge["service"] is { } named ? $"&service={Uri.EscapeDataString(named)}" : "";
        HttpResponseMessage response;
        var what = $"a token for `{image.Repository}`";
        if (credentials?.IdentityToken is { } identity)
        {
            var form = $"grant_type=refresh_token&client_id=plimsoll{service}&scope={Uri.EscapeDataString(scope)}&refresh_token={Uri.EscapeDataString(identity)}";
            response = transport.Send(HttpMethod.Post, realm, request => request.Content = new StringContent(form, System.Text.Encoding.UTF8, "application/x-www-form-urlencoded"), null, what, stop.Token);
        }
        else
        {
            var query = $"{(realm.Query.Length > 1 ? realm.Query + "&" : "?")}scope={Uri.EscapeDataString(scope)}{service}";
            response = transport.Send(HttpMethod.Get, new Uri(realm, realm.AbsolutePath + query), _ => { }, credentials is null ? null : new AuthenticationHeaderValue("Basic", credentials.Basic), what, stop.Token);
        }
        using (response)
        {
            if (!response.IsSuccessStatusCode) throw new PlimsollException("registry-denied", $"{realm.Authority} gives no token for `{image.Repository}`{(credentials is null ? " to the anonymous" : $" to {Answer.Quote(credentials.User)}")}: it answers {Answer.Describe(response)}.", $"Check the name; for a private image log in, `docker login {image.Host}`.");
            try
            {
                using var document = Answer.ReadJson(response, TokenBytes, $"The token of {realm.Authority}");
                var token = document.RootElement.Text("token") ?? document.RootElement.Text("access_token");
                return token is { Length: > 0 } && token.All(c => c is > ' ' and < (char)127) ? token : throw Refuse($"{realm.Authority} answers without a token");
            }
            catch (Exception cut) when (cut is IOException or HttpRequestException)
            {
                throw Failed(what, Transport.Explain(cut));
            }
        }
    }

    private PlimsollException Refuse(string reason) => new("registry-refused", $"The registry {root.Authority} cannot be asked for `{image.Repository}`: {reason}.", "Check that this is the right registry.");

    private PlimsollException Failed(string what, string reason) => new("registry-failed", $"The registry {root.Authority} does not give {what} whole: {reason}.", "Run the scan again; if it is the same then, the registry is damaged.");

    private PlimsollException Lies(string sentence) => new("registry-lies", $"The registry {root.Authority} contradicts itself: {sentence}.", "Run the scan again; if it is the same then, push the image anew.");

    public void Dispose()
    {
        transport.Dispose();
        stop.Dispose();
    }
}
