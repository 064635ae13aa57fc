"""Websites: crawled politely and to the page, followed live, stopped, taken up after kill -9, asked about."""
import gzip
import threading
import time
import unittest

from embedding_server import EmbeddingServer
from walrus_server import WalrusServer
from website import Website, page, prose


def site_of(count):
    """A root that links to so many pages, each of which links to the next."""
    pages = {"/": page("Home", prose(0), *(f"/p{i}" for i in range(1, count + 1)))}
    for i in range(1, count + 1):
        pages[f"/p{i}"] = page(f"Page {i}", prose(i), f"/p{i % count + 1}", "/")
    return pages


class Crawl(unittest.TestCase):
    def setUp(self):
        self.server = WalrusServer("--crawl-allow", "127.0.0.0/8")
        self.addCleanup(self.server.close)
        self.server.start()

    def website(self, pages):
        site = Website(pages)
        self.addCleanup(site.__exit__)
        return site

    def begin(self, url, **wishes):
        accepted = self.server.post_json("/v1/documents/crawl", {"url": url, **wishes})
        self.assertEqual(accepted.status, 202, accepted)
        return accepted.json()

    def crawled(self, url, **wishes):
        accepted = self.begin(url, **wishes)
        return accepted, self.server.wait_for_status(f"/v1/operations/{accepted['operation_id']}")

    def pages(self, accepted):
        """Every page by its path."""
        found, cursor = {}, ""
        while True:
            answer = self.server.get(f"/v1/documents/{accepted['document_id']}/pages?limit=7{cursor}")
            for each in answer.json():
                found[each["url"].split("/", 3)[3]] = each
            if "x-next-cursor" not in answer.headers:
                return found
            cursor = "&cursor=" + answer.headers["x-next-cursor"]

    def assert_every_chunk_is_there(self, accepted, pages):
        """Of so many pages, of one chunk each."""
        chunks = self.server.get(f"/v1/documents/{accepted['document_id']}/chunks?limit=100").json()
        self.assertEqual([chunk["index"] for chunk in chunks], list(range(pages)))
        self.assertEqual(len({chunk["url"] for chunk in chunks}), pages)

    def assert_counters_never_fall(self, accepted):
        last = {}
        for event in self.server.get(f"/v1/operations/{accepted['operation_id']}/history").json():
            for name, value in event["status_metadata"].items():
                if isinstance(value, int) and name != "queue_position":
                    self.assertGreaterEqual(value, last.get(name, 0), (name, event))
                    last[name] = value

    def test_a_site_page_by_page_and_what_is_asked_about_it(self):
        site = self.website(site_of(12))
        accepted = self.begin(site.url(), max_pages=50)
        steps, crawled = [], []
        for event in self.server.stream(accepted["events_url"]):
            steps.append(event.data["processing_step"])
            crawled.append(event.data["status_metadata"].get("pages_crawled", 0))
        self.assertEqual(list(dict.fromkeys(steps)),
                         ["initializing", "crawling", "processing_content", "creating_embeddings", "storing_metadata", "finished"])
        self.assertEqual(crawled, sorted(crawled))
        self.assertEqual(crawled[-1], 13)
        pages = self.pages(accepted)
        self.assertEqual({each["state"] for each in pages.values()}, {"crawled"})
        self.assertEqual(pages["p3"]["title"], "Page 3")
        self.assertEqual(site.agents, {"WalrusBot/0.1.0"})
        for path in pages:
            self.assertEqual(site.asked_for("/" + path), 1)

        row = self.server.get("/v1/documents/?document_type=web_crawl").json()[0]
        self.assertEqual((row["url"], row["crawl_depth"], row["crawl_pages"]), (site.url(), 2, 13))
        found = self.server.post_json("/v1/search", {"query": "item 5009", "k": 3}).json()["results"]
        self.assertEqual(found[0]["url"], site.url("/p5"))
        answer = self.server.post_json("/v1/chat/", {"query": "Which animal has item 5009?", "session_id": "s"}).json()
        self.assertIn(site.url("/p5"), [source["url"] for source in answer["metadata"]["sources"]])

        gone = self.server.delete(f"/v1/documents/website/{accepted['document_id']}").json()
        self.assertEqual(gone["document_type"], "web_crawl")
        self.assertEqual(self.server.get(f"/v1/documents/{accepted['document_id']}/pages").status, 404)
        self.assertEqual(self.server.post_json("/v1/search", {"query": "item 5009"}).json()["results"], [])

    def test_depth_prefix_and_count_are_exact(self):
        site = self.website({
            "/docs/": page("Docs", prose(1), "/docs/a", "/blog/", "http://127.0.0.2/", "/docs/b#part", "/docs/b", "mailto:a@b.example"),
            "/docs/a": page("A", prose(2), "/docs/deep"),
            "/docs/b": page("B", prose(3)),
            "/docs/deep": page("Deep", prose(4), "/docs/deeper"),
        })
        accepted, status = self.crawled(site.url("/docs/"), max_depth=2)
        pages = self.pages(accepted)
        self.assertEqual({path for path, each in pages.items() if each["state"] == "crawled"}, {"docs/", "docs/a", "docs/b"})
        self.assertEqual(pages["docs/deep"]["reason"], "depth")
        self.assertEqual(pages["blog/"]["reason"], "off-prefix")
        self.assertEqual(status["status_metadata"]["pages_skipped"], 3)
        accepted, _ = self.crawled(site.url("/docs/"), max_depth=5, max_pages=2)
        asked = [each for each in self.pages(accepted).values() if each["state"] == "crawled"]
        self.assertEqual(len(asked), 2)
        self.assertEqual({each.get("reason") for each in self.pages(accepted).values() if each["url"].endswith(("/docs/a", "/docs/b"))}, {None, "max_pages"})
        accepted, _ = self.crawled(site.url("/docs/"), max_depth=5, exclude=["/docs/d*"])
        self.assertIn("include or exclude", self.pages(accepted)["docs/deep"]["reason"])

    def test_what_sites_ask_for_is_obeyed(self):
        site = self.website({
            "/robots.txt": (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /private\n"),
            "/": page("Home", prose(1), "/private/x", "/noindex", "/header", "/nofollow"),
            "/private/x": page("Private", prose(2)),
            "/noindex": page("No", prose(3), "/linked", head='<meta name="robots" content="noindex">'),
            "/header": (200, {"Content-Type": "text/html", "X-Robots-Tag": "noindex, nofollow"}, page("H", prose(4), "/unlinked").encode()),
            "/nofollow": page("F", prose(5), head='<meta name="robots" content="nofollow">').replace("</main>", '<a href="/never">n</a></main>'),
            "/linked": page("L", prose(6)),
        })
        accepted, _ = self.crawled(site.url(), max_depth=4)
        pages = self.pages(accepted)
        self.assertIn("Disallow: /private", pages["private/x"]["reason"])
        self.assertEqual(site.asked_for("/private/x"), 0)
        self.assertEqual(pages["noindex"]["reason"], "noindex")
        self.assertEqual(pages["header"]["reason"], "noindex")
        self.assertEqual(pages["linked"]["state"], "crawled")
        self.assertNotIn("unlinked", pages)
        self.assertNotIn("never", pages)

    def test_a_sitemap_names_pages_that_nothing_links_to(self):
        site = self.website({"/": page("Home", prose(1)), "/hidden": page("Hidden", prose(2)), "/deep/x": page("X", prose(3))})
        port = site.url().rstrip("/")
        site.pages["/robots.txt"] = (200, {}, f"User-agent: *\nAllow: /\nSitemap: {port}/index.xml\n".encode())
        site.pages["/index.xml"] = (200, {"Content-Type": "application/xml"},
                                    f"<sitemapindex><sitemap><loc>{port}/map.xml.gz</loc></sitemap></sitemapindex>".encode())
        site.pages["/map.xml.gz"] = (200, {"Content-Type": "application/gzip"}, gzip.compress(
            f"<urlset><url><loc>{port}/hidden</loc></url><url><loc>{port}/deep/x</loc></url><url><loc>http://b.example/elsewhere</loc></url></urlset>".encode()))
        accepted, _ = self.crawled(site.url())
        self.assertEqual(set(self.pages(accepted)), {""}, "only where it is asked for")
        accepted, _ = self.crawled(site.url(), sitemap=True)
        pages = self.pages(accepted)
        self.assertEqual({path for path, each in pages.items() if each["state"] == "crawled"}, {"", "hidden", "deep/x"}, pages)

    def test_copies_redirects_and_failures(self):
        text = prose(9)
        site = self.website({
            "/": page("Home", prose(1), "/copy1", "/copy2", "/moved", "/gone", "/image", "/out", "/big", "/loop"),
            "/copy1": page("Same", text), "/copy2": page("Same", text),
            "/moved": (301, {"Location": "/target"}, b""),
            "/target": page("Target", prose(3)),
            "/image": (200, {"Content-Type": "image/png"}, b"\x89PNG"),
            "/out": (302, {"Location": "http://192.0.2.1/"}, b""),
            "/big": (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, gzip.compress(b"<p>" + b"a" * 30_000_000)),
            "/loop": (302, {"Location": "/loop"}, b""),
        })
        accepted, status = self.crawled(site.url())
        self.assertEqual(status["processing_status"], "completed", status)
        pages = self.pages(accepted)
        copies = sorted((pages[path]["state"], pages[path].get("dup_of", "")) for path in ("copy1", "copy2"))
        self.assertEqual(copies[0], ("crawled", ""))
        self.assertEqual(copies[1][0], "skipped")
        self.assertIn(copies[1][1], {site.url("/copy1"), site.url("/copy2")})
        self.assertEqual(pages["target"]["state"], "crawled")
        self.assertEqual(pages["moved"]["reason"], "redirect to " + site.url("/target"))
        self.assertEqual(pages["gone"]["reason"], "HTTP 404")
        self.assertIn("type", pages["image"]["reason"])
        self.assertEqual(pages["big"]["state"], "failed")
        self.assertEqual(pages["loop"]["state"], "skipped")
        self.assertEqual(status["status_metadata"]["pages_crawled"], 4)
        self.assertEqual(status["status_metadata"]["pages_failed"], 2)

    def test_a_root_that_cannot_be_crawled_says_why(self):
        site = self.website({
            "/robots.txt": (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /no\n"),
            "/away": (301, {"Location": "/"}, b""),
        })
        for url, error, words in (
                (site.url("/no/"), "robots_denied", "Disallow: /no"),
                (site.url("/missing"), "fetch_failed", "404"),
                ("http://127.0.0.1:1/", "fetch_failed", "")):
            with self.subTest(url=url):
                accepted, status = self.crawled(url)
                self.assertEqual(status["processing_status"], "failed")
                self.assertEqual(status["error"]["type"], error, status)
                self.assertIn(words, status["error"]["message"])
        for member, value in (("url", "ftp://a.example/"), ("url", "javascript:1"), ("url", "http:///"), ("url", "http://u:p@a.example/"),
                              ("url", "http://a.example/" + "a" * 2048), ("url", ""), ("max_depth", 0), ("max_depth", 6),
                              ("max_pages", 0), ("max_pages", 10_001), ("include", "x"), ("exclude", [""]), ("render", True)):
            with self.subTest(member=member, value=value):
                body = {"url": site.url(), member: value}
                refused = self.server.post_json("/v1/documents/crawl", body)
                self.assertEqual(refused.status, 422, refused)
                self.assertEqual(refused.json()["errors"][0]["pointer"], "/" + member)

    def test_cancel_then_retry_asks_for_nothing_twice(self):
        site = self.website(site_of(30))
        go = threading.Event()
        held = [f"/p{i}" for i in range(11, 31)]
        site.before = lambda path: go.wait(60) if path in held else None
        accepted = self.begin(site.url())
        site.wait_for(lambda: any(path in held for path, _ in site.requests))
        path = f"/v1/operations/{accepted['operation_id']}"
        began = time.monotonic()
        self.assertEqual(self.server.request("POST", path + "/cancel").status, 202)
        status = self.server.wait_for_status(path)
        self.assertEqual(status["error"]["type"], "cancelled")
        self.assertLess(time.monotonic() - began, 1.0)
        self.assertEqual(self.server.post_json("/v1/search", {"query": "walrus"}).json()["results"], [])
        done = {each["url"] for each in self.pages(accepted).values() if each["state"] == "crawled"}
        self.assertGreater(len(done), 0)
        go.set()
        self.assertEqual(self.server.request("POST", path + "/retry").status, 202)
        self.assertEqual(self.server.wait_for_status(path)["processing_status"], "completed")
        self.assert_every_chunk_is_there(accepted, 31)
        for url in done:
            self.assertEqual(site.asked_for("/" + url.split("/", 3)[3]), 1, url)
        self.assertEqual(len([each for each in self.pages(accepted).values() if each["state"] == "crawled"]), 31)

    def test_goes_on_after_kill_9_and_a_shutdown_and_loses_no_page(self):
        site = self.website(site_of(60))
        site.before = lambda path: time.sleep(0.02)
        accepted = self.begin(site.url(), max_pages=100)
        for wanted, end in ((10, self.server.kill), (25, self.server.stop), (40, self.server.kill)):
            site.wait_for(lambda: len(site.requests) >= wanted)
            self.assertIn(end(), (None, 0))
            self.server.start(self.server.port)
        status = self.server.wait_for_status(f"/v1/operations/{accepted['operation_id']}")
        self.assertEqual(status["processing_status"], "completed", status)
        self.assertEqual(status["status_metadata"]["pages_crawled"], 61)
        pages = self.pages(accepted)
        self.assertEqual({each["state"] for each in pages.values()}, {"crawled"})
        self.assert_counters_never_fall(accepted)
        twice = [path for path in pages if site.asked_for("/" + path) > 1]
        self.assertLessEqual(len(twice), 3 * 8, "more than was under way at the kills")
        self.assert_every_chunk_is_there(accepted, 61)
        self.assertEqual(self.server.get(f"/v1/documents/{accepted['document_id']}/content").status, 404)
        found = self.server.post_json("/v1/search", {"query": "item 57009", "k": 1}).json()["results"]
        self.assertEqual(found[0]["url"], site.url("/p57"))

    def test_a_site_that_has_enough_is_asked_more_slowly(self):
        busy = [2]

        def first_too_many():
            busy[0] -= 1
            if busy[0] >= 0:
                return (429, {"Retry-After": "3"}, b"")
            return page("Late", prose(2))

        site = self.website({"/": page("Home", prose(1), "/late"), "/late": first_too_many})
        accepted, status = self.crawled(site.url())
        self.assertEqual(self.pages(accepted)["late"]["state"], "crawled")
        times = [when for path, when in site.requests if path == "/late"]
        self.assertEqual(len(times), 3)
        # Longer than a page that failed waits for its next try.
        self.assertTrue(all(after - before >= 2.9 for before, after in zip(times, times[1:])), times)

    def start_with_embedder(self, embeddings, model):
        self.server.stop()
        self.server.arguments = ("--crawl-allow", "127.0.0.0/8", "--embedding-url", embeddings.url(), "--embedding-model", model)
        self.server.start()

    def test_another_embedder_embeds_a_site_anew_and_asks_it_for_nothing(self):
        embeddings = EmbeddingServer()
        self.addCleanup(embeddings.close)
        site = self.website({**site_of(4), "/p2": page("Home", prose(0)), "/gone": (404, {}, b"")})
        self.start_with_embedder(embeddings, "first")
        accepted, before = self.crawled(site.url())
        self.assertEqual(before["processing_status"], "completed", before)
        pages, asked = self.pages(accepted), len(site.requests)
        self.start_with_embedder(embeddings, "second")
        status_url = f"/v1/documents/{accepted['document_id']}/status"
        after = self.server.wait_for_status(status_url)
        self.assertNotEqual(after["operation_id"], before["operation_id"])
        self.assertEqual((after["processing_status"], after["processing_step"]), ("completed", "finished"), after)
        self.assertEqual(after["status_metadata"]["chunks_created"], before["status_metadata"]["chunks_created"])
        self.assertEqual(sorted(embeddings.texts["second"]), sorted(embeddings.texts["first"]))
        self.assertEqual(len(site.requests), asked)
        self.assertEqual(self.pages(accepted), pages)
        found = self.server.post_json("/v1/search", {"query": "item 3009", "k": 1}).json()["results"]
        self.assertEqual(found[0]["url"], site.url("/p3"))
        # It is done once: the next start has nothing to do.
        self.start_with_embedder(embeddings, "second")
        self.assertEqual(self.server.get(status_url).json()["operation_id"], after["operation_id"])


if __name__ == "__main__":
    unittest.main()
