"""README's shell examples, run as they stand against a real server, and its tables.

Commands follow "$ "; what stands below one is its output. In it "…" stands for anything within a
line, and alone on a line for any lines; ids, times and durations need not be the same."""
import re
import shlex
import subprocess
import tempfile
import unittest

from walrus_server import BUILD, PROGRAM, ROOT, WalrusServer, clean_environment

README = (ROOT / "README.md").read_text()
PORT = 8000  # as README has it
VOLATILE = [
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "ID"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "TIME"),
    (re.compile(r'"latency_ms":\d+'), '"latency_ms":N'),
]
DONE = "the command has ended"


def fences(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def examples():
    """(command, its output's lines) in order."""
    found = []
    for block in fences("console"):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def steady(line):
    for pattern, name in VOLATILE:
        line = pattern.sub(name, line)
    return line


def pattern_of(lines):
    pattern = ""
    for line in lines:
        if line == "…":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(re.escape(piece) for piece in steady(line).split("…")) + r"\n"
    return re.compile(pattern)


class Shell:
    """One bash that gets the commands one after the other, so that what one sets the next one has."""

    def __init__(self, environment):
        self.process = subprocess.Popen(["bash"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        text=True, cwd=ROOT, env=environment)

    def run(self, command):
        self.process.stdin.write(f"{command}\nprintf '\\n%s\\n' {shlex.quote(DONE)}\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line.rstrip("\n") == DONE:
                break
            lines.append(line)
        return "".join(lines)[:-1]  # without the line break that comes before the mark

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Readme(unittest.TestCase):
    def test_the_examples(self):
        with WalrusServer() as server:
            home = tempfile.mkdtemp(dir=server.folder)
            shell = Shell({**clean_environment(), "HOME": home, "WALRUS_URL": f"http://localhost:{server.port}"})
            self.addCleanup(shell.close)
            for command, expected in examples():
                with self.subTest(command):
                    self.run_example(shell, server, command, expected)

    def run_example(self, shell, server, command, expected):
        here = command.replace(f"localhost:{PORT}", f"localhost:{server.port}").replace("$PWD/build/release", str(BUILD))
        kills = "kill -9 $(pgrep -nx walrus)"
        here = here.replace(kills, f"kill -9 {server.process.pid}")
        output = shell.run(here)
        got = "".join(steady(line) for line in output.splitlines(keepends=True))
        self.assertTrue(pattern_of(expected).fullmatch(got), f"$ {command}\n{output}\nis not\n" + "\n".join(expected))
        if kills in command:
            # As README says: "start it again with ./dev run". The shell's next commands go to the new one.
            server.process.wait()
            server.start()
            shell.run(f"export WALRUS_URL=http://localhost:{server.port}")

    def test_there_are_examples_and_no_others(self):
        commands = [command for command, _ in examples()]
        self.assertGreater(len(commands), 8)
        self.assertEqual([block.strip() for block in fences("sh")], ["./dev run", "./dev test"])
        others = set(re.findall(r"^```(\w+)", README, re.MULTILINE)) - {"sh", "console"}
        self.assertEqual(others, {"toml"})

    def test_the_settings(self):
        shown = subprocess.run([PROGRAM, "config"], check=True, capture_output=True, text=True, env=clean_environment()).stdout
        known = []
        for line in shown.splitlines():
            name, *default, origin = line.split()
            self.assertEqual(origin, "default", line)
            known.append((name, "".join(default)))
        rows = re.findall(r"^\| `([a-z-]+)` \| ([^|]*)\|", README, re.MULTILINE)
        # A default that is not in code is told in words, and is nothing that could be written down.
        listed = [(name, "".join(re.findall("`(.*)`", default))) for name, default in rows]
        self.assertEqual(listed, known)

    def test_the_settings_file(self):
        (example,) = fences("toml")
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(example)
            file.flush()
            shown = subprocess.run([PROGRAM, "config", "--config", file.name], capture_output=True, text=True,
                                   env=clean_environment())
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertRegex(shown.stdout, r"(?m)^max-upload +100MB +file$")
        self.assertRegex(shown.stdout, r"(?m)^models +llama3\.2 at ")

    def test_a_wrong_output_is_seen(self):
        good = pattern_of(["a … c", "…", "last"])
        self.assertTrue(good.fullmatch("a b c\nmore\nlast\n"))
        self.assertFalse(good.fullmatch("a b d\nlast\n"))
        self.assertFalse(good.fullmatch("a b c\nlast\nmore\n"))

    def test_the_links(self):
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
            self.assertTrue((ROOT / target).exists(), target)


if __name__ == "__main__":
    unittest.main()
