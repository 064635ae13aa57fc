"""A website that speaks HTTP/2 over TLS, with a certificate of an authority of its own."""
import pathlib
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

import h2.config
import h2.connection
import h2.events

from walrus_server import WalrusServer
from website import page, prose


HELD = 0.05  # seconds


class SecureSite:
    """Counts its connections, and how many requests were open at once on one."""

    def __init__(self, pages):
        self.folder = tempfile.TemporaryDirectory(prefix="walrus-test-")
        self.ca_file = self.path("ca.pem")
        self.make_certificates()
        self.pages = pages
        self.connections = 0
        self.versions = set()
        self.most_at_once = 0
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path("site.pem"), self.path("site.key"))
        context.set_alpn_protocols(["h2", "http/1.1"])
        self.context = context
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        threading.Thread(target=self.accept, daemon=True).start()

    def path(self, name):
        return str(pathlib.Path(self.folder.name) / name)

    def make_certificates(self):
        def openssl(*words):
            subprocess.run(["openssl", *words], check=True, capture_output=True)

        new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        openssl("req", "-x509", *new_key, "-keyout", self.path("ca.key"), "-out", self.ca_file, "-subj", "/CN=Test authority", "-days", "2")
        openssl("req", *new_key, "-keyout", self.path("site.key"), "-out", self.path("site.csr"), "-subj", "/CN=127.0.0.1")
        pathlib.Path(self.path("names")).write_text("subjectAltName=IP:127.0.0.1\n")
        openssl("x509", "-req", "-in", self.path("site.csr"), "-CA", self.ca_file, "-CAkey", self.path("ca.key"), "-CAcreateserial",
                "-extfile", self.path("names"), "-days", "2", "-out", self.path("site.pem"))

    def url(self, path="/"):
        return f"https://127.0.0.1:{self.listener.getsockname()[1]}{path}"

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.folder.cleanup()

    def accept(self):
        while True:
            try:
                raw, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(raw,), daemon=True).start()

    def serve(self, raw):
        try:
            with self.context.wrap_socket(raw, server_side=True) as connection:
                self.connections += 1
                self.versions.add(connection.selected_alpn_protocol())
                if connection.selected_alpn_protocol() == "h2":
                    self.speak(connection)
        except OSError:
            pass  # the crawler did not trust it, or went away

    def speak(self, connection):
        protocol = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        protocol.initiate_connection()
        connection.sendall(protocol.data_to_send())
        waiting = []
        while True:
            # Answers are held back as long as more requests come, so that all that may be open are.
            connection.settimeout(HELD if waiting else None)
            try:
                data = connection.recv(65536)
            except TimeoutError:
                for request in waiting:
                    self.answer(protocol, request)
                waiting = []
            else:
                if not data:
                    return
                waiting += [event for event in protocol.receive_data(data) if isinstance(event, h2.events.RequestReceived)]
                self.most_at_once = max(self.most_at_once, len(waiting))
            connection.sendall(protocol.data_to_send())

    def answer(self, protocol, request):
        path = dict(request.headers)[b":path"].decode()
        known = path in self.pages
        protocol.send_headers(request.stream_id, [(":status", "200" if known else "404"), ("content-type", "text/html; charset=utf-8")])
        protocol.send_data(request.stream_id, self.pages.get(path, "").encode(), end_stream=True)


class SecureSites(unittest.TestCase):
    def setUp(self):
        pages = {f"/p{i}": page(f"Page {i}", prose(i)) for i in range(1, 31)}
        self.site = SecureSite({"/": page("Home", prose(0), *pages), **pages})
        self.addCleanup(self.site.close)

    def crawled(self, *arguments):
        with WalrusServer("--crawl-allow", "127.0.0.0/8", *arguments) as server:
            accepted = server.post_json("/v1/documents/crawl", {"url": self.site.url()}).json()
            return server.wait_for_status(f"/v1/operations/{accepted['operation_id']}")

    def test_pages_come_over_one_connection_side_by_side(self):
        status = self.crawled("--ca-file", self.site.ca_file)
        self.assertEqual(status["processing_status"], "completed", status)
        self.assertEqual(status["status_metadata"]["pages_crawled"], 31)
        self.assertEqual((self.site.versions, self.site.connections), ({"h2"}, 1))
        self.assertGreater(self.site.most_at_once, 1)

    def test_a_certificate_of_an_unknown_authority_is_not_believed(self):
        status = self.crawled()
        self.assertEqual((status["processing_status"], status["error"]["type"]), ("failed", "fetch_failed"), status)
        self.assertIn("certificate", status["error"]["message"])


if __name__ == "__main__":
    unittest.main()
