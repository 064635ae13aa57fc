"""CPU of the real program for one chat turn, by part: a few hundred chunks, a scripted model on
loopback, six durable statuses, the answer streamed.

Parts are told apart by thread. `walrus-query` embeds the question and searches; how much of that is
embedding is measured by the same questions on an empty server, and how much is search by the same
questions to /v1/search. `store` is the writer and the reads, which the io thread does itself and /metrics
times. All the rest of the program counts as the rest: the io thread, the client of the model,
prompts, logs."""
import concurrent.futures
import gzip
import http.client
import json
import re
import statistics
import sys
import threading
import time

import measuring
from measuring import DATA, Results, cpu_by_thread, micros
from model_server import ModelServer
from walrus_server import WalrusServer

PARAGRAPHS = 400
PARAGRAPHS_A_DOCUMENT = 10
QUESTIONS = 60
AT_ONCE = 4
REST = 300  # microseconds; what a turn may cost beside embedding, search and store
connections = threading.local()
PIECES = [f" and word {number} of the scripted answer" for number in range(20)]


def lines_of(path, count):
    with gzip.open(path, "rt") as lines:
        return [json.loads(line) for _, line in zip(range(count), lines)]


def start(*arguments):
    server = WalrusServer("--io-threads", "1", "--workers", "1", "--chunk-words", "100", "--chunk-overlap", "20",
                          "--log-level", "warning", *arguments)
    server.start()
    return server


def fill(server, paragraphs):
    texts = [paragraph["text"] for paragraph in paragraphs]
    for first in range(0, len(texts), PARAGRAPHS_A_DOCUMENT):
        text = "\n\n".join(texts[first:first + PARAGRAPHS_A_DOCUMENT])
        _, status = server.ingest(f"part-{first}.txt", text.encode())
        assert status["processing_status"] == "completed", status


def post(port, path, body):
    """Over a connection that each thread keeps, as clients do."""
    kept = connections.__dict__.setdefault(port, http.client.HTTPConnection("127.0.0.1", port, timeout=60))
    kept.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    answer = kept.getresponse()
    return answer.status, answer.read()


def read_micros(server):
    """What all reads of the store took so far."""
    text = server.get("/metrics").body.decode()
    return float(re.search(r"^walrus_store_read_seconds_sum (\S+)", text, re.MULTILINE).group(1)) * 1e6


def ask(port, question, session):
    status, stream = post(port, "/v1/chat/", {"query": question, "session_id": session, "stream": True})
    if status != 200 or b'"type":"complete"' not in stream or stream.count(b'"type":"status"') != 6:
        raise RuntimeError(f"a turn did not end well: {status} {stream[-500:]}")


def search(port, question, _):
    status, answer = post(port, "/v1/search", {"query": question})
    if status != 200:
        raise RuntimeError(f"a search did not end well: {status} {answer[:500]}")


def cost(server, questions, do, round_number):
    """{thread: microseconds a question}."""
    before = cpu_by_thread(server.process.pid)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda item: do(server.port, item[1], f"r{round_number}-{time.monotonic_ns()}-{item[0]}"),
                      enumerate(questions)))
    after = cpu_by_thread(server.process.pid)
    return {name: (after[name] - before.get(name, 0)) * 1e6 / len(questions) for name in after}


def one_round(number, empty, full, questions):
    embedding = cost(empty, questions, search, number)["walrus-query"]
    found = cost(full, questions, search, number)["walrus-query"]
    before = read_micros(full)
    turn = cost(full, questions, ask, number)
    reads = (read_micros(full) - before) / len(questions)
    parts = {
        "embedding": embedding,
        "search": found - embedding,
        "store": turn["store"] + reads,
        "io thread": turn["walrus-io"] - reads,
        "model's client": turn.get("walrus-curl", 0),
        "prompt": turn["walrus-query"] - found,
    }
    parts["others"] = sum(turn.values()) - turn["walrus-query"] - turn["store"] - turn["walrus-io"] - parts["model's client"]
    parts["the rest"] = parts["io thread"] + parts["model's client"] + parts["prompt"] + parts["others"]
    line = "  ".join(f"{name} {value:.0f}" for name, value in parts.items())
    print(f"  round {number + 1}: {line}", flush=True)
    return parts


def main():
    results = Results()
    folder = DATA / "retrieval/xquad-en"
    if not folder.exists():
        results.skip("everything", "the collection to ask about is absent")
        return results.print()
    questions = [query["text"] for query in lines_of(folder / "queries.jsonl.gz", QUESTIONS)]
    model = ModelServer()
    model.pieces = PIECES
    empty, full = start(), start("--llm-url", model.url, "--llm-model", "test-model")
    try:
        fill(full, lines_of(folder / "corpus.jsonl.gz", PARAGRAPHS))
        print("a chat turn, us of CPU")
        rounds = [one_round(number, empty, full, questions) for number in range(measuring.ROUNDS)]
    finally:
        empty.close()
        full.close()
        model.close()
    for part in rounds[0]:
        most = REST if part == "the rest" else None
        results.add(f"chat turn: {part}", statistics.median(found[part] for found in rounds), most, micros)
    return results.print()


if __name__ == "__main__":
    sys.exit(main())
