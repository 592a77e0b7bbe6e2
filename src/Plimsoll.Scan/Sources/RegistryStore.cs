using System.Text;
using System.Text.Json;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Engines.Registry;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Sources;

/// <summary>
/// A repository of a registry. Manifests and configurations are fetched when they are opened; layers into a private
/// file from when the first of them is read, several at a time, and are read while they arrive.
/// </summary>
internal sealed class RegistryStore(ImageReference image, RegistryClient client, Limits limits, ProblemLog problems) : IBlobStore
{
    /// <summary>Layers fetched at a time, as engines do.</summary>
    private const int Connections = 3;

    private readonly Spool spool = new(limits.SpoolBytes);
    private readonly Dictionary<string, Blob> manifests = new(StringComparer.Ordinal);
    private readonly Dictionary<(string, long), Arriving> layers = [];
    private readonly List<Thread> fetching = [];
    private readonly Lock gate = new();
    private bool begun;

    public string Display => image.ToString();
    public string? Truncated => null;

    /// <summary>A registry has no index of its own: the layout's is the one descriptor that the name leads to.</summary>
    public Blob? OpenManifest(string name)
    {
        if (manifests.TryGetValue(name, out var known)) return known;
        if (name != OciLayout.Index) return manifests[name] = Store(name, client.ReadManifest(DigestOf(name).ToString(), limits.ManifestBytes).Bytes);
        var top = client.ReadManifest(image.Version, limits.ManifestBytes);
        var type = TypeOf(top);
        manifests[$"blobs/{top.Digest.Algorithm}/{top.Digest.Hex}"] = Store(name, top.Bytes);
        return manifests[name] = Store(name, Encoding.UTF8.GetBytes($$"""{"manifests":[{"digest":"{{top.Digest}}","size":{{top.Bytes.Length}},"mediaType":"{{type}}"}]}"""));
    }

    public Blob? OpenConfig(string name, long? size)
    {
        if (size is not > 0 || size > limits.ManifestBytes) throw Broken($"its configuration with {size ?? 0:N0} bytes, where 1 to {limits.ManifestBytes:N0} are possible");
        using var bytes = new MemoryStream();
        client.ReadBlob(DigestOf(name), size.Value, (_, piece) => bytes.Write(piece));
        return Store(name, bytes.ToArray());
    }

    public Blob? OpenLayer(Layer layer, string name)
    {
        if (layer.Size <= 0) throw Broken($"{layer.Name} with {layer.Size:N0} bytes");
        if (!layers.TryGetValue((name, layer.Size), out var arriving)) layers[(name, layer.Size)] = arriving = new Arriving(this, layer, DigestOf(name), Reserve(layer.Size));
        return new Blob(spool.Handle, arriving.Offset, layer.Size, name) { Arrival = arriving };
    }

    public Blob? Open(string name) => null; // All that a registry has is asked for by its kind.

    /// <summary>By its content, since media types in the headers of some registries are wrong.</summary>
    private string TypeOf(RemoteManifest top)
    {
        try
        {
            using var document = JsonDocument.Parse(top.Bytes);
            if (document.RootElement.Member("manifests").ValueKind == JsonValueKind.Array) return OciLayout.IndexType;
            if (document.RootElement.Number("schemaVersion") == 1) throw new PlimsollException("manifest-unsupported", $"The registry has `{image}` only with a manifest of schema 1, which engines no longer read either.", "Push the image anew with a present-day engine.");
            return OciLayout.ManifestType;
        }
        catch (JsonException malformed)
        {
            throw new PlimsollException("image-broken", $"The manifest of `{image}` is no JSON: {malformed.Message}", "Check that this is an image registry; push the image anew.");
        }
    }

    private Blob Store(string name, byte[] bytes)
    {
        var offset = Reserve(bytes.Length);
        Write(offset, bytes);
        return new Blob(spool.Handle, offset, bytes.Length, name);
    }

    private long Reserve(long size)
    {
        var offset = spool.Reserve(size);
        return offset >= 0 ? offset : throw new PlimsollException("target-too-large", $"The layers of `{image}` have more than the {limits.SpoolBytes:N0} bytes that are taken into the temporary folder.", "Copy the image into a layout, `skopeo copy`, and scan `oci:FOLDER`, which needs no copy.");
    }

