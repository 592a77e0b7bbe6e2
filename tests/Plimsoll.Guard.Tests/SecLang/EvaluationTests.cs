using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.SecLang;
using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.Tests.SecLang;

/// <summary>What rules do, each through a guard: what they look at, what follows from a match, and what changes other rules.</summary>
public sealed class EvaluationTests : IDisposable
{
    private const string form = "POST /a?q=1 HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n";
    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-rules-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    // Variables.
    [InlineData("SecRule ARGS \"@streq 7\" \"id:1\"", "/?a=7", "", "1")]
    [InlineData("SecRule ARGS:a|ARGS:/^b/ \"@streq 7\" \"id:1\"\nSecRule ARGS:c \"@streq 7\" \"id:2\"", "/?bb=7", "", "1")]
    [InlineData("SecRule ARGS|!ARGS:a \"@streq 7\" \"id:1\"", "/?a=7&A=7", "", "")]
    [InlineData("SecRule ARGS_GET|ARGS_POST \"@streq a b\" \"id:1\"\nSecRule ARGS_POST \"@streq a b\" \"id:2\"", "/?x=a+b", "", "1")]
    [InlineData("SecRule &ARGS \"@eq 2\" \"id:1\"\nSecRule &ARGS:a \"@eq 0\" \"id:2\"", "/?a=1&b=2", "", "1")]
    [InlineData("SecRule ARGS_NAMES \"@streq a\" \"id:1\"\nSecRule ARGS_COMBINED_SIZE \"@eq 3\" \"id:2\"", "/?a=12", "", "1 2")]
    [InlineData("SecRule REQUEST_FILENAME \"@streq /a b\" \"id:1\"\nSecRule REQUEST_URI \"@streq /a%20b?x\" \"id:2\"\nSecRule QUERY_STRING \"@streq x\" \"id:3\"\nSecRule REQUEST_BASENAME \"@streq a b\" \"id:4\"", "/a%20b?x", "", "1 2 3 4")]
    [InlineData("SecRule REQUEST_LINE \"@streq GET /x HTTP/1.1\" \"id:1\"\nSecRule REQUEST_METHOD|REQUEST_PROTOCOL \"@within GET HTTP/1.1\" \"id:2\"", "/x", "", "1 2")]
    [InlineData("SecRule REQUEST_HEADERS:host \"@streq a\" \"id:1\"\nSecRule REQUEST_COOKIES:c|REQUEST_COOKIES_NAMES \"@streq c\" \"id:2\"\nSecRule REMOTE_ADDR \"@ipMatch 127.0.0.0/8\" \"id:3\"", "/", "Cookie: c=%61; b=2\r\n", "1 2 3")]
    [InlineData("SecRule SERVER_NAME \"@streq shop.test\" \"id:1\"\nSecRule SERVER_ADDR \"@streq 127.0.0.1\" \"id:2\"\nSecRule REMOTE_HOST \"@streq 127.0.0.1\" \"id:3\"\nSecRule SERVER_PORT \"@gt 1023\" \"id:4\"\nSecRule REMOTE_PORT \"@gt 1023\" \"id:5\"\nSecRule PATH_INFO \"@streq /a b\" \"id:6\"", "/a%20b?x", "Host: shop.test:81\r\n", "1 2 3 4 5 6")]
    [InlineData("SecRule AUTH_TYPE \"@streq Basic\" \"id:1\"\nSecRule REMOTE_USER \"@streq user\" \"id:2\"", "/", "authorization: Basic dXNlcjpwYTpzcw==\r\n", "1 2")]
    [InlineData("SecRule AUTH_TYPE \"@streq Bearer\" \"id:1\"\nSecRule REMOTE_USER \"@rx .\" \"id:2\"", "/", "Authorization: Bearer dXNlcjpwYXNz\r\n", "1")]
    [InlineData("SecRule AUTH_TYPE \"@streq Basic\" \"id:1\"\nSecRule REMOTE_USER \"@rx .\" \"id:2\"", "/", "Authorization: Basic dXNl!\r\n", "1")]
    [InlineData("SecRule AUTH_TYPE|REMOTE_USER \"@unconditionalMatch\" \"id:1\"", "/", "", "")]
    [InlineData("SecRule URLENCODED_ERROR \"@eq 1\" \"id:1\"", "/?a=%zz", "", "1")]
    [InlineData("SecRule URLENCODED_ERROR \"@eq 0\" \"id:1\"", "/?a=%41", "Cookie: a=%zz\r\n", "1")]
    [InlineData("SecRule TIME \"@rx ^[0-2][0-9]:[0-5][0-9]:[0-6][0-9]$\" \"id:1\"\nSecRule TIME_YEAR \"@gt 2024\" \"id:2\"\nSecRule TIME_EPOCH \"@gt 1700000000\" \"id:3\"\nSecRule TIME_MON \"@le 11\" \"id:4\"\nSecRule TIME_HOUR \"@le 23\" \"id:5,setvar:tx.h=%{TIME_HOUR}\"\nSecRule TX:h \"@rx ^[0-2][0-9]$\" \"id:6\"", "/", "", "1 2 3 4 5 6")]
    // Operators, negation, transformations.
    [InlineData("SecRule ARGS \"!@rx ^[0-9]+$\" \"id:1\"", "/?a=7", "", "")]
    [InlineData("SecRule ARGS \"!@rx ^[0-9]+$\" \"id:1\"", "/?a=7x", "", "1")]
    [InlineData("SecRule ARGS:none \"!@rx x\" \"id:1\"", "/?a=7x", "", "")]
    [InlineData("SecRule ARGS \"@streq <b>\" \"id:1,t:urlDecodeUni,t:htmlEntityDecode,t:lowercase\"\nSecRule ARGS \"@streq <B>\" \"id:2,t:lowercase,t:none,t:urlDecodeUni,t:htmlEntityDecode\"", "/?a=%2526lt;B%2526gt;", "", "1 2")]
    [InlineData("SecRule ARGS \"@pm drop select\" \"id:1\"\nSecRule ARGS \"@contains select\" \"id:2\"\nSecRule ARGS \"@validateByteRange 32-126\" \"id:3\"", "/?a=SeLeCt%01", "", "1 3")]
    [InlineData("SecRule ARGS \"@streq A\" \"id:1,multiMatch,t:lowercase\"\nSecRule ARGS \"@streq A\" \"id:2,t:lowercase\"", "/?a=A", "", "1")]
    [InlineData("SecRule ARGS \"@rx ^(?:ab)++[a[]{1,2}+\\.\\w*+$\" \"id:1\"\nSecRule ARGS \"@rx ^a++a\" \"id:2\"", "/?a=abab[.x&b=aaa", "", "1")]
    [InlineData("SecRule ARGS \"@rx .\" \"id:1,msg:'m',setvar:'tx.s=%{rule.id}%{RULE.msg}'\"\nSecRule TX:s \"@streq 1m\" \"id:2\"", "/?a=x", "", "1 2")]
    [InlineData("SecDefaultAction \"phase:2,pass,t:lowercase\"\nSecRule ARGS \"@streq ab\" \"id:1\"\nSecRule ARGS \"@streq AB\" \"id:2,t:none\"", "/?a=AB", "", "1 2")]
    [InlineData("SecAction \"id:9,nolog,setvar:tx.p=a|b\"\nSecRule ARGS \"@rx ^(?:%{tx.p})$\" \"id:1\"\nSecRule ARGS \"@rx ^%{nothing}$\" \"id:2\"", "/?x=b", "", "1")]
    [InlineData("SecRule ARGS \"@contains b \" \"id:1\"\nSecRule ARGS \"@contains b\" \"id:2\"", "/?x=ab", "", "2")]
    [InlineData("SecRule ARGS \"@gt 5\" \"id:1\"\nSecRule ARGS \"@eq 0\" \"id:2\"", "/?x=99999999999999999999", "", "1")]
    // Captures, macros, what matched.
    [InlineData("SecRule ARGS \"@rx ^(.)(.)\" \"id:1,capture,setvar:tx.s=%{TX.2}%{tx.1}\"\nSecRule TX:s \"@streq ba\" \"id:2\"", "/?a=abc", "", "1 2")]
    [InlineData("SecRule ARGS \"@rx x\" \"id:1,chain\"\nSecRule MATCHED_VARS \"@streq x2\" \"chain\"\nSecRule MATCHED_VARS_NAMES \"@streq ARGS:b\"", "/?a=x1&b=x2", "", "1")]
    [InlineData("SecRule ARGS \"@rx x\" \"id:1,setvar:tx.n=%{MATCHED_VAR_NAME}\"\nSecRule TX:n \"@streq ARGS:a\" \"id:2\"\nSecRule ARGS:b \"@streq %{ARGS.a}\" \"id:3\"", "/?a=x&b=x1", "", "1")]
    [InlineData("SecRule ARGS \"@rx .\" \"id:1,setvar:tx.count_%{MATCHED_VAR_NAME}=+1\"\nSecRule TX:/^count_/ \"@eq 2\" \"id:2\"", "/?a=x&a=y&b=z", "", "1 2")]
    [InlineData("SecAction \"id:1,nolog,setvar:tx.ab=x1\"\nSecRule ARGS \"@streq %{TX:/^A/}%{ARGS:/^B./}%{ARGS_NAMES:/^b./}%{ARGS:/none/}\" \"id:2\"", "/?a=x1x2bb&bb=x2", "", "2")]
    // Scores and chains: what a part of a chain sets stays although the rest does not match.
    [InlineData("SecRule ARGS \"@rx .\" \"id:1,setvar:tx.s=+5,chain\"\nSecRule ARGS \"@streq no\" \"setvar:tx.s=+100\"\nSecRule TX:s \"@eq 10\" \"id:2\"", "/?a=x&b=y", "", "2")]
    [InlineData("SecAction \"id:1,nolog,setvar:tx.s=7,setvar:tx.s=-2,setvar:tx.t,setvar:!tx.t\"\nSecRule TX:s \"@eq 5\" \"id:2\"\nSecRule &TX:t \"@eq 0\" \"id:3\"", "/", "", "2 3")]
    // What changes the order, and which rules there are.
    [InlineData("SecAction \"id:1,skipAfter:END\"\nSecAction \"id:2\"\nSecMarker END\nSecAction \"id:3\"", "/", "", "1 3")]
    [InlineData("SecAction \"id:1,log,id:7\"\nSecRuleRemoveById 1", "/", "", "7")]
    [InlineData("SecRule ARGS \"@streq ab\" \"id:1\"\nSecRuleUpdateActionById 1 \"t:lowercase,nolog,setvar:tx.x\"\nSecRule &TX:x \"@eq 1\" \"id:2\"", "/?a=AB", "", "2")]
    [InlineData("SecAction \"id:1,skip:2\"\nSecAction \"id:2\"\nSecAction \"id:3\"\nSecAction \"id:4\"", "/", "", "1 4")]
    [InlineData("SecAction \"id:1,nolog,ctl:ruleRemoveById=2-3\"\nSecAction \"id:2\"\nSecAction \"id:3\"\nSecAction \"id:4\"", "/", "", "4")]
    [InlineData("SecAction \"id:1,nolog,ctl:ruleRemoveByTag=^sql\"\nSecAction \"id:2,tag:sqli\"\nSecAction \"id:3,tag:xss\"", "/", "", "3")]
    [InlineData("SecRule REQUEST_FILENAME \"@streq /cms\" \"id:1,nolog,phase:1,ctl:ruleRemoveTargetById=2;ARGS:html\"\nSecRule ARGS \"@rx <\" \"id:2\"", "/cms?html=<", "", "")]
    [InlineData("SecRule REQUEST_FILENAME \"@streq /cms\" \"id:1,nolog,phase:1,ctl:ruleRemoveTargetByTag=xss;ARGS:html\"\nSecRule ARGS \"@rx <\" \"id:2,tag:xss\"", "/cms?html=<&x=<", "", "2")]
    [InlineData("SecRule ARGS \"@rx <\" \"id:2\"\nSecRuleUpdateTargetById 2 \"!ARGS:html\"", "/cms?html=<", "", "")]
    [InlineData("SecRule ARGS \"@rx <\" \"id:2\"\nSecAction \"id:3\"\nSecRuleRemoveById 2", "/cms?html=<", "", "3")]
    [InlineData("SecAction \"id:1,allow:phase,phase:1\"\nSecAction \"id:2,phase:1\"\nSecAction \"id:3\"", "/", "", "1 3")]
    [InlineData("SecAction \"id:1,allow:request,phase:1\"\nSecAction \"id:2\"\nSecAction \"id:3,phase:3\"", "/", "", "1 3")]
    [InlineData("SecAction \"id:1,allow,phase:1\"\nSecAction \"id:2\"\nSecAction \"id:3,phase:3\"\nSecAction \"id:4,phase:5\"", "/", "", "1 4")]
    [InlineData("SecAction \"id:1,ctl:ruleEngine=Off,phase:1\"\nSecAction \"id:2\"", "/", "", "1")]
    // Logging alone: a default for the phase, and each rule's own word.
    [InlineData("SecDefaultAction \"phase:2,nolog,pass\"\nSecAction \"id:1\"\nSecAction \"id:2,log\"", "/", "", "2")]
    // Answers.
    [InlineData("SecRule RESPONSE_STATUS \"@streq 200\" \"id:1,phase:3\"\nSecRule RESPONSE_HEADERS:Content-Length \"@eq 0\" \"id:2,phase:3\"\nSecRule RESPONSE_BODY \"@streq \" \"id:3,phase:4\"", "/", "", "1 2 3")]
    [InlineData("SecRule RESPONSE_HEADERS_NAMES \"@streq Content-Length\" \"id:1,phase:3\"\nSecRule RESPONSE_CONTENT_LENGTH \"@eq 0\" \"id:2,phase:3\"\nSecRule RESPONSE_PROTOCOL \"@streq HTTP/1.1\" \"id:3,phase:3\"\nSecRule RESPONSE_CONTENT_TYPE \"@unconditionalMatch\" \"id:4,phase:3\"", "/", "", "1 2 3")]
    public async Task Rules_match(string rules, string target, string fields, string expected)
    {
        var told = await SendAsync(rules, $"GET {target} HTTP/1.1\r\n{(fields.StartsWith("Host:", StringComparison.Ordinal) ? "" : "Host: a\r\n")}{fields}Connection: close\r\n\r\n");
        Assert.Equal(expected, string.Join(' ', told.Rules));
        Assert.Equal(200, told.Status);
    }

