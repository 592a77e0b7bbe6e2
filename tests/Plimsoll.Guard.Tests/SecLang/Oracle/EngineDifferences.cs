namespace Plimsoll.Guard.Tests.SecLang.Oracle;

/// <summary>Cases of ModSecurity's own tests that are decided otherwise here, each with the reason.</summary>
internal static class EngineDifferences
{
    public static readonly IReadOnlyDictionary<string, string> All = new Dictionary<string, string>
    {
        ["action-ctl_request_body_access-2"] = "REQUEST_BODY has forms alone, as the manual says; ctl:forceRequestBodyVariable=On has it of any body",
        ["action-ctl_request_body_access-3"] = "REQUEST_BODY has forms alone, as the manual says; ctl:forceRequestBodyVariable=On has it of any body",
        ["action-ctl_rule_engine-3"] = "the site says whether it enforces: rules may switch off, not on",
        ["action-ctl_rule_engine-4"] = "the site says whether it enforces: rules may switch off, not on",
        ["config-body_limits-9"] = "limits are the site's: within them all of a body is looked at, beyond them it is refused",
        ["config-body_limits-11"] = "limits are the site's: within them all of a body is looked at, beyond them it is refused",
        ["config-body_limits-13"] = "limits are the site's: within them all of a body is looked at, beyond them it is refused",
        ["config-body_limits-15"] = "limits are the site's: within them all of a body is looked at, beyond them it is refused",
        ["config-update-action-by-id-4"] = "a rule that does not say what follows does what SecDefaultAction says, as the manual has it; the library does so for `block` alone",
        ["config-update-target-by-id-4"] = "an exclusion is of its own variable; the library takes `!REQUEST_HEADERS:/xxx/` out of ARGS_NAMES as well",
        ["issue-1825-3"] = "a file name in `filename*` alone is looked at",
        ["issue-2423-msg-in-chain-1"] = "refused before any rule: an encoding of the transfer that is none",
        ["issue-2423-msg-in-chain-2"] = "refused before any rule: an encoding of the transfer that is none",
        ["issue-2423-msg-in-chain-3"] = "refused before any rule: an encoding of the transfer that is none",
        ["offset-variable-31"] = "REQUEST_BODY has forms alone, as the manual says; ctl:forceRequestBodyVariable=On has it of any body",
        ["offset-variable-32"] = "REQUEST_BODY has forms alone, as the manual says; ctl:forceRequestBodyVariable=On has it of any body",
        ["operator-detectsqli-1"] = "a call that neither waits nor reaches out, where a number belongs, is no injection by structure; libinjection judges by a table of tokens",
        ["operator-rx-6"] = "a pattern that takes too long is `inspector-failed`, and follows the site's fail mode; the library notes it in TX and lets pass",
        ["request-body-parser-json-6"] = "limits are the site's: within them all of a body is looked at, beyond them it is refused",
        ["request-body-parser-multipart-55"] = "a control byte in the header of a part is refused before any rule, unless the site allows it; the body could be read",
        ["secargumentslimit-2"] = "limits are the site's: within them all of a body is looked at, beyond them it is refused",
        ["secruleengine-2"] = "the site says whether rules are asked",
        ["secruleengine-4"] = "the site says whether rules are asked",
        ["secruleengine-5"] = "the site says whether rules are asked",
        ["variable-ARGS_GET-6"] = "refused before any rule: a byte that no target has",
        ["variable-QUERY_STRING-2"] = "refused before any rule: a byte that no target has",
        ["variable-QUERY_STRING-3"] = "refused before any rule: a byte that no target has",
        ["variable-REQUEST_BODY-1"] = "REQUEST_BODY has forms alone, as the manual says; ctl:forceRequestBodyVariable=On has it of any body",
        ["variable-REQUEST_LINE-2"] = "refused before any rule: a byte that no target has",
        ["variable-REQUEST_LINE-3"] = "refused before any rule: a byte that no target has",
        ["variable-REQUEST_URI-2"] = "refused before any rule: a byte that no target has",
        ["variable-REQUEST_URI-3"] = "refused before any rule: a byte that no target has",
        ["variable-REQUEST_URI_RAW-2"] = "refused before any rule: a byte that no target has",
        ["variable-REQUEST_URI_RAW-3"] = "refused before any rule: a byte that no target has",
    };

    /// <summary>Cases that Debian's library decides otherwise than the suite expects, with the rules that must be told.</summary>
    public static readonly IReadOnlyDictionary<string, (string Why, int[] Rules)> OfTheLibrary = new Dictionary<string, (string, int[])>
    {
        ["action-expirevar-2"] = ("a variable that expires in 0 seconds is gone", [5011, 5012]),
        ["config-calling_phases_by_name-2"] = ("MATCHED_VAR is what matched last, in whichever rule, as the manual says", [29, 30]),
        ["config-include-8"] = ("the library does not find a file that it is to include beneath another folder", []),
        ["variable-ARGS_POST_NAMES-4"] = ("the part has this name", [1]),
        ["variable-MATCHED_VAR-2"] = ("MATCHED_VAR is what matched last, in whichever rule, as the manual says", [29, 30]),
    };
}
