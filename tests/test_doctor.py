"""`walrus doctor` against a real server, and what it knows by heart."""
import json
import re
import subprocess
import unittest

from walrus_server import PROGRAM, ROOT, WalrusServer, clean_environment


def examine(*arguments):
    """(exit code, findings by their check)."""
    done = subprocess.run([PROGRAM, "doctor", "--json", "--no-wait", *map(str, arguments)], capture_output=True, text=True,
                          env=clean_environment(), timeout=60)
    assert not done.stderr, done.stderr
    found = {finding["check"]: finding for finding in map(json.loads, done.stdout.splitlines())}
    return done.returncode, found


class Doctor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(WalrusServer())
        cls.url = f"http://localhost:{cls.server.port}"
        cls.document = cls.server.ingest("walrus.txt", b"Walruses rest on ice.")[0]["document_id"]

    def examine(self, *arguments):
        return examine("--url", self.url, "--data-dir", self.server.data, *arguments)

    def test_a_server_that_is_well(self):
        code, found = self.examine()
        wrong = [finding for finding in found.values() if finding["verdict"] in ("wrong", "skipped")]
        self.assertEqual((code, wrong), (0, []))
        self.assertIn(f"process {self.server.process.pid}", found["data"]["saw"])
        self.assertGreaterEqual(set(found), {"server", "disk", "open-files", "version", "clock", "store", "sandbox", "accept", "pages",
                                             "uploads", "long-poll", "websocket", "stream"})

    def test_it_leaves_nothing_behind(self):
        before = self.server.get("/v1/operations?limit=100").json()
        self.examine()
        self.assertEqual(self.server.get("/v1/operations?limit=100").json(), before)
        self.assertEqual(list((self.server.data / "blobs" / "incoming").iterdir()), [])

    def test_a_document_and_an_id_of_nothing(self):
        code, found = self.examine(self.document)
        self.assertEqual((code, found["operation"]["verdict"]), (0, "ok"))
        code, found = self.examine("01a20cda-4873-768f-83ec-56fbc4e7d2ee")
        self.assertEqual((code, found["operation"]["verdict"]), (1, "wrong"))

    def test_a_document_that_failed(self):
        accepted, _ = self.server.ingest("broken.pdf", b"%PDF-1.4 broken")
        code, found = self.examine(accepted["document_id"])
        self.assertEqual((code, found["operation"]["verdict"]), (1, "wrong"))
        self.assertIn("failed in step extracting_text", found["operation"]["saw"])

    def test_a_folder_whose_server_is_gone(self):
        with WalrusServer() as server:
            server.kill()
            code, found = examine("--url", f"http://localhost:{server.port}", "--data-dir", server.data)
        self.assertEqual((code, found["server"]["verdict"], found["data"]["verdict"]), (3, "wrong", "wrong"))
        self.assertIn("walrus serve --data-dir", found["data"]["mend"])

    def test_the_server_of_the_folder_listens_elsewhere(self):
        code, found = examine("--url", "http://localhost:1", "--data-dir", self.server.data)
        self.assertEqual(code, 3)
        self.assertIn(f"--url {self.url}", found["data"]["mend"])

    def test_it_knows_how_long_each_step_may_be_silent(self):
        known = dict(re.findall(r'\{"(\w+)", seconds\((\d+)\)\}', (ROOT / "server/cli/operation_check.cc").read_text()))
        limits = dict(re.findall(r"Duration (\w+) = std::chrono::seconds\((\d+)\)", (ROOT / "server/jobs/watchdog.h").read_text()))
        steps, kept = [], {}
        for line in (ROOT / "server/jobs/watchdog.cc").read_text().splitlines():
            if step := re.search(r"case k(\w+):", line):
                steps.append(re.sub(r"(?<!^)(?=[A-Z])", "_", step[1]).lower())
            elif limit := re.search(r"return limits\.(\w+);", line):
                kept.update(dict.fromkeys(steps, limits[limit[1]]))
                steps = []
        del kept["finished"]
        self.assertEqual(known, kept)


if __name__ == "__main__":
    unittest.main()
