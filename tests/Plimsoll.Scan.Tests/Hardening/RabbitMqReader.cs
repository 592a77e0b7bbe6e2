using System.Diagnostics;
using System.Globalization;
using Plimsoll.Scan.Tests.Catalogers;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>The real RabbitMQ's own reading of its configuration, the step before a node starts, over a folder that stands for /etc/rabbitmq.</summary>
internal sealed class RabbitMqReader : IDisposable
{
    /// <summary>Where Debian has it; null where it is not installed.</summary>
    public static readonly string? Home = Directory.Exists("/usr/lib/rabbitmq/lib") ? Directory.EnumerateDirectories("/usr/lib/rabbitmq/lib", "rabbitmq_server-*").FirstOrDefault() : null;

    /// <summary>Reads each folder as if it were the only one, and prints each application's settings as `application.key=value`, lists with blanks between.</summary>
    private const string Program = """
        T = fun T(V) when is_binary(V) -> binary_to_list(V); T(V) when is_atom(V) -> atom_to_list(V);
              T({A, B}) -> T(A) ++ ":" ++ T(B);
              T(V) when is_list(V) -> case V =/= [] andalso io_lib:printable_latin1_list(V) of true -> V; false -> lists:flatten(lists:join(" ", [T(E) || E <- V])) end;
              T(V) -> lists:flatten(io_lib:format("~p", [V])) end,
        Apps = [rabbit, rabbitmq_management, rabbitmq_mqtt],
        Read = fun(F) ->
          [os:putenv("RABBITMQ_" ++ N, F ++ P) || {N, P} <- [{"CONFIG_FILE", "/rabbitmq"}, {"CONFIG_FILES", "/conf.d/*.conf"}, {"ADVANCED_CONFIG_FILE", "/advanced.config"}, {"CONF_ENV_FILE", "/none"}, {"ENABLED_PLUGINS_FILE", "/enabled_plugins"}, {"MNESIA_BASE", "/data"}, {"LOG_BASE", "/log"}]],
          [application:unset_env(A, K) || A <- Apps, {K, _} <- application:get_all_env(A)],
          io:format("folder ~s~n", [F]),
          C = rabbit_env:get_context(), rabbit_env:context_to_app_env_vars(C),
          try rabbit_prelaunch_conf:setup(C) of
            _ -> [io:format("~s.~s=~ts~n", [A, K, T(V)]) || A <- Apps, {K, V} <- application:get_all_env(A), K =/= log, K =/= config_entry_decoder]
          catch throw:E -> io:format("refused ~p~n", [E]) end end,
        [Read(F) || F <- init:get_plain_arguments()], io:format("end~n"), halt().
        """;

    public RabbitMqReader()
    {
        if (Home is null || !Programs.Exist("erl")) Assert.Skip("rabbitmq-server is not installed.");
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("plimsoll-rabbitmq-").FullName;

    /// <summary>What the server makes of each set of files, by `application.key`; null where it would not start, with its reason.</summary>
    public List<(Dictionary<string, string>? Said, string Reason)> Ask(IEnumerable<IEnumerable<(string Path, string Text)>> sets)
    {
        var folders = sets.Select((files, number) => Write(Path.Combine(Folder, number.ToString(CultureInfo.InvariantCulture)), files)).ToList();
        var start = new ProcessStartInfo("erl") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (var word in (string[])["-noshell", "-boot", "start_sasl", "-kernel", "logger_level", "emergency", "-pa", .. Directory.EnumerateDirectories(Home + "/plugins").Select(plugin => plugin + "/ebin"), "-eval", Program, "-extra", .. folders]) start.ArgumentList.Add(word);
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[("PLUGINS_DIR", Home + "/plugins"), ("NODENAME", "reader@localhost"), ("HOME", Home!)]) start.Environment["RABBITMQ_" + name] = value;
        start.Environment["HOME"] = Folder;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(output.EndsWith("end\n", StringComparison.Ordinal), output + errors.Result);
        var all = new List<(Dictionary<string, string>?, string)>();
        foreach (var part in output.Split("folder " + Folder).Skip(1))
        {
            var lines = part.Split('\n').Skip(1).ToList();
            if (lines.Find(line => line.StartsWith("refused ", StringComparison.Ordinal)) is { } refused) all.Add((null, refused));
            else all.Add((lines.Where(line => line.StartsWith("rabbit", StringComparison.Ordinal)).Select(line => line.Split('=', 2)).ToDictionary(words => words[0], words => words[1], StringComparer.Ordinal), ""));
        }
        Assert.Equal(folders.Count, all.Count);
        return all;
    }

    private static string Write(string folder, IEnumerable<(string Path, string Text)> files)
    {
        Directory.CreateDirectory(folder);
        foreach (var (path, text) in files.Where(file => file.Path.StartsWith("/etc/rabbitmq/", StringComparison.Ordinal)))
        {
            var full = path.Replace("/etc/rabbitmq/", folder + "/", StringComparison.Ordinal);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, text.Replace("/etc/rabbitmq/", folder + "/", StringComparison.Ordinal));
        }
        return folder;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
