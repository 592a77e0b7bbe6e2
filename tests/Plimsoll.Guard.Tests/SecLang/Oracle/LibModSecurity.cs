using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Plimsoll.Guard.Tests.SecLang.Oracle;

/// <summary>Debian's libmodsecurity3 through its C interface: what nginx with ModSecurity 3 would decide. A value is the field X of a request, an argument that is not spelt in the rule its field Y.</summary>
internal sealed unsafe partial class LibModSecurity : IDisposable
{
    private const string library = "libmodsecurity.so.3";
    private static readonly Lock one = new();
    private static readonly Lazy<nint> engine = new(Started);
    private static readonly List<string> log = [];
    private readonly nint rules;

    /// <param name="directives">One byte a character.</param>
    /// <exception cref="ArgumentException">With what the library says of them.</exception>
    public LibModSecurity(string directives)
    {
        lock (one)
        {
            // Rules that it refuses leave its reader where it stopped, and the next ones are refused for that: those are tried again.
            if (Read(directives, out rules) is null || Read(directives, out rules) is not { } fault) return;
            throw new ArgumentException(fault, nameof(directives));
        }
    }

    private static string? Read(string directives, out nint rules)
    {
        rules = msc_create_rules_set();
        byte* error = null;
        fixed (byte* text = Text("SecRuleEngine On\n" + directives))
            if (msc_rules_add(rules, text, &error) >= 0) return null;
        return Marshal.PtrToStringUTF8((nint)error) ?? "refused without a word";
    }

    public static bool IsThere => NativeLibrary.TryLoad(library, out _);

    /// <summary>A rule that refuses when the test matches; `%{REQUEST_HEADERS.Y}` in it is the argument.</summary>
    public static LibModSecurity Asking(string test) => new($"SecRule REQUEST_HEADERS:X \"{test}\" \"id:1,phase:1,deny,status:403,t:none\"");

    /// <summary>A rule that tells what transformations make of a value: in hexadecimal, by the place that it redirects to.</summary>
    public static LibModSecurity Transforming(string names) => new($"SecRule REQUEST_HEADERS:X \"@unconditionalMatch\" \"id:1,phase:1,deny,status:302,t:none,{names},t:hexEncode,redirect:'Z%{{MATCHED_VAR}}'\"");

    public bool Matches(ReadOnlySpan<byte> value, ReadOnlySpan<byte> argument = default) => Ask(value, argument).IsRefused;

    public byte[] Transform(ReadOnlySpan<byte> value) => Convert.FromHexString(Ask(value, default).Place![1..]);