    [Theory]
    [InlineData("SecRule ARGS_POST:a \"@streq b c\" \"id:1\"\nSecRule REQBODY_PROCESSOR \"@streq URLENCODED\" \"id:2\"\nSecRule REQUEST_BODY \"@streq a=b+c\" \"id:3\"\nSecRule REQUEST_BODY_LENGTH \"@eq 5\" \"id:4\"", "application/x-www-form-urlencoded", "a=b+c", "1 2 3 4")]
    [InlineData("SecRule ARGS:json.a.b \"@streq x\" \"id:1\"\nSecRule ARGS:json.l \"@within 1 2\" \"id:2\"\nSecRule REQUEST_BODY \"@rx .\" \"id:3\"", "application/json", "{\"a\":{\"b\":\"x\"},\"l\":[1,2]}", "1 2")]
    [InlineData("SecRule XML:/* \"@streq xy\" \"id:1\"\nSecRule XML://@* \"@streq 7\" \"id:2\"\nSecRule REQBODY_ERROR \"@eq 1\" \"id:3\"", "application/xml", "<r><a i='7'>xy</a></r>", "1 2")]
    [InlineData("SecRule REQBODY_ERROR \"@eq 1\" \"id:1\"\nSecRule REQBODY_PROCESSOR_ERROR \"!@eq 0\" \"id:2\"\nSecRule REQBODY_ERROR_MSG|REQBODY_PROCESSOR_ERROR_MSG \"@streq json-incomplete\" \"id:3\"", "application/json", "{\"a\":", "1 2 3")]
    [InlineData("SecRule REQBODY_ERROR|REQBODY_PROCESSOR_ERROR \"!@eq 0\" \"id:1\"\nSecRule REQBODY_ERROR_MSG \"@unconditionalMatch\" \"id:2\"\nSecRule RESPONSE_CONTENT_TYPE \"@streq text/plain\" \"id:3,phase:3\"", "application/json", "{\"a\":1}", "")]
    [InlineData("SecRule URLENCODED_ERROR \"@eq 1\" \"id:1\"", "application/x-www-form-urlencoded", "a=%4", "1")]
    [InlineData("SecRule FILES|MULTIPART_FILENAME \"@streq a.php\" \"id:1\"\nSecRule FILES_NAMES \"@streq f\" \"id:2\"\nSecRule FILES_COMBINED_SIZE \"@eq 4\" \"id:3\"\nSecRule MULTIPART_PART_HEADERS:f \"@rx ^Content-Type: text\" \"id:4\"\nSecRule ARGS:t \"@streq v\" \"id:5\"\nSecRule MULTIPART_NAME \"@streq f\" \"id:6\"\nSecRule &MULTIPART_NAME \"@eq 2\" \"id:7\"", "multipart/form-data; boundary=B", "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.php\"\r\nContent-Type: text/plain\r\n\r\nDATA\r\n--B\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\nv\r\n--B--\r\n", "1 2 3 4 5 6 7")]
    [InlineData("SecRule FILES \"@contains p\\h\" \"id:1\"", "multipart/form-data; boundary=B", "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.p\\h\\p\"\r\n\r\nx\r\n--B--\r\n", "1")]
    [InlineData("SecRule REQUEST_BODY \"@rx evil\" \"id:1\"", "application/octet-stream", "evil", "")]
    [InlineData("SecAction \"id:2,phase:1,nolog,ctl:forceRequestBodyVariable=On\"\nSecRule REQUEST_BODY \"@rx evil\" \"id:1\"", "application/octet-stream", "evil", "1")]
    [InlineData("SecAction \"id:2,phase:1,nolog,ctl:requestBodyProcessor=URLENCODED\"\nSecRule ARGS_POST:a \"@streq e l\" \"id:1\"", "application/x-other", "a=e%20l", "1")]
    public async Task Rules_look_at_bodies(string rules, string type, string body, string expected)
    {
        var told = await SendAsync(rules, $"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}");
        Assert.Equal(expected, string.Join(' ', told.Rules));
    }

