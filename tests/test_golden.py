"""The golden traces of contract/golden are what the rules make of their streams, and cover each rule."""
import json
import subprocess
import unittest

from walrus_server import ROOT

GOLDEN = ROOT / "contract/golden"


class Golden(unittest.TestCase):
    def test_the_states_are_those_of_the_streams(self):
        done = subprocess.run(["/usr/bin/python3", ROOT / "scripts/record_golden.py", "--check"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_stream_has_its_states_and_its_row_in_the_readme(self):
        readme = (GOLDEN / "README.md").read_text()
        streams = {path.stem for path in GOLDEN.glob("*.sse")}
        self.assertEqual(streams, {path.stem for path in GOLDEN.glob("*.ndjson")})
        self.assertGreaterEqual(len(streams), 10)
        self.assertEqual([name for name in sorted(streams) if f"`{name}`" not in readme], [])

    def test_every_type_of_event_occurs(self):
        lines = [line for path in GOLDEN.glob("*.sse") for line in path.read_text().split("\n")]
        types = {json.loads(line[6:])["type"] for line in lines if line.startswith("data: ")}
        self.assertEqual(types, {"status", "chunk", "complete", "error", "snapshot", "hint"})


if __name__ == "__main__":
    unittest.main()
