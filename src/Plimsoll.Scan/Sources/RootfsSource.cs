using System.Runtime.InteropServices;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Sources;

/// <summary>A folder that is the root of a file system, `/` included.</summary>
internal static class RootfsSource
{
    public static ResolvedImage Resolve(string path)
    {
        var folder = Native.OpenFolder(path);
        if (folder.IsInvalid)
            throw new PlimsollException("target-unreadable", $"The folder `{path}` cannot be opened: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.", "Check the path and that you may read it.");
        return new ResolvedImage(new Image { Reference = path, Source = SourceKind.Rootfs }) { Folder = folder };
    }
}
