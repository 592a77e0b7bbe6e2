using System.Collections.Immutable;
using System.Text.Json;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Sources;

/// <summary>
/// Reads an image configuration (OCI image specification, "Image Configuration"; the Docker one has the same
/// fields): JSON with `os`, `architecture`, `config`, `rootfs.diff_ids` and `history`.
/// </summary>
internal sealed record ImageConfigReader(ImageConfig Config, Platform? Platform, ImmutableArray<Digest?> DiffIds, ImmutableArray<string?> CreatedBy)
{
    /// <exception cref="JsonException">It is no JSON object.</exception>
    public static ImageConfigReader Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object) throw new JsonException("the image configuration is no JSON object");
        var os = root.Text("os");
        var architecture = root.Text("architecture");
        return new ImageConfigReader(
            ReadConfig(root.Member("config")) with { Created = root.Text("created") },
            os is null || architecture is null ? null : new Platform(os, architecture, root.Text("variant") is { Length: > 0 } variant ? variant : null),
            [.. root.Member("rootfs").Member("diff_ids").Items().Select(id => Digest.TryParse(id.AsText(), out var digest) ? digest : (Digest?)null)],
            [.. root.Member("history").Items().Where(step => step.Member("empty_layer") is not { ValueKind: JsonValueKind.True }).Select(step => step.Text("created_by"))]);
    }

    /// <exception cref="PlimsollException">The image is for another platform than the wanted one; null takes any.</exception>
    public void Require(Platform? wanted, Target target)
    {
        if (wanted is not null && Platform is { } actual && !wanted.Accepts(actual))
            throw new PlimsollException("platform-not-found", $"The image of `{target.Path}` is for {actual}, not {wanted}.", $"Leave `--platform` out or give `--platform {actual}`.");
    }

    /// <summary>The fields that engines also use to say how a container was created.</summary>
    public static ImageConfig ReadConfig(JsonElement config) => new()
    {
        Known = true,
        Entrypoint = config.Texts("Entrypoint"),
        Cmd = config.Texts("Cmd"),
        Env = config.Texts("Env"),
        User = config.Text("User") ?? "",
        WorkingDir = config.Text("WorkingDir") ?? "",
        ExposedPorts = [.. config.Member("ExposedPorts").Members().Select(port => port.Name).Order(StringComparer.Ordinal)],
        Volumes = [.. config.Member("Volumes").Members().Select(volume => volume.Name).Order(StringComparer.Ordinal)],
        Labels = config.Member("Labels").Map(),
        StopSignal = config.Text("StopSignal"),
        HasHealthcheck = config.Member("Healthcheck").Texts("Test") is { IsEmpty: false } test && test[0] != "NONE",
    };
}
