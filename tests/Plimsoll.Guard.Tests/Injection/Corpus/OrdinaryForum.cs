namespace Plimsoll.Guard.Tests.Injection.Corpus;

/// <summary>Posts of a forum where people talk of programming: prose with words of SQL and names of elements, code in Markdown, templates.</summary>
internal static class OrdinaryForum
{
    private static readonly string[] openings = ["Hi all,", "I've a question:", "Can't get this to work.", "Thanks, that's it!", "It doesn't matter.", "Don't do that;", "Quick one --", "@Tom's answer:", "FWIW,", "Edit:", "> you wrote it's \"fine\"", "So I'd say", "Hello everybody!", "+1", "Re: Re: '90s bug", "Bonjour, j'ai un problème d'index :", "Hallo, wie geht's?"];
    private static readonly string[] closings = ["Any ideas?", "Thanks!", "Cheers, Seán O'Neill", "-- \nBob", "I'd appreciate it.", "See #42.", "Isn't it?", "(MySQL 8 or MariaDB, either's fine)", "That's all; bye", "regards /Björn", "</rant>", "<g>", "What's wrong w/ it?", "o_O", "1) read 2) think 3) or not", "Merci d'avance"];
    private static readonly string[] tables = ["users", "orders", "customers", "tbl_log", "products", "articles", "my table", "dbo.Items"];
    private static readonly string[] columns = ["id", "name", "email", "created_at", "price", "user_id", "status", "title"];
    private static readonly string[] tags = ["script", "div", "img", "iframe", "style", "svg", "a", "form", "body", "input", "table", "base", "meta", "br", "p", "template", "object"];
    private static readonly string[] attributes = ["onclick", "href", "src", "onload", "style", "srcdoc", "class", "id", "onerror", "action", "alt", "xlink:href"];

