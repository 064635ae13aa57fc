"""README's samples and the example, run as they stand against a real server."""
import os
import pathlib
import pty
import re
import subprocess
import unittest

import samples
from golden import ROOT
from walrus import Patience
from walrus.core import KEPT_ANSWERS
from walrus.operation import DRAIN_SECONDS
from walrus.reports import BATCH_SECONDS
from walrus_server import WalrusServer, clean_environment

CLIENT = ROOT / "clients/python"
README = (CLIENT / "README.md").read_text()
EXAMPLE = CLIENT / "examples/example_status_usage.py"
SAMPLES = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


class Samples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(WalrusServer())
        cls.url = f"http://localhost:{cls.server.port}"
        cls.environment = {**clean_environment(), "PYTHONPATH": str(CLIENT / "src"), "WALRUS_URL": cls.url,
                           "PYTHONDONTWRITEBYTECODE": "1", "PYTHONWARNINGS": "error"}

    def run_python(self, *arguments, **options):
        return subprocess.run(["/usr/bin/python3", *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True,
                              timeout=60, **options)

    def run_sample(self, words):
        (sample,) = [sample for sample in SAMPLES if words in sample]
        done = self.run_python("-c", sample.replace("http://localhost:8000", self.url))
        self.assertEqual((done.returncode, done.stderr), (0, ""), f"{sample}\n{done.stdout}")
        return done.stdout

    def test_an_upload(self):
        lines = self.run_sample("documents.ingest").splitlines()
        self.assertIn("100%  Upload completed successfully", lines)
        self.assertRegex(lines[-1], r"^[0-9.]+ \S")

    def test_an_answer(self):
        self.server.ingest("walrus.pdf", (ROOT / "docs/walrus.pdf").read_bytes())
        said = self.run_sample("chat.stream")
        self.assertRegex(said, r"(?s)\[initializing\].*\[generating_response\].*kilograms.*\[finished\].*extractive\n$")

    def test_asyncio(self):
        lines = [line.split() for line in self.run_sample("asyncio.run").splitlines()]
        self.assertEqual(len({operation for operation, _ in lines}), 2)

    def test_a_pipeline(self):
        self.run_sample("client.operation(")
        status = self.server.get("/v1/operations?kind=nightly_import&limit=1").json()["operations"][0]
        self.assertEqual((status["processing_status"], status["title"]), ("completed", "Orders"))

    def test_a_crawl(self):
        lines = self.run_sample("crawls.begin").splitlines()
        self.assertEqual(lines[0], "forbidden_address")

    def test_there_are_no_others(self):
        self.assertEqual(len(SAMPLES), 5)
        self.assertEqual(set(re.findall(r"^```(\w+)$", README, re.MULTILINE)), {"python", "sh"})
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
            self.assertTrue((CLIENT / target).exists(), target)

    def test_the_numbers(self):
        patience = Patience()
        for words, number in (("says nothing for 40 seconds", patience.stall == 40), ("longer than a minute", patience.longest_retry_after == 60),
                              ("After eight failures", patience.attempts == 8), ("are kept, 256 of them", KEPT_ANSWERS == 256),
                              ("a tenth of a second after", BATCH_SECONDS == 0.1), ("for ten seconds at its end", DRAIN_SECONDS == 10)):
            self.assertIn(words, README)
            self.assertTrue(number, words)

    def test_the_example_in_a_pipe(self):
        done = self.run_python(str(EXAMPLE), "docs/walrus.pdf", "--url", self.url)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for line in ("[#####---------------]  25%  Extracting text content...", "Generating response...",
                     "completed at 100%: 5 lines of text"):
            self.assertIn(f"\n{line}\n", done.stdout)
        self.assertNotIn("\x1b", done.stdout)
        self.assertRegex(done.stdout, r"\n\S+Z  completed   finished +Chat processing completed successfully\n")

    def test_the_example_on_a_terminal(self):
        ours, theirs = pty.openpty()
        with subprocess.Popen(["/usr/bin/python3", str(EXAMPLE), "docs/walrus.pdf", "--url", self.url], cwd=ROOT,
                              env=self.environment, stdin=theirs, stdout=theirs, stderr=theirs) as process:
            os.close(theirs)
            said = read_all(ours)
        self.assertEqual(process.returncode, 0, said)
        self.assertIn("\r\x1b[K[####################] 100%  Upload completed successfully\r\n", said)
        self.assertIn("\r\x1b[K[##########----------]  50%  Splitting into chunks...\r\x1b[K", said)

    def test_the_example_and_a_file_that_fails(self):
        broken = pathlib.Path(self.server.folder) / "broken.pdf"
        broken.write_bytes(b"%PDF-1.4 broken")
        done = self.run_python(str(EXAMPLE), str(broken), "--url", self.url)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^OperationFailedError: \S")

    def test_the_documentations_own_calls(self):
        script = f"""
import asyncio
from walrus import StatusMonitor

async def main():
    monitor = StatusMonitor("{self.url}")
    answer = await monitor.monitor_chat_stream(
        session_id="user_123",
        query="What is artificial intelligence?"
    )
    document_id = await monitor.monitor_document_upload("docs/walrus.pdf")
    await monitor.get_chat_status_history("user_123", "session_001")
    print(document_id, answer, sep="\\n")

asyncio.run(main())
"""
        done = self.run_python("-c", script)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        *_, nothing, document_id, answer = done.stdout.splitlines()
        stored = self.server.get("/v1/chat/conversations/-/user_123/history").json()["messages"][-1]
        self.assertEqual(answer.split(), stored["text"].split())
        self.assertEqual(nothing, "There are no statuses of session_001.")
        self.assertEqual(self.server.get(f"/v1/documents/{document_id}").json()["filename"], "walrus.pdf")
        self.assertIn(samples.MESSAGES["finished"], done.stdout)


def read_all(descriptor):
    said = b""
    try:
        while piece := os.read(descriptor, 65536):
            said += piece
    except OSError:
        pass  # the other side is closed
    os.close(descriptor)
    return said.decode()


if __name__ == "__main__":
    unittest.main()
