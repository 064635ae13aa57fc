"""What the Python benchmarks share: processes, their CPU, medians, and the table of bounds."""
import atexit
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(os.environ.get("WALRUS_SOURCE_DIR") or pathlib.Path(__file__).resolve().parent.parent)
BUILD = pathlib.Path(os.environ.get("WALRUS_BUILD_DIR") or ROOT / "build/release")
TOOLS = pathlib.Path(os.environ.get("WALRUS_TOOLS_DIR") or ROOT / "../shared/tools")
DATA = pathlib.Path(os.environ.get("WALRUS_CONFORMANCE_DIR") or ROOT / "../shared/data")
ROUNDS = int(os.environ.get("WALRUS_BENCH_ROUNDS", "5"))
PATIENCE = 60
# What ./dev takes for "nothing to measure with".
ABSENT = 77

sys.path.insert(0, str(ROOT / "tests"))

_running = []


def _end_all():
    for process in _running:
        if process.poll() is None:
            process.kill()
            process.wait()


atexit.register(_end_all)


def scratch_folder():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="walrus-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(*command, environment=None, **options):
    process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                               env={**os.environ, **(environment or {})}, **options)
    _running.append(process)
    return process


def start_server(*command, port, **options):
    """Starts a server and waits until it accepts connections."""
    process = start(*command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    deadline = time.monotonic() + PATIENCE
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{command[0]} does not listen")
        time.sleep(0.02)


def end(process):
    process.kill()
    process.wait()


def output(*command):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout


def cpu_by_thread(pid):
    """Seconds on a CPU, user and system, of the threads that live, added up by their names."""
    seconds = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        name = (task / "comm").read_text().strip()
        nanoseconds = int((task / "schedstat").read_text().split()[0])
        seconds[name] = seconds.get(name, 0) + nanoseconds / 1e9
    return seconds


def cpu(pid):
    return sum(cpu_by_thread(pid).values())


class Results:
    """Measured values against their bounds."""

    def __init__(self):
        self.rows = []
        self.skipped = []

    def add(self, what, measured, most, form):
        """`form` makes text of a number; without a bound `most` is None."""
        self.rows.append((what, measured, most, form))

    def skip(self, what, why):
        self.skipped.append(f"{what}: {why}")

    def print(self):
        """The table; gives the exit code."""
        print(f"\n{'median of ' + str(ROUNDS) + ' paired runs':<58}{'measured':>12}{'at most':>12}")
        missed = 0
        for what, measured, most, form in self.rows:
            verdict = "" if most is None else "  ok" if measured <= most else "  OVER"
            missed += "OVER" in verdict
            print(f"{what:<58}{form(measured):>12}{form(most) if most is not None else '':>12}{verdict}")
        for line in self.skipped:
            print(f"skipped: {line}")
        print(f"{len(self.rows)} measured, {missed} over their bound, {len(self.skipped)} skipped")
        if not self.rows:
            return ABSENT
        return 1 if missed else 0


def micros(value):
    return f"{value:.1f} us"


def ratio(value):
    return f"{value:.2f} x"


def kib(value):
    return f"{value:.2f} KiB"


def rounds_of(arms):
    """{name: [a value a round]} of functions that measure, each called once a round, in turn."""
    values = {name: [] for name in arms}
    for number in range(ROUNDS):
        for name, measure in arms.items():
            values[name].append(measure())
        line = "  ".join(f"{name} {found[-1]:.1f}" for name, found in values.items())
        print(f"  round {number + 1}: {line}", flush=True)
    return values


def median_ratio(values, name, base):
    return statistics.median(a / b for a, b in zip(values[name], values[base]))
