using System.Text;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Engines.Registry;
using Plimsoll.Scan;

namespace Plimsoll.Engines.Tests;

/// <summary>A docker-registry on loopback that holds the tiny image; with a password and TLS where asked for.</summary>
internal sealed class RealRegistry : IDisposable
{
    public const string User = "captain", Password = "pass:wörd";

    private readonly TemporaryFolder folder = new();
    private readonly Daemon daemon;

    public RealRegistry(TinyImage image, bool hasPassword = false, bool hasTls = false)
    {
        Assert.SkipWhen(image.SkipReason is not null, image.SkipReason ?? "");
        var missing = Tools.Missing("docker-registry", "htpasswd", "openssl");
        Assert.SkipWhen(missing is not null, missing ?? "");
        Host = $"127.0.0.1:{Tools.FreePort()}";
        if (hasPassword) Tools.Bash("""htpasswd -Bbn "$2" "$3" > "$1/htpasswd" """, folder.Path, User, Password);
        if (hasTls)
            Tools.Bash("""
                cd "$1"
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=test authority' -keyout ca.key -out ca.pem
                openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=registry' -keyout key.pem -out request.pem
                printf 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n' > extensions
                openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -days 2 -extfile extensions -out cert.pem
                """, folder.Path);
        File.WriteAllText(folder.At("config.yml"), $$"""
            version: 0.1
            storage: { filesystem: { rootdirectory: {{folder.At("data")}} } }
            http: { addr: "{{Host.Replace("127.0.0.1", "", StringComparison.Ordinal)}}", secret: x{{(hasTls ? $", tls: {{ certificate: {folder.At("cert.pem")}, key: {folder.At("key.pem")} }}" : "")}} }
            {{(hasPassword ? $"auth: {{ htpasswd: {{ realm: test, path: {folder.At("htpasswd")} }} }}" : "")}}
            """);
        daemon = new Daemon(folder.At("log"), """exec docker-registry serve "$1/config.yml" """, folder.Path);
        if (!Tools.Eventually(() => daemon.HasEnded || Answers(), 20) || daemon.HasEnded) Assert.Skip($"docker-registry does not start here: {daemon.LastWords}");
        Push($"oci:{image.Layout}:latest", "library/tiny:1", hasPassword);
    }

    public string Host { get; }
    public string CaFile => folder.At("ca.pem");

    public void Push(string from, string name, bool hasPassword = false) =>
        Tools.Bash("""skopeo copy --quiet --all --dest-tls-verify=false ${4:+--dest-creds "$4"} "$2" "docker://$1/$3" """, Host, from, name, hasPassword ? $"{User}:{Password}" : "");

    private bool Answers()
    {
        try
        {
            using var client = new System.Net.Sockets.TcpClient("127.0.0.1", int.Parse(Host.Split(':')[1]));
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        daemon.Dispose();
        folder.Dispose();
    }
}

/// <summary>Where credentials are looked for, empty at first.</summary>
internal sealed class LoginFolder : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<string, string?> before = new(StringComparer.Ordinal);

    public LoginFolder(string? config = null)
    {
        foreach (var name in (string[])["HOME", "DOCKER_CONFIG", "XDG_RUNTIME_DIR"]) Set(name, folder.Path);
        foreach (var name in (string[])["REGISTRY_AUTH_FILE", "XDG_CONFIG_HOME"]) Set(name, null);
        foreach (var name in (string[])["DOCKER_HOST", "CONTAINER_HOST"]) Set(name, $"unix://{folder.At("none")}");
        Set("PATH", $"{folder.Path}:{Environment.GetEnvironmentVariable("PATH")}");
        if (config is not null) File.WriteAllText(folder.At("config.json"), config);
    }

    public static LoginFolder For(string key, string user, string password) =>
        new($$$"""{"auths":{"{{{key}}}":{"auth":"{{{Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))}}}"} } }""");

    public string At(string name) => folder.At(name);

    private void Set(string name, string? value)
    {
        before[name] = Environment.GetEnvironmentVariable(name);
        Environment.SetEnvironmentVariable(name, value);
    }

