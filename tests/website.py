"""A website on loopback that answers as a test says, and keeps who asked for what and when."""
import http.server
import threading
import time


class Website:
    """`pages` by path: text, which is HTML, or (status, headers, bytes). `before(path)` may hold an answer back."""

    def __init__(self, pages):
        self.pages = pages
        self.requests = []  # (path, when)
        self.agents = set()
        self.arrived = threading.Condition()
        self.before = lambda path: None
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                with owner.arrived:
                    owner.requests.append((self.path, time.monotonic()))
                    owner.agents.add(self.headers["User-Agent"])
                    owner.arrived.notify_all()
                owner.before(self.path)
                page = owner.pages.get(self.path, (404, {}, b"nothing here"))
                if callable(page):
                    page = page()
                if isinstance(page, str):
                    page = (200, {"Content-Type": "text/html; charset=utf-8"}, page.encode())
                status, headers, body = page
                try:
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # the crawler went away

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass  # a crawler that was killed

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def url(self, path="/"):
        return f"http://127.0.0.1:{self.server.server_address[1]}{path}"

    def asked_for(self, path):
        return sum(1 for asked, _ in self.requests if asked == path)

    def wait_for(self, wanted, seconds=60):
        with self.arrived:
            assert self.arrived.wait_for(wanted, seconds), self.requests


def page(title, text, *links, head=""):
    anchors = "".join(f'<p><a href="{link}">{link}</a></p>' for link in links)
    return (f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body><main><h1>{title}</h1>"
            f"<p>{text}</p>{anchors}</main></body></html>")


def prose(number):
    """Text of a page of its own: no two are nearly the same."""
    animals = "walrus narwhal beluga orca dugong otter seal puffin gannet skua".split()
    verbs = "eats finds follows carries counts watches loses shares hides keeps".split()
    words = [f"The {animals[(number * 7 + i * 3) % 10]} {verbs[(number + i) % 10]} item {number * 1000 + i * i}." for i in range(40)]
    return " ".join(words)