    [Theory]
    [InlineData("SecRule ARGS \"@streq x\" \"id:1,phase:1,deny\"", 403)]
    [InlineData("SecRule ARGS \"@streq x\" \"id:1,deny,status:406\"", 406)]
    [InlineData("SecRule ARGS \"@streq x\" \"id:1,deny,status:499\"", 499)]
    [InlineData("SecDefaultAction \"phase:2,log,deny,status:429\"\nSecRule ARGS \"@streq x\" \"id:1,block\"", 429)]
    [InlineData("SecRule ARGS \"@streq x\" \"id:1,block\"", 200)]
    [InlineData("SecRule ARGS \"@streq x\" \"id:1,deny,ctl:ruleEngine=DetectionOnly\"", 200)]
    [InlineData("SecRule RESPONSE_STATUS \"@eq 200\" \"id:1,phase:3,deny\"", 403)]
    [InlineData("SecRule RESPONSE_BODY \"@contains secret\" \"id:1,phase:4,deny\"", 403)]
    [InlineData("SecRule RESPONSE_BODY \"@contains secret\" \"id:1,phase:4,deny,status:500\"", 500)]
    // Of an action that stands twice the last counts.
    [InlineData("SecAction \"id:1,deny,status:406,status:410\"", 410)]
    [InlineData("SecAction \"id:1,pass\"\nSecRuleUpdateActionById 1 \"deny,status:410\"", 410)]
    [InlineData("SecAction \"id:1,deny\"\nSecRuleUpdateActionById 1-9 pass", 200)]
    [InlineData("SecAction \"id:1,phase:5,deny\"", 200)]
    public async Task Rules_refuse(string rules, int status)
    {
        const string body = "{\"body\":\"a secret\"}";
        var request = $"{form.Replace("/a?q=1", "/reflect?q=x").Replace("application/x-www-form-urlencoded", "application/json")}Content-Length: {body.Length}\r\n\r\n{body}";
        Assert.Equal(status, (await SendAsync(rules, request, Mode.Enforce)).Status);
        Assert.Equal(200, (await SendAsync(rules, request)).Status); // Detect only records.
    }

