"""Who else is there: `stock`, a service of the same shop, and `outside`, which stands for the internet and for the name server."""
import http.server, json, socket, struct, sys, threading

STOCK_PORTS = (22, 25, 80, 81, 82, 90, 91, 110)


def listen(address, port, serve):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    listener.listen(1024)

    def accept():
        while True: threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
    threading.Thread(target=accept, daemon=True).start()


def page(content):
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass
    return lambda client: Page(client, client.getpeername(), None)


def silent(client):
    while client.recv(4096): pass


def commands(log):
    """Whoever listens for a shell says what it is to do."""
    def serve(client):
        client.sendall(b"id -un; echo from the shell; exit\n")
        while content := client.recv(4096):
            with open(log, "ab") as file: file.write(content)
    return serve


def names(address, records, log):
    """Answers for the records' names, and writes down what was asked for below tunnel.test: its owner would see it."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bound.bind((address, 53))
    while True:
        question, client = bound.recvfrom(4096)
        labels, at = [], 12
        while at < len(question) and question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode("ascii", "replace").lower())
            at += question[at] + 1
        name, kind = ".".join(labels), question[at + 1:at + 3]
        if name.endswith(".tunnel.test"):
            with open(log, "a") as file: file.write(name + "\n")
        known = json.load(open(records)).get(name)
        answer = b"\xc0\x0c\0\x01\0\x01" + struct.pack("!IH", 60, 4) + socket.inet_aton(known) if known and kind == b"\0\x01" else b""
        bound.sendto(question[:2] + (b"\x81\x80" if known else b"\x81\x83") + struct.pack("!HHHH", 1, 1 if answer else 0, 0, 0) + question[12:at + 5] + answer, client)


if sys.argv[1] == "stock":
    for port in STOCK_PORTS: listen("0.0.0.0", port, page(b"12 pallets of everything\n") if port == 80 else silent)
    threading.Event().wait()
else:
    internet, resolver, folder = sys.argv[2:5]
    listen(internet, 80, page(open("/bin/true", "rb").read()))
    listen(internet, 4444, commands(f"{folder}/shell"))
    names(resolver, f"{folder}/records", f"{folder}/tunnel")
