"""CPU of the server for one status GET, one streamed answer and one idle stream, beside the least a
server can do (raw_limit.cpp: an epoll loop and one send() each) and beside other servers.

Every arm runs in every round, so that a ratio is of two runs that lie seconds apart."""
import contextlib
import os
import re
import statistics
import subprocess
import sys

import measuring
import peer_servers
from measuring import BUILD, Results, cpu, micros, ratio
from model_server import ModelServer
from walrus_server import WalrusServer

SECONDS = os.environ.get("WALRUS_BENCH_SECONDS", "2")
CONNECTIONS = "64"
IDLE_STREAMS = 2000


def cpu_a_request(pid, url):
    """Microseconds of the server for one GET."""
    before = cpu(pid)
    report = measuring.output("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}", url)
    requests = int(re.search(r"(\d+) requests in", report).group(1))
    if "Non-2xx" in report or not requests:
        raise RuntimeError(f"{url} was not answered well\n{report}")
    return (cpu(pid) - before) * 1e6 / requests


def cpu_a_stream(load, pid, url):
    """Microseconds of the server for one streamed answer."""
    report = measuring.output(load, "--mode", "chat", "--conc", CONNECTIONS, "--secs", SECONDS, "--pid", pid, "--url", url)
    events = float(re.search(r"events/s=(\d+)", report).group(1))
    streams = float(re.search(r"streams/s=(\d+)", report).group(1))
    # 27, and where a server says something before them, one more; at the edges of the window some
    # streams are counted in part.
    if not streams or not 26 < events / streams < 29.5:
        raise RuntimeError(f"{url} does not stream an answer\n{report}")
    return float(re.search(r"srv_cpu_us/stream=([\d.]+)", report).group(1))


def measure_status(results, raw, peers):
    print("status GET, us of CPU a request")
    with WalrusServer("--io-threads", "1", "--workers", "1") as server:
        document, status = server.ingest("notes.txt", b"The lighthouse of Vardoe was lit in 1896.")
        assert status["processing_status"] == "completed", status
        url = f"http://127.0.0.1:{server.port}/v1/documents/{document['document_id']}/status"
        arms = {"raw": lambda: cpu_a_request(raw[0], f"{raw[1]}/status/doc1"),
                "walrus": lambda: cpu_a_request(server.process.pid, url)}
        for name, pid, address in peers:
            arms[name] = lambda pid=pid, address=address: cpu_a_request(pid, f"{address}/status/doc1")
        values = measuring.rounds_of(arms)
    report(results, "status GET", values, {"raw": 1.7})


def measure_stream(results, raw, peers, load):
    print("a chat's 27 events, us of CPU a stream")
    server = measuring.start(BUILD / "transport_server", stdout=subprocess.PIPE, text=True)
    port = int(server.stdout.readline())
    walrus = f"http://127.0.0.1:{port}"
    arms = {"raw": lambda: cpu_a_stream(load, raw[0], f"{raw[1]}/chat"),
            "walrus": lambda: cpu_a_stream(load, server.pid, f"{walrus}/chat")}
    at_once = measuring.rounds_of(arms)
    report(results, "chat stream, events at once", at_once, {"raw": 1.2})
    arms = {"walrus": lambda: cpu_a_stream(load, server.pid, f"{walrus}/turns")}
    for name, pid, address in peers:
        arms[name] = lambda pid=pid, address=address: cpu_a_stream(load, pid, f"{address}/chat")
    by_turns = measuring.rounds_of(arms)
    measuring.end(server)
    report(results, "chat stream, an event a loop turn", by_turns, {"FastAPI": 1 / 3})


def report(results, what, values, bounds):
    for name, found in values.items():
        results.add(f"{what}: {name}", statistics.median(found), None, micros)
    for name in values:
        if name != "walrus":
            results.add(f"{what}: walrus to {name}", measuring.median_ratio(values, "walrus", name), bounds.get(name), ratio)


def resident_kib(load, server, operation):
    """KiB that each of the streams added to the server's memory, without the kernel's part."""
    report = measuring.output(load, "--n", IDLE_STREAMS, "--rate", 1, "--secs", 1, "--pid", server.process.pid,
                              "--url", f"http://127.0.0.1:{server.port}/v1/operations/{operation}/events")
    if f"ready={IDLE_STREAMS} failed=0" not in report:
        raise RuntimeError(f"not every stream was opened\n{report}")
    return float(re.search(r"rss_end_conn=([\d.]+)KB", report).group(1))


def measure_idle(results, load):
    """Streams of a turn whose model says nothing. A server of its own each: memory is kept for reuse."""
    print("idle stream, KiB of memory")

    def one_server():
        with contextlib.closing(ModelServer()) as model:
            model.go.clear()
            with WalrusServer("--io-threads", "1", "--workers", "1", "--max-connections-per-address", "4000",
                              "--llm-url", model.url, "--llm-model", "test-model") as server:
                # The embedder's weights are read in with the first question: no part of a stream.
                server.post_json("/v1/search", {"query": "What is it?"})
                question = {"query": "What is it?", "session_id": "s", "stream": True}
                turn = server.stream("/v1/chat/", "POST", question)
                size = resident_kib(load, server, turn.headers["x-operation-id"])
                turn.close()
                return size

    values = measuring.rounds_of({"walrus": one_server})
    results.add(f"idle stream, of {IDLE_STREAMS}", statistics.median(values["walrus"]), 4, measuring.kib)


def main():
    results = Results()
    if not peer_servers.are_there():
        results.skip("everything", "the tools to measure with are absent")
        return results.print()
    load = peer_servers.build_load()
    raw = peer_servers.start_raw()
    peers = peer_servers.start_peers(results)
    measure_status(results, raw, peers)
    measure_stream(results, raw, peers, load)
    measure_idle(results, load)
    return results.print()


if __name__ == "__main__":
    sys.exit(main())