    private void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            spool.Write(offset, bytes);
        }
        catch (IOException failed)
        {
            throw new PlimsollException("no-space", $"`{image}` cannot be written into the temporary folder: {failed.Message.TrimEnd('.')}.", "Free space there or set TMPDIR to a larger folder.");
        }
    }

    private void Fetch(Digest digest, long size, Action<long, ReadOnlySpan<byte>> take) => client.ReadBlob(digest, size, take);

    private void Report(ProblemKind kind, string where, string sentence) => problems.Report(kind, where, sentence);

    private PlimsollException Broken(string declared) => new("image-broken", $"The manifest of `{image}` declares {declared}.", "Push the image anew.");

    private static Digest DigestOf(string blobName)
    {
        var parts = blobName.Split('/');
        return Digest.TryParse($"{parts[^2]}:{parts[^1]}", out var digest) ? digest : throw new ArgumentException($"`{blobName}` is no blob's name", nameof(blobName));
    }

    /// <summary>A layer that was declined and is needed after all.</summary>
    private void BeginFetching(Arriving one)
    {
        lock (gate)
        {
            if (one.IsBegun) return;
            one.IsBegun = true;
            Start(one.Fetch);
        }
    }

    private void Start(ThreadStart work)
    {
        var thread = new Thread(work) { Name = "fetch", IsBackground = true };
        fetching.Add(thread);
        thread.Start();
    }

    /// <summary>Once; the largest first, in the order in which they are read.</summary>
    private void BeginFetching()
    {
        lock (gate)
        {
            if (begun) return;
            begun = true;
            var queue = new Queue<Arriving>(layers.Values.Where(layer => !layer.IsDeclined).OrderByDescending(layer => layer.Size));
            for (var i = Math.Min(Connections, queue.Count); i > 0; i--) Start(Work);

            void Work()
            {
                while (true)
                {
                    Arriving? next;
                    lock (queue)
                        if (!queue.TryDequeue(out next)) return;
                    next.Fetch();
                }
            }
        }
    }

    public void Dispose()
    {
        client.Stop();
        foreach (var thread in fetching) thread.Join();
        client.Dispose();
        spool.Dispose();
    }

    /// <summary>A layer on its way into the spool.</summary>
    private sealed class Arriving(RegistryStore store, Layer layer, Digest digest, long offset) : IArrival
    {
        private readonly object changed = new();
        private long arrived;
        private bool ended;

        public long Size => layer.Size;
        public long Offset => offset;

        /// <summary>Set before the first layer is waited for.</summary>
        public bool IsDeclined { get; private set; }

        /// <summary>Whether a declined layer is fetched after all.</summary>
        public bool IsBegun { get; set; }

        public void Decline() => IsDeclined = true;

        public long Await(long bytes)
        {
            if (IsDeclined) store.BeginFetching(this);
            else store.BeginFetching();
            lock (changed)
            {
                while (arrived < bytes && !ended) Monitor.Wait(changed);
                return arrived;
            }
        }

        /// <summary>Runs on a thread of its own, so it lets no exception out.</summary>
        public void Fetch()
        {
            try
            {
                store.Fetch(digest, layer.Size, Take);
            }
            catch (OperationCanceledException)
            {
                // The scan is over, and nobody waits.
            }
            catch (PlimsollException failed)
            {
                store.Report(ProblemKind.Unreadable, layer.Name, $"only {arrived:N0} of its {layer.Size:N0} bytes were received: {failed.Message.TrimEnd('.')}; what is behind was not read");
            }
            catch (Exception crash) when (crash is not OutOfMemoryException)
            {
                store.Report(ProblemKind.Crashed, layer.Name, $"fetching it failed, which is a bug of Plimsoll: {crash.GetType().Name}: {crash.Message}");
            }
            finally
            {
                lock (changed)
                {
                    ended = true;
                    Monitor.PulseAll(changed);
                }
            }
        }

        private void Take(long at, ReadOnlySpan<byte> piece)
        {
            store.Write(offset + at, piece);
            lock (changed)
            {
                arrived = at + piece.Length;
                Monitor.PulseAll(changed);
            }
        }
    }
}
