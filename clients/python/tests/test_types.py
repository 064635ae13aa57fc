"""What type checkers make of the client: strict, for the oldest Python that it is for."""
import os
import pathlib
import subprocess
import tempfile
import unittest

from golden import ROOT

CLIENT = ROOT / "clients/python"
USES = '''
from typing import Coroutine, Any
from walrus import AsyncWalrusClient, WalrusClient
from walrus.shapes import DocumentStatus

def blocking(client: WalrusClient) -> str:
    for row in client.documents.list(document_type="file_upload"):
        print(row["chunks_created"] + 1)
    status: DocumentStatus = client.documents.status("d")
    stopped: bool = client.chat.stream("q", "s").cancel()
    return client.chat.stream("q", "s").text() + status["status_message"]

async def awaited(client: AsyncWalrusClient) -> str:
    async for row in client.documents.list():
        print(row["chunks_created"] + 1)
    status: DocumentStatus = await client.documents.status("d")
    waiting: Coroutine[Any, Any, DocumentStatus] = client.documents.status("d")
    await waiting
    stopped: bool = await client.chat.stream("q", "s").cancel()
    return await client.chat.stream("q", "s").text()

client = WalrusClient()
'''
MISUSES = (
    ("client.documents.status(7)", "arg-type"),
    ("client.documents.status('d')['procesing_status']", "typeddict-item"),
    ("client.documents.list(document_type='file')", "arg-type"),
    ("client.chat.stream('q', 's', user='u')", "call-arg"),
    ("client.documents.statuses(['d'])['statuses']['d']['sequence'].upper()", "attr-defined"),
    ("AsyncWalrusClient().chat.stream('q', 's').text().upper()", "attr-defined"),
)


class Types(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.cache = pathlib.Path(os.environ.get("WALRUS_BUILD_DIR") or ROOT / "build/release") / "mypy_cache"

    def mypy(self, *arguments):
        environment = {**os.environ, "MYPYPATH": str(CLIENT / "src")}
        environment.pop("PYTHONPATH", None)
        return subprocess.run(["/usr/bin/python3", "-m", "mypy", "--strict", "--config-file", str(CLIENT / "pyproject.toml"),
                               "--cache-dir", str(self.cache), *arguments],
                              cwd=CLIENT, env=environment, capture_output=True, text=True, check=False)

    def test_the_client_and_the_example(self):
        done = self.mypy()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_what_they_make_of_its_use(self):
        use = self.folder / "use.py"
        use.write_text(USES + "".join(f"{misuse}\n" for misuse, _ in MISUSES))
        lines = self.mypy("--show-error-codes", "--no-error-summary", str(use)).stdout.splitlines()
        errors = [line for line in lines if ": error:" in line]
        self.assertEqual(len(errors), len(MISUSES), "\n".join(lines))
        first = USES.count("\n") + 1
        for place, (line, (misuse, code)) in enumerate(zip(errors, MISUSES)):
            self.assertIn(f"use.py:{first + place}:", line, misuse)
            self.assertIn(f"[{code}]", line, misuse)


if __name__ == "__main__":
    unittest.main()
