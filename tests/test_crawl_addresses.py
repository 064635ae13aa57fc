"""Addresses that no crawl may reach, in every spelling. All of it happens in a network namespace of its own, where
whoever is connected to after all is a listener of the test's."""
import socket
import threading
import unittest

import lonely_network
from walrus_server import WalrusServer
from website import Website, page, prose

INSIDE = ["10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.0.1", "169.254.169.254", "100.64.0.1", "198.18.0.1", "192.0.2.1"]
SPELLINGS = [
    *(f"http://{address}/" for address in INSIDE),
    "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.255.255.254/",
    "http://0.0.0.0/", "http://0/", "http://localhost/", "http://LOCALHOST/", "http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/",
    "http://127\u30020\u30020\u30021/", "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:a00:1]/",
    "http://[64:ff9b::7f00:1]/", "http://[64:ff9b::10.0.0.1]/", "http://[2002:7f00:1::]/", "http://[2002:a00:1::1]/", "http://[fe80::1]/",
    "http://[fc00::1]/", "http://[fd00:ec2::254]/", "http://[2001:db8::1]/", "http://[ff02::1]/", "http://224.0.0.1/",
    "http://255.255.255.255/", "http://240.0.0.1/", "http://169.254.169.254/latest/meta-data/", "https://127.0.0.1/",
    "http://127.0.0.1:22/", "http://8.8.8.8:22/",
]


def setUpModule():
    lonely_network.enter(INSIDE)


class Listener:
    """Takes every connection to a port, whatever the address, and counts them."""

    def __init__(self, port):
        self.connections = 0
        self.socket = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)  # ends the thread's accept
        self.thread.join()
        self.socket.close()


class RefusedAddresses(unittest.TestCase):
    def setUp(self):
        self.listeners = [Listener(port) for port in (22, 80, 443)]
        for listener in self.listeners:
            self.addCleanup(listener.close)

    def serve(self, *arguments):
        server = WalrusServer(*arguments)
        self.addCleanup(server.close)
        server.start()
        return server

    def connections(self):
        return sum(listener.connections for listener in self.listeners)

    def end_of_crawl(self, server, url, **wishes):
        accepted = server.post_json("/v1/documents/crawl", {"url": url, **wishes})
        self.assertEqual(accepted.status, 202, accepted)
        return server.wait_for_status(f"/v1/operations/{accepted.json()['operation_id']}")

    def test_the_listeners_would_notice(self):
        for address in ("10.0.0.1", "169.254.169.254", "127.0.0.1", "::1"):
            socket.create_connection((address, 80)).close()
        while self.connections() < 4:
            pass

    def test_no_spelling_of_an_inner_address_is_connected_to(self):
        server = self.serve()
        for url in SPELLINGS:
            with self.subTest(url=url):
                status = self.end_of_crawl(server, url)
                self.assertEqual((status["processing_status"], status["error"]["type"]), ("failed", "forbidden_address"), status)
                self.assertFalse(status["error"]["retryable"])
        self.assertEqual(self.connections(), 0)

    def test_an_opened_range_opens_nothing_else(self):
        server = self.serve("--crawl-allow", "10.0.0.0/24,::1/128")
        self.assertEqual(self.end_of_crawl(server, "http://10.0.0.1/")["error"]["type"], "fetch_failed")
        self.assertGreater(self.connections(), 0)
        before = self.connections()
        for url in ("http://127.0.0.1/", "http://172.16.0.1/", "http://[::ffff:172.16.0.1]/", "http://169.254.169.254/"):
            self.assertEqual(self.end_of_crawl(server, url)["error"]["type"], "forbidden_address")
        self.assertEqual(self.connections(), before)

    def test_nothing_that_an_allowed_site_says_leads_inside(self):
        server = self.serve("--crawl-allow", "127.0.0.1/32")
        inside = "http://10.0.0.1/"
        rules = {"/robots.txt": (200, {"Content-Type": "text/plain"}, f"Sitemap: {inside}sitemap.xml\n".encode())}
        sites = {
            "links and redirects": {**rules, "/": page("Home", prose(1), "/away", inside, head=f"<base href='{inside}'><link rel=canonical href='{inside}'>"),
                                    "/away": (302, {"Location": inside}, b"")},
            "the root's redirect": {"/": (302, {"Location": inside}, b"")},
            "the rules' redirect": {"/robots.txt": (301, {"Location": inside}, b""), "/": page("Home", prose(1))},
        }
        for name, pages in sites.items():
            with self.subTest(name), Website(pages) as site:
                self.end_of_crawl(server, site.url(), sitemap=True, max_depth=3)
                self.assertGreater(len(site.requests), 0)
        self.assertEqual(self.connections(), 0)


if __name__ == "__main__":
    unittest.main()
