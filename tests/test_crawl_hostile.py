"""Websites that are broken or out to do harm: one bad page fails no crawl that has good ones, and nothing of it takes the server down."""
import base64
import gzip
import pathlib
import socketserver
import threading
import unittest
import zlib

from walrus_server import WalrusServer
from website import Website, page, prose

MOST_MEMORY = 600  # MiB of the server; a sanitizer's shadow is not asked about
NESTED = 100_000
BOMB = 256 << 20

# Of pages that say "The walrus named brotli …" and "… zstd …"; Python's own library packs neither.
BROTLI = base64.b64decode(
    "G7IAAIyTXP1tlDrd9ea4FH/Z9ce2sGF0sk7EgqJ64wbWa5um6QYf7MG2BQff1hseHr8I7RVWGWmZwOIuwQvaGZ5J2NxaN0U596esgY8a7wg0HqNPNeDU"
    "E7/+3QJ3+N+ZMPFKUILzJyvhTKAJw/vCrJTq8ton")
ZSTD = base64.b64decode(
    "KLUv/SSx/QMAAokaEZB9tJ7YcPZQ4tyALfSU3CEHR878xijHjiIqe3zbyxWrD45W+Vyxl1I9nkqux1m1Z1R9W/Dby0/r44zbfZZxf9amoo/1lWp/e+nY"
    "Ql45FKpZRmEtLoVOkxnmcmgzjir55ciZ3zfL86oMlAYA6jCbLHWZC7A7yyHmDAkKGOuxxtM=")


def packed(name, body):
    return (200, {"Content-Type": "text/html", "Content-Encoding": name}, body)


def answer(head, body=b""):
    return ("HTTP/1.1 " + head + "\r\n\r\n").encode() + body


HTML = "200 OK\r\nContent-Type: text/html"


class RawSite:
    """Answers with the bytes it is given, by path, and closes."""

    def __init__(self, answers):
        owner = self
        self.answers = answers

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                path = self.rfile.readline().decode("latin-1").split(" ")[1:2]
                while self.rfile.readline().strip():
                    pass
                try:
                    self.wfile.write(owner.answers.get("".join(path), answer("404 Not Found\r\nContent-Length: 0")))
                except OSError:
                    pass  # the crawler had enough

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def url(self, path="/"):
        return f"http://127.0.0.1:{self.server.server_address[1]}{path}"


