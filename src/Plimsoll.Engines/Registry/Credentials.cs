using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;

namespace Plimsoll.Engines.Registry;

/// <summary>What proves to a registry who asks: a name and a password, or a token that buys others.</summary>
internal sealed record Credentials(string User, string Password, string? IdentityToken)
{
    private const int NoSuchFile = 2; // ENOENT

    /// <summary>What a helper gives as the name when the secret is an identity token (docker-credential-helpers, "get").</summary>
    private const string TokenUser = "<token>";

    private const int FileBytes = 4 << 20;
    private static readonly TimeSpan helperTime = TimeSpan.FromSeconds(30);

    public string Basic => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));

    /// <summary>
    /// Looks into the files of Docker and Podman, the first that knows the registry wins: `credHelpers` for one host,
    /// `auths`, `credsStore` for all hosts. Entries of a repository's folder (`HOST/FOLDER`) go before those of its host.
    /// </summary>
    /// <returns>Null when nothing is known: the registry is then asked anonymously.</returns>
    public static Credentials? Find(ImageReference image)
    {
        foreach (var path in Files())
            if (Read(path) is { } document)
                using (document)
                    if (InFile(document.RootElement, image, path) is { } found) return found;
        return null;
    }

    private static IEnumerable<string> Files()
    {
        static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } set ? set : null;
        var home = Variable("HOME");
        if (Variable("REGISTRY_AUTH_FILE") is { } named) yield return named;
        if (Variable("DOCKER_CONFIG") is { } folder) yield return Path.Combine(folder, "config.json");
        else if (home is not null) yield return Path.Combine(home, ".docker/config.json");
        if (Variable("XDG_RUNTIME_DIR") is { } runtime) yield return Path.Combine(runtime, "containers/auth.json");
        if ((Variable("XDG_CONFIG_HOME") ?? (home is null ? null : Path.Combine(home, ".config"))) is { } config) yield return Path.Combine(config, "containers/auth.json");
    }

    private static JsonDocument? Read(string path)
    {
        try
        {
            if (!File.Exists(path)) return null; // None of these files must be there.
            using var file = File.OpenRead(path);
            if (file.Length > FileBytes) throw Broken(path, $"has {file.Length:N0} bytes, more than {FileBytes:N0}");
            return JsonDocument.Parse(file);
        }
        catch (JsonException malformed)
        {
            throw Broken(path, $"is no JSON: {malformed.Message.TrimEnd('.')}");
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            throw Broken(path, $"cannot be read: {thrown.Message.TrimEnd('.')}");
        }
    }

    private static Credentials? InFile(JsonElement config, ImageReference image, string path)
    {
        if (config.Member("credHelpers").Text(image.Host) is { } helper) return AskHelper(helper, image.Host);
        var auths = config.Member("auths");
        foreach (var key in Keys(image))
        {
            var entry = auths.Member(key);
            if (entry.ValueKind != JsonValueKind.Object) continue; // Another key may fit.
            if (entry.Text("identitytoken") is { Length: > 0 } token) return new Credentials(TokenUser, "", token);
            if (entry.Text("auth") is { Length: > 0 } encoded) return Decode(encoded, path, key);
            if (entry.Text("username") is { Length: > 0 } user) return new Credentials(user, entry.Text("password") ?? "", null);
        }
        return config.Text("credsStore") is { Length: > 0 } store ? AskHelper(store, image.Host == ImageReference.DockerHub ? "https://index.docker.io/v1/" : image.Host) : null;
    }

    private static IEnumerable<string> Keys(ImageReference image)
    {
        var name = $"{image.Host}/{image.Repository}";
        for (var slash = name.Length; slash > image.Host.Length; slash = name.LastIndexOf('/', slash - 1)) yield return name[..slash];
        string[] hosts = image.Host == ImageReference.DockerHub ? [image.Host, "index.docker.io", "registry-1.docker.io"] : [image.Host];
        foreach (var host in hosts)
            foreach (var form in (string[])[host, $"https://{host}", $"https://{host}/", $"https://{host}/v1/", $"https://{host}/v2/", $"http://{host}"]) yield return form;
    }

    private static Credentials Decode(string encoded, string path, string key)
    {
        var bytes = new byte[encoded.Length];
        var text = Convert.TryFromBase64String(encoded, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length).TrimEnd('\0') : "";
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 ? new Credentials(text[..colon], text[(colon + 1)..], null) : throw Broken(path, $"has an `auth` of `{key}` that is no base64 of USER:PASSWORD");
    }

    /// <summary>Runs `docker-credential-NAME get` with the host on its standard input; it answers `{"Username","Secret"}`.</summary>
    private static Credentials? AskHelper(string name, string host)
    {
        var program = $"docker-credential-{name}";
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')) throw HelperFailed(program, "its name is not one of a program");
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, ["get"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = ReadBounded(process.StandardOutput);
            var error = ReadBounded(process.StandardError);
            Tell(process, host);
            if (!process.WaitForExit(helperTime))
            {
                process.Kill(entireProcessTree: true);
                throw HelperFailed(program, $"it did not answer within {helperTime.TotalSeconds:N0} seconds");
            }
            if (!Task.WaitAll([output, error], helperTime)) throw HelperFailed(program, "it left its output open");
            if (process.ExitCode != 0)
                return output.Result.Contains("credentials not found", StringComparison.OrdinalIgnoreCase) ? null
                    : throw HelperFailed(program, $"it ended with {process.ExitCode}: {Answer.Quote(output.Result.Length > 0 ? output.Result : error.Result)}");
            using var answer = JsonDocument.Parse(output.Result);
            var (user, secret) = (answer.RootElement.Text("Username"), answer.RootElement.Text("Secret"));
            if (user is null || secret is null) throw HelperFailed(program, "its answer has no `Username` and `Secret`");
            return user == TokenUser ? new Credentials(user, "", secret) : new Credentials(user, secret, null);
        }
        catch (System.ComponentModel.Win32Exception missing) when (missing.NativeErrorCode == NoSuchFile)
        {
            throw HelperFailed(program, "it is not in the folders of PATH");
        }
        catch (Exception thrown) when (thrown is System.ComponentModel.Win32Exception or IOException)
        {
            throw HelperFailed(program, thrown.Message.TrimEnd('.'));
        }
        catch (JsonException)
        {
            throw HelperFailed(program, "its answer is no JSON");
        }
    }

    /// <summary>A helper that ends without reading the host has answered all the same.</summary>
    private static void Tell(Process process, string host)
    {
        try
        {
            using var input = process.StandardInput;
            input.WriteLine(host);
        }
        catch (IOException)
        {
        }
    }

    private static async Task<string> ReadBounded(StreamReader from)
    {
        var buffer = new char[64 * 1024];
        var length = await from.ReadBlockAsync(buffer);
        return new string(buffer, 0, length);
    }

    private static PlimsollException Broken(string path, string what) => new("credentials-broken", $"The credentials file `{path}` {what}.", "Log in again, `docker login` or `podman login`, or remove the file.");

    private static PlimsollException HelperFailed(string program, string reason) => new("credentials-helper-failed", $"The credential helper `{program}` gives nothing: {reason}.", "Log in again, or take the helper out of the Docker configuration.");
}