    public void Helper(string name, string script)
    {
        File.WriteAllText(folder.At($"docker-credential-{name}"), "#!/bin/bash\n" + script);
        File.SetUnixFileMode(folder.At($"docker-credential-{name}"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public void Dispose()
    {
        foreach (var (name, value) in before) Environment.SetEnvironmentVariable(name, value);
        folder.Dispose();
    }
}

public sealed class RegistryTests(TinyImage image)
{
    private static ScanResult Scan(string target, RegistryOptions? options = null, Platform? platform = null) =>
        Scanner.Scan(new ScanRequest { Target = Target.Parse(target), Platform = platform, Registry = options ?? RegistryOptions.Default });

    [Fact]
    public void An_image_is_what_its_layout_is_by_tag_and_by_digest()
    {
        using var logins = new LoginFolder();
        using var registry = new RealRegistry(image);
        var name = $"{registry.Host}/library/tiny:1";
        var result = Scan($"registry:{name}");
        image.Check(result);
        Assert.Equal((SourceKind.Registry, name), (result.Image.Source, result.Image.Reference));
        Assert.Equal([name], result.Image.Names);
        Assert.Equal(image.Parts().Manifest, result.Image.ManifestDigest.ToString());
        Assert.Equal(image.Parts().Layers.Select(layer => layer.Digest), result.Image.Layers.Select(layer => layer.Digest.ToString()));
        image.Check(Scan($"registry:{registry.Host}/library/tiny@{image.Parts().Manifest}"));
    }

    [Fact]
    public void A_name_without_prefix_is_found_and_the_result_says_where()
    {
        using var logins = new LoginFolder();
        using var registry = new RealRegistry(image);
        var result = Scan($"{registry.Host}/library/tiny:1");
        image.Check(result);
        Assert.Equal(SourceKind.Registry, result.Image.Source);
        Assert.Equal([$"The image was found in the registry {registry.Host}."], result.Notes);
        var refused = Assert.Throws<PlimsollException>(() => Scan($"{registry.Host}/library/absent"));
        Assert.StartsWith($"`{registry.Host}/library/absent` is no file or folder here, and nothing has an image of this name: There is no socket of Docker", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith($"the registry {registry.Host} does not have the manifest `library/absent:latest`: it answers 404 Not Found: manifest unknown.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_base_is_told_without_fetching_its_layers()
    {
        using var logins = new LoginFolder();
        using var registry = new RealRegistry(image);
        var target = Target.Parse($"registry:{registry.Host}/library/tiny:1");
        var result = Scanner.Scan(new ScanRequest { Target = Target.Parse($"oci:{image.Layout}"), Base = target });
        Assert.Equal((2, $"{registry.Host}/library/tiny:1"), (result.Image.Base!.LayerCount, result.Image.Base.Name));
        // `latest`, all that the layout says, is a tag and no name.
        result = Scanner.Scan(new ScanRequest { Target = Target.Parse($"oci:{image.Layout}"), Base = Target.Parse($"oci:{image.Layout}") });
        Assert.Equal((2, null, $"its layers are the lowest ones (`--base oci:{image.Layout}`)"), (result.Image.Base!.LayerCount, result.Image.Base.Name, result.Image.Base.Evidence));
    }

    [Fact]
    public void An_index_gives_the_platform_that_is_asked_for()
    {
        using var logins = new LoginFolder();
        using var registry = new RealRegistry(image);
        using var folder = new TemporaryFolder();
        Tools.Bash("""
            cp -r "$2" "$1/oci"; cd "$1"
            umoci config --image oci:latest --tag other --architecture s390x --config.env OTHER=1
            skopeo copy --quiet --dest-tls-verify=false oci:oci:other "docker://$3/library/tiny:other"
            python3 - <<'END' > index.json
            import json
            index = json.load(open('oci/index.json'))
            for m in index['manifests']:
                name = m.pop('annotations')['org.opencontainers.image.ref.name']
                config = json.load(open('oci/blobs/' + m['digest'].replace(':', '/')))['config']['digest']
                config = json.load(open('oci/blobs/' + config.replace(':', '/')))
                m['platform'] = {'os': config['os'], 'architecture': config['architecture']}
            index['mediaType'] = 'application/vnd.oci.image.index.v1+json'
            print(json.dumps(index))
            END
            python3 -c '
            import sys, urllib.request
            data = open("index.json", "rb").read()
            urllib.request.urlopen(urllib.request.Request(f"http://{sys.argv[1]}/v2/library/tiny/manifests/all", data, {"Content-Type": "application/vnd.oci.image.index.v1+json"}, method="PUT"))' "$3"
            """, folder.Path, image.Layout, registry.Host);
        var name = $"registry:{registry.Host}/library/tiny:all";
        image.Check(Scan(name));
        var other = Scan(name, platform: new Platform("linux", "s390x"));
        Assert.Equal(new Platform("linux", "s390x"), other.Image.Platform);
        Assert.Contains("OTHER=1", other.Image.Config.Env);
        var refused = Assert.Throws<PlimsollException>(() => Scan(name, platform: new Platform("linux", "riscv64")));
        Assert.Equal("platform-not-found", refused.Code);
    }

    [Fact]
    public void A_password_is_taken_from_the_files_that_docker_and_podman_write()
    {
        using var registry = new RealRegistry(image, hasPassword: true);
        var target = $"registry:{registry.Host}/library/tiny:1";
        using (new LoginFolder())
        {
            var refused = Assert.Throws<PlimsollException>(() => Scan(target));
            Assert.Equal($"The registry {registry.Host} wants a name and a password for the manifest `library/tiny:1`, and none are known.", refused.Message);
            Assert.Equal($"Log in first, `docker login {registry.Host}` or `podman login {registry.Host}`.", refused.Remedy);
        }
        using (LoginFolder.For(registry.Host, RealRegistry.User, RealRegistry.Password)) image.Check(Scan(target));
        using (LoginFolder.For($"https://{registry.Host}/v2/", RealRegistry.User, RealRegistry.Password)) image.Check(Scan(target));
        using (LoginFolder.For($"{registry.Host}/library", RealRegistry.User, RealRegistry.Password)) image.Check(Scan(target));
        using (LoginFolder.For($"{registry.Host}/other", RealRegistry.User, RealRegistry.Password)) Assert.Equal("registry-denied", Assert.Throws<PlimsollException>(() => Scan(target)).Code);
        using (LoginFolder.For(registry.Host, RealRegistry.User, "wrong"))
            Assert.StartsWith($"The registry {registry.Host} does not give the manifest `library/tiny:1` to who asks: it answers 401 Unauthorized", Assert.Throws<PlimsollException>(() => Scan(target)).Message, StringComparison.Ordinal);
        using (var logins = LoginFolder.For(registry.Host, RealRegistry.User, RealRegistry.Password))
        {
            Directory.CreateDirectory(logins.At("containers"));
            File.Move(logins.At("config.json"), logins.At("containers/auth.json"));
            image.Check(Scan(target));
            File.Move(logins.At("containers/auth.json"), logins.At("named"));
            Environment.SetEnvironmentVariable("REGISTRY_AUTH_FILE", logins.At("named"));
            image.Check(Scan(target));
        }
    }

    [Theory]
    [InlineData("""{"credHelpers":{"HOST":"test"}}""")]
    [InlineData("""{"credsStore":"test"}""")]
    public void A_password_is_taken_from_a_credential_helper(string config)
    {
        using var registry = new RealRegistry(image, hasPassword: true);
        using var logins = new LoginFolder(config.Replace("HOST", registry.Host, StringComparison.Ordinal));
        var target = $"registry:{registry.Host}/library/tiny:1";
        logins.Helper("test", $$"""read host; [ "$1" = get ] && [ "$host" = {{registry.Host}} ] && echo '{"ServerURL":"x","Username":"{{RealRegistry.User}}","Secret":"{{RealRegistry.Password}}"}'""");
        image.Check(Scan(target));
        logins.Helper("test", "echo credentials not found in native keychain; exit 1");
        Assert.Equal("registry-denied", Assert.Throws<PlimsollException>(() => Scan(target)).Code);
        logins.Helper("test", "echo locked; exit 1");
        Assert.Equal("The credential helper `docker-credential-test` gives nothing: it ended with 1: locked.", Assert.Throws<PlimsollException>(() => Scan(target)).Message);
        logins.Helper("test", "echo nonsense");
        Assert.Equal("The credential helper `docker-credential-test` gives nothing: its answer is no JSON.", Assert.Throws<PlimsollException>(() => Scan(target)).Message);
        File.Delete(logins.At("docker-credential-test"));
        Assert.Equal("The credential helper `docker-credential-test` gives nothing: it is not in the folders of PATH.", Assert.Throws<PlimsollException>(() => Scan(target)).Message);
    }

    [Fact]
    public void TLS_needs_an_authority_that_is_trusted_and_the_right_name()
    {
        using var logins = new LoginFolder();
        using var registry = new RealRegistry(image, hasTls: true);
        var target = $"registry:{registry.Host}/library/tiny:1";
        var own = new RegistryOptions { CaFile = registry.CaFile };
        image.Check(Scan(target, own));
        var untrusted = Assert.Throws<PlimsollException>(() => Scan(target));
        Assert.Equal("registry-untrusted", untrusted.Code);
        Assert.Equal("Give its certificate authority by `--ca-file FILE`.", untrusted.Remedy);
        var misnamed = Assert.Throws<PlimsollException>(() => Scan(target.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), own));
        Assert.EndsWith("is not trusted: its certificate is for another name.", misnamed.Message, StringComparison.Ordinal);
        Assert.Equal("ca-file-unreadable", Assert.Throws<PlimsollException>(() => Scan(target, new RegistryOptions { CaFile = logins.At("absent") })).Code);
        File.WriteAllText(logins.At("empty"), "nothing");
        Assert.Equal("ca-file-empty", Assert.Throws<PlimsollException>(() => Scan(target, new RegistryOptions { CaFile = logins.At("empty") })).Code);
    }

    [Fact]
    public void Plain_HTTP_to_another_machine_needs_permission()
    {
        var address = System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces().SelectMany(each => each.GetIPProperties().UnicastAddresses).Select(each => each.Address)
            .FirstOrDefault(each => each.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork && !System.Net.IPAddress.IsLoopback(each));
        Assert.SkipWhen(address is null, "this machine has no address but loopback");
        using var logins = new LoginFolder();
        using var registry = new RealRegistry(image);
        var target = $"registry:{address}:{registry.Host.Split(':')[1]}/library/tiny:1";
        Assert.Equal("registry-unreachable", Assert.Throws<PlimsollException>(() => Scan(target)).Code);
        image.Check(Scan(target, new RegistryOptions { PlainHttp = true }));
    }
}
