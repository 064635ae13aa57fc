"""A log of ten million events: how soon the server is ready, and how long the last hundred of one
operation take to be replayed. The server is started anew for each round."""
import os
import statistics
import sys
import time

import measuring
from measuring import BUILD, Results
from walrus_server import WalrusServer

EVENTS = int(os.environ.get("WALRUS_BENCH_EVENTS", "10000000"))
REPLAYED = 100
READY = 1000  # milliseconds
REPLAY = 5


def millis(value):
    return f"{value:.1f} ms"


def seconds_to_start(server):
    begin = time.monotonic()
    server.start()
    return time.monotonic() - begin


def replay_millis(server, operation):
    """Until the stream of the last events has ended, the connection's beginning included."""
    last = server.get(f"/v1/operations/{operation}").json()["sequence"]
    begin = time.monotonic()
    events = list(server.stream(f"/v1/operations/{operation}/events?after={last - REPLAYED}"))
    assert len(events) == REPLAYED, len(events)
    return (time.monotonic() - begin) * 1000


def main():
    results = Results()
    server = WalrusServer("--io-threads", "1", "--workers", "1", "--log-level", "warning")
    try:
        print(f"writing {EVENTS:,} events", flush=True)
        operation = measuring.output(BUILD / "large_log_data", server.data, EVENTS).strip()
        ready, replays = [], []
        for _ in range(measuring.ROUNDS):
            ready.append(seconds_to_start(server) * 1000)
            replays.append(replay_millis(server, operation))
            server.stop()
            print(f"  ready {ready[-1]:.0f} ms  replay {replays[-1]:.1f} ms", flush=True)
    finally:
        server.close()
    results.add(f"ready with {EVENTS:,} status rows", statistics.median(ready), READY, millis)
    results.add(f"replay of the last {REPLAYED} events", statistics.median(replays), REPLAY, millis)
    return results.print()


if __name__ == "__main__":
    sys.exit(main())