class HostileSites(unittest.TestCase):
    def setUp(self):
        self.server = WalrusServer("--crawl-allow", "127.0.0.0/8")
        self.addCleanup(self.server.close)
        self.server.start()

    def crawled(self, url, **wishes):
        accepted = self.server.post_json("/v1/documents/crawl", {"url": url, **wishes}).json()
        status = self.server.wait_for_status(f"/v1/operations/{accepted['operation_id']}")
        return status, self.pages(accepted["document_id"])

    def pages(self, document_id):
        found, cursor = [], ""
        while True:
            answered = self.server.get(f"/v1/documents/{document_id}/pages?limit=100{cursor}")
            found += answered.json()
            if "x-next-cursor" not in answered.headers:
                return {each["url"].split("/", 3)[3]: each for each in found}
            cursor = "&cursor=" + answered.headers["x-next-cursor"]

    def assert_memory_is_bounded(self):
        lines = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text().splitlines()
        peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
        self.assertLess(peak, MOST_MEMORY)

    def website(self, pages):
        site = Website(pages)
        self.addCleanup(site.__exit__)
        return site

    def test_broken_answers_end_their_pages_alone(self):
        bomb = gzip.compress(b"<p>" + bytes(BOMB), 9)
        broken = {
            "/chunks": answer(HTML + "\r\nTransfer-Encoding: chunked", b"5\r\nhello\r\nzz\r\nworld\r\n"),
            "/short": answer(HTML + "\r\nContent-Length: 5000", b"<p>The rest is missing"),
            "/no-http": b"\x00\x01\x02 nothing of the kind\r\n\r\n",
            "/nothing": b"",
            "/many-headers": answer(HTML + "".join(f"\r\nX-Flood-{i}: {'a' * 90}" for i in range(20_000))),
            "/long-header": answer(HTML + "\r\nX-Flood: " + "a" * 2_000_000),
            "/no-gzip": answer(f"{HTML}\r\nContent-Encoding: gzip\r\nContent-Length: 8", b"not gzip"),
            "/unknown-coding": answer(f"{HTML}\r\nContent-Encoding: rot13\r\nContent-Length: 4", b"grkg"),
            "/bomb": answer(f"{HTML}\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}", bomb),
            "/large": answer(f"{HTML}\r\nContent-Length: {9 << 20}", b"a" * (9 << 20)),
            "/status": answer("999 Whatever\r\nContent-Length: 0"),
        }
        home = page("Home", prose(1), *broken, "/good", "/nowhere", "/nonsense").encode()
        site = RawSite({
            **broken,
            "/": answer(f"{HTML}\r\nContent-Length: {len(home)}", home),
            "/good": answer(HTML, page("Good", prose(7)).encode()),
            "/nowhere": answer("302 Found\r\nContent-Length: 0"),
            "/nonsense": answer("302 Found\r\nLocation: http://[\r\nContent-Length: 0"),
        })
        self.addCleanup(site.close)
        status, pages = self.crawled(site.url())
        self.assertEqual(status["processing_status"], "completed", status)
        self.assertEqual({path for path, each in pages.items() if each["state"] == "crawled"}, {"", "good"}, pages)
        for path in broken:
            with self.subTest(path):
                self.assertEqual(pages[path[1:]]["state"], "failed", pages[path[1:]])
                self.assertTrue(pages[path[1:]]["reason"])
        self.assertEqual(status["status_metadata"]["pages_failed"], sum(each["state"] == "failed" for each in pages.values()))
        self.assert_memory_is_bounded()

    def test_pages_that_are_packed_are_unpacked(self):
        html = page("Packed", "The walrus named {} rests on the ice and eats clams all day long, as the others do.")
        site = self.website({
            "/": page("Home", prose(1), "/brotli", "/zstd", "/gzip", "/deflate"),
            "/brotli": packed("br", BROTLI),
            "/zstd": packed("zstd", ZSTD),
            "/gzip": packed("gzip", gzip.compress(html.format("gzip").encode())),
            "/deflate": packed("deflate", zlib.compress(html.format("deflate").encode())),
        })
        status, pages = self.crawled(site.url())
        self.assertEqual({each["state"] for each in pages.values()}, {"crawled"}, pages)
        chunks = self.server.get(f"/v1/documents/{status['document_id']}/chunks").json()
        for name in ("brotli", "zstd", "gzip", "deflate"):
            self.assertTrue(any(f"walrus named {name}" in chunk["text"] for chunk in chunks), name)

    def test_deep_nesting_and_odd_bytes_are_read(self):
        deep = ("<!doctype html><title>Deep</title>" + "<div>" * NESTED + "<p>The narwhal of the deepest element eats squid and halibut.</p>")
        odd = "<title>Odd</title><p>Words \x00 and \ufffe and \U0010ffff, then the walrus of odd bytes eats clams.".encode() + b"\xff\xfe\x80</p>"
        site = self.website({"/": page("Home", prose(1), "/deep", "/odd"), "/deep": deep, "/odd": (200, {"Content-Type": "text/html; charset=nonsense"}, odd)})
        status, pages = self.crawled(site.url())
        self.assertEqual({each["state"] for each in pages.values()}, {"crawled"}, pages)
        chunks = self.server.get(f"/v1/documents/{status['document_id']}/chunks").json()
        self.assertTrue(any("narwhal of the deepest" in chunk["text"] for chunk in chunks))
        self.assertTrue(any("walrus of odd bytes" in chunk["text"] for chunk in chunks))

    def test_pages_without_end_are_bounded_and_counted(self):
        class Endless(dict):
            """Every page there may be, each of which links to forty that are new."""

            def get(self, path, _=None):
                if path == "/robots.txt":
                    return (404, {}, b"")
                return page(f"Page {path}", f"What {path} tells of clams.", *(f"/{zlib.crc32(path.encode()):x}-{i}" for i in range(40)))

        site = self.website(Endless())
        status, pages = self.crawled(site.url(), max_depth=5, max_pages=60)
        self.assertEqual(status["processing_status"], "completed")
        self.assertEqual(len(site.requests), 60 + 1)  # robots.txt
        counted = status["status_metadata"]
        self.assertEqual((counted["pages_total"], counted["pages_crawled"]), (60, 60))
        self.assertEqual(len(pages), 1200, "twenty for each that may be asked for")
        self.assertEqual(counted["pages_skipped"], 60 * 40 + 1 - 60)

    def test_traps_are_told_from_pages(self):
        class Trapped(dict):
            """A calendar that goes on for ever, a path that repeats itself, and a link that grows."""

            def get(self, path, _=None):
                if path == "/robots.txt":
                    return (404, {}, b"")
                month = int(path.rpartition("month=")[2]) if "month=" in path else 0
                return page(f"Page {path}", f"Nothing happened on {path}.", f"/calendar?month={month + 1}",
                            path.rstrip("/") + "/more/of/it", path + ("&" if "?" in path else "?") + "again=1")

        site = self.website(Trapped())
        status, pages = self.crawled(site.url(), max_depth=5, max_pages=200)
        self.assertEqual(status["processing_status"], "completed")
        self.assertLessEqual(len(site.requests), 201)
        reasons = {each["reason"].partition(":")[0] for each in pages.values() if each["state"] == "skipped"}
        self.assertLessEqual(reasons, {"depth", "trap", "max_pages", "duplicate"}, reasons)
        self.assertIn("trap", reasons)


if __name__ == "__main__":
    unittest.main()
