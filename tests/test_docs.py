"""The guides of docs/, run as they stand: their commands and programs against a real server, and
their proxies before one."""
import json
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.request

from walrus_server import BUILD, PROGRAM, ROOT, WalrusServer, clean_environment, multipart
from web_socket import WebSocket

DOCS = ROOT / "docs"


def fences(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", (DOCS / page).read_text(), re.MULTILINE | re.DOTALL)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def examine(url, *arguments):
    done = subprocess.run([PROGRAM, "doctor", "--json", "--no-wait", "--url", url, "--data-dir", "/no/folder", *arguments],
                          capture_output=True, text=True, env=clean_environment(), timeout=60)
    return done.returncode, {found["check"]: found for found in map(json.loads, done.stdout.splitlines())}


class Guides(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(WalrusServer())
        cls.environment = {**clean_environment(), "PYTHONPATH": str(ROOT / "clients/python/src"), "PYTHONDONTWRITEBYTECODE": "1",
                           "WALRUS_URL": f"http://localhost:{cls.server.port}", "PATH": f"{BUILD}:{os.environ['PATH']}"}

    def run_here(self, command, text):
        with tempfile.TemporaryDirectory() as folder:
            os.symlink(DOCS, pathlib.Path(folder) / "docs")
            here = text.replace("localhost:8000", f"localhost:{self.server.port}").replace(
                '("localhost", 8000)', f'("localhost", {self.server.port})')
            done = subprocess.run([*command, here], cwd=folder, env=self.environment, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""), here + done.stdout)
        return done.stdout

    def test_http(self):
        blocks = fences("http.md", "bash")
        said = self.run_here(["bash", "-euc"], "".join(f"{block}\necho '=== end'\n" for block in blocks)).split("=== end\n")
        self.assertEqual(len(blocks), 9)
        accepted, events, resumed, long_poll, polled, many, chat, history, found, _ = said
        self.assertRegex(accepted, r"^[0-9a-f-]{36}\n$")
        self.assertRegex(events, r'(?s)^retry: 1000\n.*"validating".*"completed"')
        self.assertRegex(resumed, r"(?m)^id: 2$")
        self.assertNotRegex(resumed, r"(?m)^id: 1$")
        self.assertEqual(json.loads(long_poll)["processing_status"], "completed")
        self.assertEqual(json.loads(polled)["progress_percentage"], 100)
        self.assertEqual(json.loads(many)["not_found"], ["no-such-id"])
        self.assertRegex(chat, r'(?s)"initializing".*"chunk".*"complete"')
        self.assertEqual(json.loads(history)[-1]["step"], "finished")
        self.assertRegex(found, r"(?m)^ok +operation +completed")

    def test_python(self):
        monitor, upload, chat = (self.run_here(["/usr/bin/python3", "-c"], block) for block in fences("python.md", "python"))
        self.assertRegex(monitor, r"[0-9a-f-]{36}\n$")
        self.assertIn("100 % Upload completed successfully\n", upload)
        self.assertTrue(chat.endswith("complete\n"), chat)

    def test_links(self):
        for page in DOCS.glob("*.md"):
            for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text()):
                self.assertTrue((DOCS / target).exists(), f"{page.name}: {target}")


class Proxies(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(WalrusServer())
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"

    def begin(self, *command):
        environment = {**clean_environment(), "HOME": str(self.folder)}
        log = self.enterContext(open(self.folder / "log", "w"))
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, cwd=self.folder)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        deadline = time.monotonic() + 20
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            self.assertIsNone(process.poll(), (self.folder / "log").read_text())
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    def here(self, text):
        return text.replace(":8080", f":{self.port}").replace(":8000", f":{self.server.port}")

    def begin_nginx(self, server):
        paths = "".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.folder / "nginx.conf").write_text(f"pid {self.folder}/pid; daemon off; master_process off; events {{}}\n"
                                                f"http {{ access_log off; {paths}\n{server}\n}}\n")
        self.begin("/usr/sbin/nginx", "-e", str(self.folder / "error.log"), "-c", str(self.folder / "nginx.conf"))

    def hold_to_promises(self):
        content_type, body = multipart([("file", "large.txt", b"Walruses rest on ice.\n" * 950_000)])
        self.assertGreater(len(body), 20_000_000)
        request = urllib.request.Request(f"{self.url}/v1/documents/", body, {"Content-Type": content_type})
        with urllib.request.urlopen(request, timeout=60) as answer:
            self.assertEqual(answer.status, 202)
            operation = json.load(answer)["operation_id"]
        code, found = examine(self.url, operation)
        wrong = [one for one in found.values() if one["verdict"] in ("wrong", "warning")]
        self.assertEqual((code, wrong), (0, []))
        with WebSocket(self.port, "/ws/chat/proxied") as chat:
            chat.say({"query": "Where do walruses rest?"})
            told = []
            while not told or told[-1]["type"] not in ("complete", "error"):
                told.append(chat.hear())
        self.assertEqual(told[-1]["type"], "complete")

    def test_nginx(self):
        (page,) = fences("nginx.md", "nginx")
        self.begin_nginx(self.here(page))
        self.hold_to_promises()

    def test_nginx_with_http_2(self):
        key, certificate = self.folder / "key.pem", self.folder / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "1",
                        "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
                       check=True, capture_output=True)
        (page,) = fences("nginx.md", "nginx")
        secure = f":8080 ssl http2; ssl_certificate {certificate}; ssl_certificate_key {key};"
        self.begin_nginx(self.here(page.replace(":8080;", secure)))
        with subprocess.Popen(["curl", "-siN", "--http2", "--cacert", certificate, f"https://localhost:{self.port}/v1/events"],
                              stdout=subprocess.PIPE, text=True, env=clean_environment()) as curl:
            self.addCleanup(curl.kill)
            head = list(iter(curl.stdout.readline, "\n"))
            first = curl.stdout.readline()
            curl.kill()
        self.assertEqual((head[0].split()[:2], first), (["HTTP/2", "200"], "retry: 1000\n"))

    def test_caddy(self):
        (page,) = fences("caddy.md", "caddy")
        file = self.folder / "Caddyfile"
        file.write_text("{\n  admin off\n  auto_https off\n}\n" + self.here(page))
        self.begin("caddy", "run", "--adapter", "caddyfile", "--config", str(file))
        self.hold_to_promises()

    def test_an_nginx_that_holds_streams_back_is_named(self):
        (page,) = fences("nginx.md", "nginx")
        bad = self.here(page).replace("proxy_http_version 1.1;", "proxy_http_version 1.0;")
        bad = bad.replace("proxy_buffering off;", "proxy_buffering on; proxy_ignore_headers X-Accel-Buffering;")
        self.begin_nginx(bad)
        code, found = examine(self.url)
        self.assertEqual(code, 1)
        self.assertIn("held back", found["stream"]["saw"])
        self.assertIn("proxy_buffering off", found["stream"]["mend"])
        # HTTP/1.0 knows no upgrade either; nothing else is wrong.
        self.assertEqual({check for check, one in found.items() if one["verdict"] == "wrong"}, {"stream", "websocket"})

    def test_an_nginx_that_compresses_streams_is_named(self):
        (page,) = fences("nginx.md", "nginx")
        self.begin_nginx(self.here(page).replace("proxy_buffering off;", "proxy_buffering off; gzip on; gzip_types text/event-stream;"))
        code, found = examine(self.url)
        self.assertEqual((code, found["stream"]["verdict"]), (0, "warning"))
        self.assertIn("gzip_types", found["stream"]["mend"])


if __name__ == "__main__":
    unittest.main()
