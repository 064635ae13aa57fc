"""What a reported operation's events cost for each reader who follows it: the real program, fed by
its own route, beside raw_limit.cpp (one send() a reader and event) and nginx with nchan.

The events are chunks, which may be sent together and never merged into one."""
import contextlib
import os
import re
import statistics
import sys
import time

import measuring
import peer_servers
from measuring import Results, kib, micros, ratio
from walrus_server import WalrusServer

SECONDS = os.environ.get("WALRUS_BENCH_SECONDS", "3")
COMMITS = 200


def millis(value):
    return f"{value:.2f} ms"


def load(program, pid, subscribe, publish, readers, rate, form="raw"):
    """{what sse_load measured} of so many readers and so many events a second."""
    report = measuring.output(program, "--n", readers, "--rate", rate, "--secs", SECONDS, "--pid", pid,
                              "--url", subscribe, "--pub", publish, "--pubfmt", form)
    found = {name: float(value) for name, value in re.findall(r"(\S+)=([\d.]+)", report)}
    if found["ready"] != readers or found["failed"] or found["errs"] or not found["deliv/s"]:
        raise RuntimeError(f"{subscribe} did not serve its readers\n{report}")
    return found


def operation_of(server):
    """A new operation with a step that has begun."""
    shape = {"kind": "bench", "steps": [{"name": "work", "percent": 10}], "timeout_seconds": 3600}
    operation = server.post_json("/v1/operations", shape).json()["operation_id"]
    server.post_json(f"/v1/operations/{operation}/events", {"step": "work"})
    return operation


class Arms:
    """One measurement by each server."""

    def __init__(self, program, server, raw, nchan):
        self.program, self.server, self.raw, self.nchan = program, server, raw, nchan

    def walrus(self, readers, rate):
        route = f"http://127.0.0.1:{self.server.port}/v1/operations/{operation_of(self.server)}/events"
        return load(self.program, self.server.process.pid, route, route, readers, rate, "walrus")

    def of(self, readers, rate, value):
        def plain(found):
            pid, address = found
            return lambda: load(self.program, pid, f"{address}/events/t", f"{address}/publish/t", readers, rate)[value]

        arms = {"raw": plain(self.raw), "walrus": lambda: self.walrus(readers, rate)[value]}
        if self.nchan:
            arms["nchan"] = plain(self.nchan)
        return measuring.rounds_of(arms)


def add(results, what, values, form, bounds):
    for name, found in values.items():
        results.add(f"{what}: {name}", statistics.median(found), None, form)
    for name, most in bounds.items():
        if name in values:
            results.add(f"{what}: walrus to {name}", measuring.median_ratio(values, "walrus", name), most, ratio)


def measure_cost(results, arms):
    print("us of CPU a delivery: 1,000 readers, 200 events a second")
    values = arms.of(1000, 200, "srv_cpu_us/deliv")
    add(results, "1,000 readers, 200/s", values, micros, {"raw": 0.35, "nchan": 0.3})
    print("us of CPU a delivery: 5,000 readers, 2 events a second")
    values = arms.of(5000, 2, "srv_cpu_us/deliv")
    add(results, "5,000 readers, one event", values, micros, {"raw": 1.25})


def commit_millis(server):
    """Median time of a durable report that nobody reads."""
    operation, times = operation_of(server), []
    for _ in range(COMMITS):
        begin = time.monotonic()
        server.post_json(f"/v1/operations/{operation}/events", {"message": "still at it"})
        times.append((time.monotonic() - begin) * 1000)
    return statistics.median(times)


def measure_latency(results, arms):
    print("ms from publishing to receiving, median: 1,000 readers, 20 events a second")
    values = arms.of(1000, 20, "p50")
    commits = [commit_millis(arms.server) for _ in range(measuring.ROUNDS)]
    results.add("a durable report, unread", statistics.median(commits), None, millis)
    results.add("1,000 readers, 20/s: raw", statistics.median(values["raw"]), None, millis)
    most = statistics.median(raw + commit for raw, commit in zip(values["raw"], commits))
    results.add("1,000 readers, 20/s: walrus", statistics.median(values["walrus"]), most, millis)


def measure_memory(results, arms):
    print("KiB of memory a reader, of 5,000")
    values = {"walrus": [arms.walrus(5000, 2)["rss_conn"] for _ in range(measuring.ROUNDS)]}
    results.add("a reader's memory", max(values["walrus"]), 4, kib)


def main():
    results = Results()
    if not peer_servers.are_there():
        results.skip("everything", "the tools to measure with are absent")
        return results.print()
    program = peer_servers.build_load()
    many = ("--max-connections-per-address", "12000")
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(WalrusServer("--io-threads", "1", "--workers", "1", "--log-level", "warning", *many))
        arms = Arms(program, server, peer_servers.start_raw(), peer_servers.start_nchan(results))
        measure_memory(results, arms)
        measure_cost(results, arms)
        measure_latency(results, arms)
    return results.print()


if __name__ == "__main__":
    sys.exit(main())