    /// <summary>What rules say of a whole exchange: those that are told as matched, and the status that the client gets.</summary>
    public (IReadOnlyList<int> Rules, int Status) Run(EngineCase one)
    {
        lock (LibModSecurity.one)
        {
            log.Clear();
            var transaction = msc_new_transaction(engine.Value, rules, 0);
            try
            {
                fixed (byte* client = Text(one.Client), uri = Text(one.Uri), method = Text(one.Method), version = Text(one.Version), protocol = Text("HTTP 1.1"))
                {
                    _ = msc_process_connection(transaction, client, 1, client, 80);
                    _ = msc_process_uri(transaction, uri, method, version);
                    foreach (var (name, value) in one.Fields) Field(&msc_add_n_request_header, transaction, name, value);
                    _ = msc_process_request_headers(transaction);
                    var status = Told(transaction);
                    if (status == 0)
                    {
                        fixed (byte* body = Text(one.Body)) _ = msc_append_request_body(transaction, body, one.Body.Length);
                        _ = msc_process_request_body(transaction);
                        status = Told(transaction);
                    }
                    if (status == 0)
                    {
                        foreach (var (name, value) in one.AnswerFields) Field(&msc_add_n_response_header, transaction, name, value);
                        _ = msc_process_response_headers(transaction, one.AnswerStatus, protocol);
                        status = Told(transaction);
                    }
                    if (status == 0)
                    {
                        fixed (byte* body = Text(one.AnswerBody)) _ = msc_append_response_body(transaction, body, one.AnswerBody.Length);
                        _ = msc_process_response_body(transaction);
                        status = Told(transaction);
                    }
                    _ = msc_process_logging(transaction);
                    return ([.. Ids().Matches(string.Join('\n', log)).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).Distinct().Order()], status == 0 ? one.AnswerStatus : status);
                }
            }
            finally
            {
                msc_transaction_cleanup(transaction);
            }
        }
    }

    private static int Told(nint transaction)
    {
        var told = new Intervention { Status = 200 };
        if (msc_intervention(transaction, &told) == 0) return 0;
        log.Add(Marshal.PtrToStringUTF8((nint)told.Log) ?? "");
        return told.Status;
    }

    private static void Field(delegate*<nint, byte*, nint, byte*, nint, int> add, nint transaction, string name, string value)
    {
        fixed (byte* first = Text(name), second = Text(value)) _ = add(transaction, first, name.Length, second, value.Length);
    }

    private static nint Started()
    {
        var started = msc_init();
        msc_set_log_cb(started, &Log);
        return started;
    }

    [UnmanagedCallersOnly]
    private static void Log(nint data, byte* text) => log.Add(Marshal.PtrToStringUTF8((nint)text) ?? "");

    [GeneratedRegex("\\[id \"(\\d+)\"\\]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Ids();

    public void Dispose()
    {
        lock (one) _ = msc_rules_cleanup(rules);
    }

    private (bool IsRefused, string? Place) Ask(ReadOnlySpan<byte> value, ReadOnlySpan<byte> argument)
    {
        lock (one)
        {
            var transaction = msc_new_transaction(engine.Value, rules, 0);
            try
            {
                fixed (byte* address = Text("127.0.0.1"), uri = Text("/"), method = Text("GET"), version = Text("1.1"), x = Text("X"), y = Text("Y"), first = Terminated(value), second = Terminated(argument))
                {
                    _ = msc_process_connection(transaction, address, 1, address, 80);
                    _ = msc_process_uri(transaction, uri, method, version);
                    _ = msc_add_n_request_header(transaction, x, 1, first, value.Length);
                    _ = msc_add_n_request_header(transaction, y, 1, second, argument.Length);
                    _ = msc_process_request_headers(transaction);
                }
                var told = new Intervention { Status = 200 };
                var isRefused = msc_intervention(transaction, &told) != 0;
                return (isRefused, Marshal.PtrToStringUTF8((nint)told.Url));
            }
            finally
            {
                msc_transaction_cleanup(transaction);
            }
        }
    }

    private static byte[] Text(string text) => Terminated(Encoding.Latin1.GetBytes(text));

    private static byte[] Terminated(ReadOnlySpan<byte> text) => [.. text, 0];

    /// <summary>intervention.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Intervention
    {
        public int Status, Pause;
        public byte* Url;
        public byte* Log;
        public int IsDisruptive;
    }

    [DllImport(library)]
    private static extern nint msc_init();

    [DllImport(library)]
    private static extern void msc_set_log_cb(nint engine, delegate* unmanaged<nint, byte*, void> log);

    [DllImport(library)]
    private static extern int msc_append_request_body(nint transaction, byte* body, nint length);

    [DllImport(library)]
    private static extern int msc_process_request_body(nint transaction);

    [DllImport(library)]
    private static extern int msc_add_n_response_header(nint transaction, byte* name, nint nameLength, byte* value, nint valueLength);

    [DllImport(library)]
    private static extern int msc_process_response_headers(nint transaction, int status, byte* protocol);

    [DllImport(library)]
    private static extern int msc_append_response_body(nint transaction, byte* body, nint length);

    [DllImport(library)]
    private static extern int msc_process_response_body(nint transaction);

    [DllImport(library)]
    private static extern int msc_process_logging(nint transaction);

    [DllImport(library)]
    private static extern nint msc_create_rules_set();

    [DllImport(library)]
    private static extern int msc_rules_add(nint rules, byte* text, byte** error);

    [DllImport(library)]
    private static extern int msc_rules_cleanup(nint rules);

    [DllImport(library)]
    private static extern nint msc_new_transaction(nint engine, nint rules, nint data);

    [DllImport(library)]
    private static extern int msc_process_connection(nint transaction, byte* client, int clientPort, byte* server, int serverPort);

    [DllImport(library)]
    private static extern int msc_process_uri(nint transaction, byte* uri, byte* method, byte* version);

    [DllImport(library)]
    private static extern int msc_add_n_request_header(nint transaction, byte* name, nint nameLength, byte* value, nint valueLength);

    [DllImport(library)]
    private static extern int msc_process_request_headers(nint transaction);

    [DllImport(library)]
    private static extern int msc_intervention(nint transaction, Intervention* told);

    [DllImport(library)]
    private static extern void msc_transaction_cleanup(nint transaction);
}
