using System.Collections.Immutable;
using System.Net;
using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Egress;
using Plimsoll.Guard.Profiles;

namespace Plimsoll.Guard.Containers;

/// <summary>How the command that was given becomes one with a guard: a holder that has the closed namespace, and the application in it.</summary>
internal sealed record RunPlan
{
    /// <summary>Marks both containers, with the run's id as its value.</summary>
    public const string Label = "plimsoll.guard";

    public required RunArguments Given { get; init; }
    public required string Id { get; init; }

    /// <summary>Where the container's resolv.conf and hosts are, on the machine.</summary>
    public required string Folder { get; init; }

    public ImmutableArray<PublishedPort> Ports { get; init; } = [];

    /// <summary>Servers that `--dns` names: the guard asks them.</summary>
    public ImmutableArray<IPEndPoint> NameServers { get; init; } = [];

    /// <summary>Networks of the engine whose containers are known by their names.</summary>
    public ImmutableArray<string> Networks { get; init; } = [];

    public required string Hosts { get; init; }
    public required string ResolvConf { get; init; }

    public string Holder => $"plimsoll-guard-{Id}";

    /// <summary>Without network, so that there is nothing in its namespace before the guard has closed it. Docker gives its name to all that join it.</summary>
    /// <param name="token">Told to the holder as an argument that it does not read: by it the guard knows the process.</param>
    public IEnumerable<string> HolderWords(string image, string token) =>
    [
        .. Given.Engine, "run", "--detach", "--network", "none", "--name", Holder, "--label", $"{Label}={Id}", "--stop-signal", "SIGKILL", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
        .. !Given.IsPodman && Given.Last("hostname") is { } name ? (string[])["--hostname", name] : [], image, HolderImage.Program, token,
    ];

    /// <summary>Podman joins a namespace by its path: as a container's it would keep the holder as long as the application's container is there, stopped or not.</summary>
    public IEnumerable<string> ApplicationWords =>
    [
        .. Given.Engine, "run", "--network", Given.IsPodman ? $"ns:{NamedNamespace.In(Folder)}" : $"container:{Holder}", "--label", $"{Label}={Id}",
        "--volume", $"{Path.Combine(Folder, "resolv.conf")}:/etc/resolv.conf:ro", "--volume", $"{Path.Combine(Folder, "hosts")}:/etc/hosts:ro", "--volume", $"{GuardAuthority.CertificateIn(Folder)}:{GuardAuthority.InContainer}:ro",
        .. Given.Options.Where(given => given.Option.Treatment is Treatment.Passed or Treatment.Judged || (Given.IsPodman && given.Option.Name == "hostname")).Select(Word), .. Given.Rest,
    ];

    private static string Word(RunArguments.Given given) => $"--{given.Option.Name}={given.Value}";

    /// <exception cref="PlimsollException">An option does not go with a guard.</exception>
    public static RunPlan Of(RunArguments given, string id, string folder)
    {
        foreach (var option in given.Options) RunJudgement.Check(option);
        IEnumerable<string> Values(string name) => given.Options.Where(option => option.Option.Name == name).Select(option => option.Value);
        var hostname = given.Last("hostname");
        if (hostname is not null && !ProfileFile.IsName(hostname.ToLowerInvariant())) throw RunArguments.Wrong($"`--hostname {hostname}` is not a name.");
        return new()
        {
            Given = given,
            Id = id,
            Folder = folder,
            Ports = [.. Values("publish").Select(value => PublishedPort.Parse(value) ?? throw RunArguments.Wrong($"`--publish {value}` is not done by the guard: it passes single ports of TCP. Write it as `8080:80` or `127.0.0.1:8080:80`."))],
            NameServers = [.. Values("dns").Select(value => IPAddress.TryParse(value, out var address) ? new IPEndPoint(address, 53) : throw RunArguments.Wrong($"`--dns {value}` is no address."))],
            Networks = [.. Values("network").Concat(Values("net")).Distinct()],
            Hosts = HostsFile(hostname, Values("add-host")),
            ResolvConf = Resolver(Values("dns-search"), Values("dns-option")),
        };
    }

    private static string HostsFile(string? hostname, IEnumerable<string> added)
    {
        var text = new StringBuilder("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        if (hostname is not null) text.Append($"{GuardAddresses.V4}\t{hostname}\n");
        foreach (var value in added)
        {
            var at = value.IndexOfAny([':', '=']);
            if (at <= 0 || !ProfileFile.IsName(value[..at].ToLowerInvariant()) || !IPAddress.TryParse(value[(at + 1)..].Trim('[', ']'), out var address))
                throw RunArguments.Wrong($"`--add-host {value}` is no name and address. Write it as `db:192.0.2.7`; there is no `host-gateway`, because the container has no gateway.");
            text.Append($"{address}\t{value[..at]}\n");
        }
        return text.ToString();
    }

    private static string Resolver(IEnumerable<string> searched, IEnumerable<string> options)
    {
        var text = new StringBuilder($"nameserver {GuardAddresses.NameServer}\n");
        var domains = searched.Where(domain => domain != ".").ToList();
        foreach (var domain in domains)
            if (!ProfileFile.IsName(domain.ToLowerInvariant())) throw RunArguments.Wrong($"`--dns-search {domain}` is not a name.");
        if (domains.Count > 0) text.Append($"search {string.Join(' ', domains)}\n");
        foreach (var option in options)
        {
            if (!option.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is ':' or '-')) throw RunArguments.Wrong($"`--dns-option {option}` is not an option of resolv.conf.");
            text.Append($"options {option}\n");
        }
        return text.ToString();
    }
}
