using Plimsoll.Scan.Catalogers.Binary;
using Plimsoll.Scan.Catalogers.Language;
using Plimsoll.Scan.Catalogers.Os;

namespace Plimsoll.Scan.Catalogers;

/// <summary>Every cataloger, in the order of running: those that say which files they own come first.</summary>
internal static class All
{
    public static readonly IReadOnlyList<ICataloger> Catalogers =
    [
        new DpkgCataloger(),
        new ApkCataloger(),
        new RpmCataloger(),
        new NpmCataloger(),
        new JavaCataloger(),
        new JavaRuntimeCataloger(),
        new PythonCataloger(),
        new RubyCataloger(),
        new PhpCataloger(),
        new DotnetCataloger(),
        new DotnetBundleCataloger(),
        new GoCataloger(),
        new RustCataloger(),
        new NativeCataloger(),
    ];
}