    public static readonly (string Class, Func<Dice, string> Make)[] All =
    [
        ("prose about SQL", dice => $"{dice.Of(openings)} {AboutSql(dice)} {(dice.OneIn(2) ? AboutSql(dice) + " " : "")}{dice.Of(closings)}"),
        ("prose about HTML", dice => $"{dice.Of(openings)} {AboutHtml(dice)} {(dice.OneIn(2) ? AboutHtml(dice) + " " : "")}{dice.Of(closings)}"),
        ("markdown with code", dice => $"{dice.Of("#", "##", "**Note**", "1.", "*")} {dice.Of(openings)}\n\n```{dice.Of("", "js", "python", "bash", "c")}\n{Code(dice)}\n```\n\n{dice.Of("See", "Use", "Don't use")} `{dice.Of(columns)}` {dice.Of("or", "and")} [{dice.Of(tags)}](https://example.com/{dice.Below(999)}). {dice.Of(closings)}"),
        ("code in a comment", dice => $"{dice.Of(openings)} {Code(dice)} {dice.Of(closings)}"),
        ("message of an error", dice => dice.Below(7) switch
        {
            0 => $"ERROR 1064 (42000): You have an error in your SQL syntax; check the manual near '{dice.Of(columns)} = {dice.Below(99)}' at line {dice.Between(1, 99)}",
            1 => $"Uncaught TypeError: Cannot read properties of undefined (reading '{dice.Of(columns)}') at onclick ({dice.Of(tags)}.js:{dice.Below(999)}:{dice.Below(99)})",
            2 => $"psql: FATAL:  role \"{dice.Of(tables)}\" does not exist -- port {dice.Between(1000, 9999)}",
            3 => $"ORA-00942: table or view does not exist ({dice.Of(tables)}, {dice.Of(columns)})",
            4 => $"warning: '{dice.Of(columns)}' may be used uninitialized in this function [-Wmaybe-uninitialized] x{dice.Below(99)}",
            5 => $"Traceback (most recent call last):\n  File \"{dice.Of(tables)}.py\", line {dice.Below(999)}, in <module>\nKeyError: '{dice.Of(columns)}'",
            _ => $"Refused to load '{dice.Of(tags)}' because it violates \"script-src 'self'\" ({dice.Below(999)})",
        }),
        ("line of a log", dice => $"{dice.Between(1, 255)}.{dice.Below(255)}.0.{dice.Below(255)} - {dice.Of("-", "bob")} [{dice.Between(1, 28):d2}/Nov/2026:{dice.Below(24):d2}:{dice.Below(60):d2}:{dice.Below(60):d2} +0000] \"{dice.Of("GET", "POST")} /{dice.Of(tables)}?{dice.Of(columns)}={dice.Below(999)} HTTP/1.1\" {dice.Of("200", "404", "500")} {dice.Below(99999)} \"{dice.Of("-", "https://example.com/")}\" \"Mozilla/5.0 (X11; Linux x86_64)\""),
        ("template", dice => dice.Below(5) switch { 0 => $"Dear {{{{{dice.Of(columns)}}}}}, your order #{dice.Below(99999)} of {{{{ {dice.Of(tables)} | date }}}} is {{% if x > {dice.Below(9)} or y %}}late{{% endif %}}.", 1 => $"${{{dice.Of(columns)}}} - %s (%d of {dice.Below(99)}) <%= {dice.Of(columns)} %>", 2 => $"Hello %{dice.Of(columns)}%, it's {dice.Below(99)} o'clock", 3 => $"{{{dice.Of(columns)}: '{dice.Of(tables)}', n: {dice.Below(99)}}}", _ => $"<{dice.Of("name", "your name", "insert date", "here", "table")}> {dice.Of("owes", "&", "or")} <{dice.Of("amount", "email@x.org", "http://x.org", "3", "select one")}> ({dice.Below(99)})" }),
        ("quoted mail", dice => $"On {dice.Between(1, 28)}/{dice.Between(1, 12)}, O'Brien <{dice.Of(columns)}@{dice.Of("example.com", "x.org")}> wrote:\n> {dice.Of(openings)} {AboutSql(dice)}\n>> {dice.Of(closings)}\n\n{dice.Of(openings)} <{dice.Of("snip", "grin", "sigh", "joke", "br")}> {dice.Of(closings)}"),
        ("configuration", dice => dice.Below(5) switch { 0 => $"{dice.Of(columns)} = '{dice.Of(tables)}' # or \"{dice.Of(columns)}\"; default {dice.Below(99)}", 1 => $"[{dice.Of(tables)}]\n{dice.Of(columns)}={dice.Below(99)}\n; {dice.Of(columns)}=off -- don't", 2 => $"{dice.Of(columns)}: \"{dice.Of(tables)}\" # {dice.Below(99)}\n  - {dice.Of(tags)}: 'x'", 3 => $"<{dice.Of("add", "item", "Connector", "property")} {dice.Of("key", "name", "port")}=\"{dice.Of(columns)}{dice.Below(99)}\" value=\"{dice.Of(tables)}\" />", _ => $"SET {dice.Of(columns).ToUpperInvariant()}={dice.Below(99)} && {dice.Of(tables)}.exe /{(char)('a' + dice.Below(26))} -- %*" }),
    ];

    /// <summary>A whole statement, as asked about in such a forum.</summary>
    public static string Statement(Dice dice) => dice.Below(6) switch
    {
        0 => $"SELECT {dice.Of(columns)}, {dice.Of(columns)} FROM {dice.Of(tables)} WHERE {dice.Of(columns)} = {dice.Below(999)}{dice.Of("", " OR 1=1", " ORDER BY 1", " LIMIT 10")};",
        1 => $"INSERT INTO {dice.Of(tables)} ({dice.Of(columns)}) VALUES ('{dice.Of("x", "O''Brien", "a b")}{dice.Below(999)}');",
        2 => $"UPDATE {dice.Of(tables)} SET {dice.Of(columns)} = NULL WHERE {dice.Of(columns)} IN (SELECT id FROM {dice.Of(tables)}) -- {dice.Below(999)}",
        3 => $"select count(*) from {dice.Of(tables)} a join {dice.Of(tables)} b on a.{dice.Of(columns)} = b.{dice.Of(columns)} where a.id > {dice.Below(999)}",
        4 => $"select * from {dice.Of(tables)} where {dice.Of(columns)} like '%{dice.Below(999)}%' union all select * from {dice.Of(tables)}",
        _ => $"drop table if exists {dice.Of(tables)}{dice.Below(999)}; create table {dice.Of(tables)}{dice.Below(999)} ({dice.Of(columns)} int primary key);",
    };

    private static string AboutSql(Dice dice) => dice.Below(12) switch
    {
        0 => $"When I select from {dice.Of(tables)} where {dice.Of(columns)} is {dice.Below(99)} or null, it's slow.",
        1 => $"Should I use UNION or UNION ALL to combine {dice.Of(tables)} and {dice.Of(tables)}?",
        2 => $"You can't drop a table like '{dice.Of(tables)}' while it's open; delete from it first.",
        3 => $"The WHERE clause has {dice.Of(columns)} = '{dice.Below(99)}' and that doesn't use the index.",
        4 => $"An INSERT into {dice.Of(tables)} fails if {dice.Of(columns)} isn't unique (error {dice.Between(1000, 9999)}).",
        5 => $"GROUP BY {dice.Of(columns)} and then HAVING count > {dice.Below(99)} is what you want.",
        6 => $"What's the difference between != and <> , or = and LIKE, in {dice.Of("MySQL", "SQLite", "Postgres", "Oracle")}?",
        7 => $"A comment starts with -- or # or /* and ends at */ ; {dice.Of(tables)} is mine.",
        8 => $"Select the {dice.Of(columns)} from the list, then order by {dice.Of(columns)}; limit it to {dice.Below(99)}.",
        9 => $"My boss says 'select * is evil' and 'joins are slow', {dice.Below(99)}% of {dice.Of(tables)} agree.",
        10 => $"If a = b and b = c, or a is null, then {dice.Of(columns)} = {dice.Of(columns)} must hold.",
        _ => $"I'd update {dice.Of(tables)}, set the {dice.Of(columns)} = {dice.Below(99)} and be done with it.",
    };

    private static string AboutHtml(Dice dice) => dice.Below(12) switch
    {
        0 => $"The <{dice.Of(tags)}> element needs {dice.Of(attributes)}, doesn't it?",
        1 => $"Is {dice.Of(attributes)}=\"{dice.Of(columns)}\" allowed on {dice.Of(tags)} or <{dice.Of(tags)}>?",
        2 => $"Use {dice.Of("&lt;", "&amp;lt;")}{dice.Of(tags)}&gt; instead of < and >.",
        3 => $"If a<b and c>d then x = {dice.Below(99)}, not <{dice.Below(99)}.",
        4 => $"javascript: links are bad; {dice.Of(attributes)} is {dice.Of("better", "worse")} than {dice.Of(attributes)} = {dice.Below(99)}.",
        5 => $"Close it with </{dice.Of(tags)}> at line {dice.Below(999)}.",
        6 => $"There's {dice.Of(attributes)} for {dice.Of(tags)}s; alert({dice.Below(99)}) shows a box.",
        7 => $"A {dice.Of(tags)} in a {dice.Of(tags)} isn't valid -> move it <- up.",
        8 => $"std::vector<{dice.Of("int", "string", "T", "a", "b")}> v{dice.Below(99)}; List<{dice.Of("A", "String", "T")}> and Map<K, V>.",
        9 => $"<!-- is how a comment starts and --> ends it, see {dice.Of(tags)}.",
        10 => $"Style: \"{dice.Of("color", "width", "position")}: {dice.Below(99)}px\" on {dice.Of(tags)} #{dice.Below(99)}",
        _ => $"I <3 {dice.Of(tags)} > {dice.Of(tags)}, but {dice.Of(columns)}<{dice.Below(99)}.",
    };

    private static string Code(Dice dice) => dice.Below(9) switch
    {
        0 => $"for (int i = 0; i < {dice.Between(2, 99)}; i++) {{ if (a[i] > b || !c) x = y; }} // {dice.Of(columns)}",
        1 => $"const {dice.Of(columns)} = await fetch(`/api/${{{dice.Of(tables)}}}?id=${{{dice.Below(99)}}}`)",
        2 => $"if {dice.Of(columns)} == '{dice.Of(tables)}' or {dice.Of(columns)} is None:\n    print(\"it's {dice.Below(99)}\")  # why?",
        3 => $"document.querySelector('{dice.Of(tags)}.{dice.Of(columns)}').{dice.Of("onclick", "onload", "oninput")} = () => alert({dice.Below(99)})",
        4 => $"#include <stdio.h>\nint main(void) {{ printf(\"%d\\n\", {dice.Below(99)}); return 0; }}",
        5 => $"x = [i for i in range({dice.Below(99)}) if i % 2 == 0 and i != {dice.Below(99)}]",
        6 => $"template <class T> T max(T a, T b) {{ return a < b ? b : a; }} /* {dice.Of(columns)} {dice.Below(99)} */",
        7 => $"$stmt->execute([$_POST['{dice.Of(columns)}'], '{dice.Of(tables)}']); # {dice.Below(99)}",
        _ => $"switch (x) {{ case {dice.Below(99)}: y--; break; default: z = a<b>c; }} {dice.Of("", "// or else", "/* and */")}",
    };
}
