"""The shop: pages from PostgreSQL. Its administrator's page runs what it is given, as such pages do until somebody finds out."""
import html, http.server, subprocess, urllib.parse
import psycopg2


def ask(statement, values=()):
    """One transaction in a connection of its own; PGHOST and its kin say where and as whom."""
    connection = psycopg2.connect("")
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()
    finally:
        connection.close()


class Shop(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        given = dict(urllib.parse.parse_qsl(url.query))
        match url.path.strip("/").split("/"):
            case [""]:
                self.page("Products", ask("SELECT name, price FROM products ORDER BY id LIMIT 20"))
            case ["product", number]:
                self.page("Product", ask("SELECT name, price FROM products WHERE id = %s", (int(number),)))
            case ["search"]:
                self.page("Found", ask("SELECT name, price FROM products WHERE name LIKE %s LIMIT 50", (f"%{given.get('q', '')}%",)))
            case ["account", number]:
                self.page("Account", ask("SELECT name, mail FROM users WHERE id = %s", (int(number),)))
            case _:
                self.send_error(404)

    def do_POST(self):
        given = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        if self.path == "/order":
            self.page("Ordered", ask("INSERT INTO orders (product, buyer) VALUES (%s, %s) RETURNING id", (int(given["product"]), int(given["buyer"]))))
        elif self.path == "/admin/reach":
            # The hole: a host's name becomes a part of a shell's command.
            done = subprocess.run(f"echo looking for {given['host']}", shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.answer(done.stdout, "text/plain")
        else:
            self.send_error(404)

    def page(self, title, rows):
        lines = "".join("<tr>" + "".join(f"<td>{html.escape(str(value))}</td>" for value in row) + "</tr>" for row in rows)
        self.answer(f"<!doctype html><title>{title}</title><h1>{title}</h1><table>{lines}</table>".encode(), "text/html; charset=utf-8")

    def answer(self, content, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", 8000), Shop).serve_forever()
