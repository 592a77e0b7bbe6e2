using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Engines.Registry;

namespace Plimsoll.Scan.Sources;

/// <summary>An image in a registry, read as a layout whose blobs come over the network.</summary>
internal static class RegistrySource
{
    public static ResolvedImage Resolve(Target target, ScanRequest request, ProblemLog problems)
    {
        if (!ImageReference.TryParse(target.Path, out var image, out var wrong)) throw new PlimsollException("name-invalid", $"`{target.Path}` is no name of an image: {wrong}.", "Write `registry:HOST/NAME:TAG` or `registry:HOST/NAME@sha256:…`.");
        var store = new RegistryStore(image!, new RegistryClient(image!, request.Registry), request.Limits, problems);
        try
        {
            var resolved = OciLayout.Resolve(new LayoutReading(store, request.Limits, problems), target, request.Platform);
            return resolved with { Image = resolved.Image with { Names = [image!.ToString()] } };
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }
}
