namespace Plimsoll.Scan.Tests.Catalogers.Language;

/// <summary>A folder with the files of Debian packages, without dpkg's records of them: what they hold stands for itself.</summary>
internal sealed class DebianFiles : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-debian-").FullName;

    public DebianFiles(params string[] packages)
    {
        if (!Programs.Exist("apt-get") || !Programs.Exist("dpkg-deb")) Skip("apt-get and dpkg-deb are not installed here");
        var archives = Directory.CreateDirectory(Path.Combine(folder, "archives")).FullName;
        if (Programs.Run(archives, "apt-get", ["download", "-qq", .. packages]) is { Exit: not 0 } failed) Skip($"Debian's packages cannot be downloaded: {failed.Errors}");
        foreach (var archive in Directory.GetFiles(archives))
            Assert.Equal(0, Programs.Run(folder, "dpkg-deb", "-x", archive, Root).Exit);
    }

    public string Root => Path.Combine(folder, "root");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Skip(string reason)
    {
        Dispose();
        Assert.Skip(reason);
    }
}