    [Fact]
    public void The_core_rule_set_of_Debian_can_be_asked()
    {
        const string crs = "/usr/share/modsecurity-crs/owasp-crs.load";
        Assert.SkipUnless(File.Exists(crs), "modsecurity-crs is not installed");
        Assert.True(ProgramBuilder.Build(RuleFiles.Read([crs]), paranoia: 4, Detection.Crs).Count > 500);
    }

    [Fact]
    public async Task The_first_refusal_ends_the_rules_and_detecting_goes_on()
    {
        const string rules = "SecAction \"id:1,phase:1,deny\"\nSecAction \"id:2,phase:1\"\nSecAction \"id:3,phase:2\"\nSecAction \"id:4,phase:5\"";
        Assert.Equal((int[])[1, 4], (await SendAsync(rules, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", Mode.Enforce)).Rules);
        Assert.Equal((int[])[1, 2, 3, 4], (await SendAsync(rules, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).Rules);
    }

    [Fact]
    public async Task A_collection_is_remembered_from_request_to_request()
    {
        const string rules = """
            SecAction "id:1,phase:1,nolog,initcol:ip=%{REMOTE_ADDR},setvar:ip.count=+1"
            SecRule IP:count "@ge 3" "id:2,phase:1"
            SecRule IP:count "@ge 4" "id:3,phase:1,nolog,expirevar:ip.count=0"
            """;
        using var guard = Guard(rules);
        var counts = new List<int>();
        for (var i = 0; i < 6; i++) counts.Add((await guard.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"u8.ToArray())).Rules.Length);
        Assert.Equal([0, 0, 1, 1, 0, 0], counts);
    }

    [Theory]
    [InlineData(FailMode.Closed, 403)]
    [InlineData(FailMode.Open, 200)]
    internal async Task A_pattern_that_takes_too_long_follows_the_fail_mode(FailMode failMode, int status)
    {
        const string rules = """SecRule ARGS "@rx ^(?:a|a|b)*(?:a|aa)*c$" "id:1,deny" """;
        using var guard = Guard(rules, Mode.Enforce, failMode);
        var told = await guard.SendAsync(Encoding.ASCII.GetBytes($"GET /?x={new string('a', 3000)}cx HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
        Assert.Equal((Reason.InspectorFailed, status), (told.Reason, told.Status));
    }

    [Theory]
    [InlineData(1, "")]
    [InlineData(3, "7")]
    public async Task The_paranoia_level_overrides_the_setup(int level, string expected)
    {
        const string rules = """
            SecAction "id:900000,phase:1,nolog,pass,setvar:tx.blocking_paranoia_level=2"
            SecAction "id:901000,phase:1,nolog,pass"
            SecRule TX:blocking_paranoia_level "@ge 3" "id:7,phase:1"
            """;
        File.WriteAllText(Path.Combine(folder, "a.conf"), rules);
        using var guard = new RuledGuard(ProgramBuilder.Build(RuleFiles.Read([Path.Combine(folder, "a.conf")]), level, Detection.Crs));
        Assert.Equal(expected, string.Join(' ', (await guard.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"u8.ToArray())).Rules));
    }

    private async Task<RuledGuard.Told> SendAsync(string rules, string request, Mode mode = Mode.Detect)
    {
        using var guard = Guard(rules, mode);
        return await guard.SendAsync(Encoding.Latin1.GetBytes(request));
    }

    private RuledGuard Guard(string rules, Mode mode = Mode.Detect, FailMode failMode = FailMode.Closed)
    {
        var file = Path.Combine(folder, "a.conf");
        File.WriteAllText(file, rules + "\n", Encoding.Latin1);
        return new(ProgramBuilder.Build(RuleFiles.Read([file]), paranoia: null, Detection.Crs), mode, failMode);
    }
}
