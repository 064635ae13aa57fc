"""A thousand readers that stop reading: what they cost the server's memory, and whether the others'
latency moves. Both kinds follow the same operation, whose reports are large enough to fill every
buffer of those who do not read."""
import contextlib
import json
import pathlib
import socket
import statistics
import sys
import threading
import time
import urllib.request

import fan_out
import measuring
import peer_servers
from measuring import Results, ratio
from walrus_server import WalrusServer

SLOW = 1000
READERS = 200
RATE = 50
LARGE = "x" * 16_000
LARGE_A_SECOND = 20
# Every queue full without sharing would be SLOW times 256 KiB.
MOST_MEMORY = 32
MOST_LATENCY = 1.25


def mebibytes(value):
    return f"{value:.1f} MiB"


def millis(value):
    return f"{value:.2f} ms"


class LargeReports(threading.Thread):
    """Reports pieces of a text until it is ended. One that failed is told then: nothing would have
    filled the buffers since, and the measured values would be of another load."""

    def __init__(self, route):
        super().__init__(daemon=True)
        self.route, self.ended, self.failure = route, threading.Event(), None

    def run(self):
        try:
            self.report()
        except Exception as failure:
            self.failure = failure

    def report(self):
        body = json.dumps({"content": LARGE}).encode()
        while not self.ended.wait(1 / LARGE_A_SECOND):
            request = urllib.request.Request(self.route, body, {"Content-Type": "application/json"})
            urllib.request.urlopen(request, timeout=30).read()

    def __enter__(self):
        self.start()

    def __exit__(self, *_):
        self.ended.set()
        self.join()
        if self.failure:
            raise RuntimeError("the large reports broke off") from self.failure


def stop_reading(stack, port, path):
    """One subscriber that reads the head and nothing more."""
    slow = stack.enter_context(socket.socket())
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.connect(("127.0.0.1", port))
    slow.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    assert slow.recv(12) == b"HTTP/1.1 200"


def resident(server):
    """MiB that the server holds."""
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def p99(program, server, slow_readers):
    """(the readers' 99th percentile in ms, MiB that were added) with so many who do not read."""
    path = f"/v1/operations/{fan_out.operation_of(server)}/events"
    route = f"http://127.0.0.1:{server.port}{path}"
    before = resident(server)
    with contextlib.ExitStack() as stack:
        for _ in range(slow_readers):
            stop_reading(stack, server.port, path)
        stack.enter_context(LargeReports(route))
        time.sleep(2)  # until their buffers are full
        found = fan_out.load(program, server.process.pid, route, route, READERS, RATE, "walrus")
        return found["p99"], resident(server) - before


def main():
    results = Results()
    if not peer_servers.are_there():
        results.skip("everything", "the tools to measure with are absent")
        return results.print()
    program = peer_servers.build_load()
    memory = []

    def with_slow():
        latency, added = p99(program, server, SLOW)
        memory.append(added)
        return latency

    with WalrusServer("--io-threads", "1", "--workers", "1", "--log-level", "warning",
                      "--max-connections-per-address", "4000") as server:
        p99(program, server, 0)  # what a first operation brings into memory
        values = measuring.rounds_of({"alone": lambda: p99(program, server, 0)[0], "beside slow": with_slow})
    results.add(f"p99 of {READERS} readers", statistics.median(values["alone"]), None, millis)
    results.add(f"p99 beside {SLOW} who stop reading", statistics.median(values["beside slow"]), None, millis)
    results.add("p99 beside them to p99 alone", measuring.median_ratio(values, "beside slow", "alone"), MOST_LATENCY, ratio)
    results.add(f"memory of {SLOW} who stop reading", max(memory), MOST_MEMORY, mebibytes)
    return results.print()


if __name__ == "__main__":
    sys.exit(main())
