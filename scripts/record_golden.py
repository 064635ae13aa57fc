#!/usr/bin/python3
"""Writes contract/golden/ anew: streams of the real server, others edited from those, and the state
after each of their events. contract/golden/README.md says what the cases are.

    record_golden.py            records; needs build/release/walrus (or WALRUS_BUILD_DIR)
    record_golden.py --fold     writes the states anew of the streams that are there
    record_golden.py --check    exits 1 where a case's states are not those of its stream
"""
import argparse
import json
import pathlib
import re
import sys

import golden_fold

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "contract/golden"
UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
TIME = re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


# --- Recording

def record():
    """Case name to the text of its stream, as the server sends it but for ids and times."""
    sys.path.insert(0, str(ROOT / "tests"))
    import model_server
    import walrus_server
    model = model_server.ModelServer()
    server = walrus_server.WalrusServer("--llm-url", model.url, "--llm-model", "test-model")
    try:
        server.start()
        recorder = Recorder(server, model)
        return {name: steady(stream) for name, stream in recorder.cases()}
    finally:
        server.close()
        model.close()


class Recorder:
    def __init__(self, server, model):
        self.server = server
        self.model = model

    def cases(self):
        import samples
        uploaded = self.upload("walrus.txt", samples.long_text(1200))
        upload = self.read(uploaded["events_url"])
        yield "upload", upload
        yield "upload_failed_and_retried", self.failed_upload()
        yield "document_replaced", upload + self.replacement(uploaded, samples.long_text(600, 2))
        yield "chat", self.chat("When was the lighthouse lit?", "golden")
        yield "chat_failed_and_retried", self.failed_chat()
        yield "chat_snapshot_of_the_end", self.read(self.latest("chat"), {"Last-Event-ID": "999"})
        yield "external", self.external()
        yield "many_operations", self.many(uploaded["operation_id"], samples.long_text(400, 3))

    def read(self, path, headers=None, method="GET", body=None):
        answer = self.server.request(method, path, body, {"Accept": "text/event-stream", **(headers or {})}, documented=False)
        assert answer.status == 200, answer
        return answer.body.decode()

    def upload(self, name, content):
        accepted = self.server.upload(name, content).json()
        self.server.wait_for_end(accepted["document_id"])
        return accepted

    def failed_upload(self):
        accepted = self.upload("broken.pdf", b"%PDF-1.4 broken")
        first = self.read(accepted["events_url"])
        assert self.server.post_json(f"/v1/operations/{accepted['operation_id']}/retry", {}).status == 202
        self.server.wait_for_end(accepted["document_id"])
        return first + self.read(accepted["events_url"], {"Last-Event-ID": "3"})

    def replacement(self, uploaded, content):
        path = f"/v1/documents/{uploaded['document_id']}"
        assert self.server.send_form("PATCH", path, [("file", "walrus.txt", content)]).status == 202
        self.server.wait_for_end(uploaded["document_id"])
        return self.read(path + "/events")

    def chat(self, query, session):
        body = json.dumps({"query": query, "session_id": session})
        return self.read("/v1/chat/", {"Content-Type": "application/json"}, "POST", body)

    def latest(self, kind):
        newest = self.server.get(f"/v1/operations?kind={kind}&limit=1").json()["operations"][0]
        return f"/v1/operations/{newest['operation_id']}/events"

    def failed_chat(self):
        self.model.break_after = 2
        first = self.chat("How long is the coast?", "golden-failed")
        self.model.break_after = None
        events = self.latest("chat")
        last = [identity for identity, _ in golden_fold.events_of(first)][-1]
        assert self.server.post_json(events.removesuffix("events") + "retry", {}).status == 202
        self.server.wait_for_status(events.removesuffix("/events"))
        return first + self.read(events, {"Last-Event-ID": last})

    def external(self):
        plan = {"kind": "nightly_import", "title": "Orders of May", "metadata": {"source": "erp"},
                "steps": [{"name": "fetch", "percent": 10, "message": "Fetching orders..."}, {"name": "load", "percent": 60}]}
        operation = self.server.post_json("/v1/operations", plan).headers["location"]
        for report in ({"step": "fetch", "done": 1, "total": 2}, {"content": "Fetched one half.\n"}, {"step": "load"},
                       {"content": "Loaded: é, 海象, 🦭.\n", "metadata": {"rows": 7}},
                       {"status": "failed", "error": {"message": "The table is locked. Try again.", "type": "timeout"}}):
            assert self.server.post_json(operation + "/events", report).status == 202
        return self.read(operation + "/events")

    def many(self, ended, content):
        """Of two that have ended, one that goes on while it is read, and one that is nobody's."""
        running = self.server.upload("other.txt", content).json()["operation_id"]
        chat = self.latest("chat").split("/")[3]
        unknown = "01980d3a-0000-7000-8000-000000000000"
        return self.read(f"/v1/events?operations={ended},{running},{chat},{unknown}")


def steady(stream):
    """With ids, times and durations that are the same in every recording."""
    ids, times = {}, sorted(set(TIME.findall(stream)))
    stream = UUID.sub(lambda m: ids.setdefault(m[0], f"00000000-0000-7000-8000-{len(ids) + 1:012}"), stream)
    stream = TIME.sub(lambda m: f"2026-01-01T00:00:{times.index(m[0]) // 10:02}.{times.index(m[0]) % 10}00Z", stream)
    stream = re.sub(r'"latency_ms":\d+', '"latency_ms":1250', stream)
    stream = re.sub(r'"eta_seconds":[\d.E+-]+', '"eta_seconds":1.5', stream)
    return re.sub(r"^id: [0-9a-f]{12}\.", "id: 5ea1ca7f0001.", stream, flags=re.MULTILINE)


# --- Editing

def blocks(stream):
    """What stands between empty lines: `retry:` lines, comments and events."""
    return [block for block in stream.split("\n\n") if block]


def joined(*parts):
    return "".join(block + "\n\n" for block in parts)


def edited(block, **changes):
    """An event with other members; `id` is that of the event's line, None for none."""
    identity = changes.pop("id", ...)
    lines = block.split("\n")
    head = lines[:-1] if identity is ... else ([] if identity is None else [f"id: {identity}"])
    data = json.loads(lines[-1].removeprefix("data: "))
    data.update(changes)
    for name in [name for name, value in data.items() if value is ...]:
        del data[name]
    return "\n".join([*head, "data: " + json.dumps(data, ensure_ascii=False, separators=(",", ":"))])


def event(identity, **data):
    return f"id: {identity}\ndata: " + json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def data_of(block):
    return json.loads(block.rsplit("data: ", 1)[1])


def edit(recorded):
    upload, chat = blocks(recorded["upload"]), blocks(recorded["chat"])
    retry, first, extracting, chunking, embedding, *rest = upload
    chunks = [n for n, block in enumerate(chat) if '"type":"chunk"' in block]
    assert len(chunks) >= 2, "the model's pieces were sent as one; record again"
    cut = chunks[0] + 1
    many = blocks(recorded["many_operations"])
    failed = blocks(recorded["upload_failed_and_retried"])
    ended = blocks(recorded["chat_snapshot_of_the_end"])
    operation = data_of(chat[1])["operation_id"]
    status = {**data_of(ended[1])["status"], "operation_id": operation, "conversation_id": "conv#golden", "attempt": 1,
              "processing_status": "processing",
              "processing_step": "generating_response", "status_message": "Generating response...", "status_metadata": {}}

    def snapshot(sequence, content):
        return event(sequence, type="snapshot", operation_id=operation, sequence=sequence, kind="chat",
                     status={**status, "sequence": sequence}, content=content)

    yield "upload_replayed", joined(
        retry, first, extracting, retry, first, extracting, chunking, ": still here", chunking, embedding, retry,
        extracting, chunking, embedding, *rest, rest[-1], first)
    yield "upload_falling_progress", joined(
        retry, first, extracting, edited(chunking, progress_percentage=20), edited(embedding, progress_percentage=None), *rest)
    yield "upload_after_the_end", joined(
        retry, *upload[1:], edited(embedding, sequence=90, id=90), edited(embedding, sequence=91, id=91, attempt=2))
    yield "upload_lower_attempt", joined(*failed, edited(failed[2], sequence=90, id=90, attempt=1))
    yield "upload_without_ids", joined(
        retry, *(edited(block, id=None, sequence=...) for block in (first, extracting, extracting, *rest)))
    yield "unknown_type", joined(
        retry, first, event(2, type="hint", operation_id=data_of(first)["operation_id"], sequence=2, progress_percentage=99),
        extracting, chunking, event(9, type="hint", words=["any", {"thing": True}]), embedding, edited(rest[-1], sequence=10, id=10))
    yield "chat_cut_between_chunks", joined(
        *chat[:cut], ": still here", chat[0], chat[cut - 1], chat[cut], chat[0], *chat[chunks[0]:])
    yield "chat_as_documented", joined(
        chat[0], *(edited(block, sequence=..., attempt=..., **({} if '"status"' in block else {"operation_id": ...}))
                   for block in chat[1:]))
    yield "chat_snapshot_on_the_way", joined(
        *chat[:cut], snapshot(chunks[0] - 2, "Lower: passed over."), snapshot(chunks[0], "Equal: taken. "), *chat[cut:cut + 1],
        snapshot(90, "Higher: taken. "), chat[chunks[1]], event(91, type="chunk", content="The end."),
        edited(chat[-2], id=92, sequence=92), edited(chat[-1], id=93, sequence=93))
    yield "chat_complete_twice", joined(
        *chat, edited(chat[-1], id=90, sequence=90, metadata={**data_of(chat[-1])["metadata"], "latency_ms": 1300}),
        event(91, type="chunk", content="Too late."))
    yield "many_replayed", joined(*many[:9], ": still here", many[0], *many[4:], *many[3:6], many[-1])


# --- Writing

def states_of(name, stream):
    fold = golden_fold.fold_many if name.startswith("many_") else golden_fold.fold
    return "".join(json.dumps(state, ensure_ascii=False, separators=(",", ":")) + "\n" for state in fold(stream))


def there():
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(GOLDEN.glob("*.sse"))}


def recorded_anew():
    recorded = record()
    return {**recorded, **dict(edit(recorded))}


def check():
    wrong = [name for name, stream in there().items()
             if (GOLDEN / f"{name}.ndjson").read_text(encoding="utf-8") != states_of(name, stream)]
    for name in wrong:
        print(f"contract/golden/{name}.ndjson is not what comes of {name}.sse")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--fold", action="store_true")
    mode.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.check:
        return check()
    for name, stream in (there() if options.fold else recorded_anew()).items():
        (GOLDEN / f"{name}.sse").write_text(stream, encoding="utf-8")
        (GOLDEN / f"{name}.ndjson").write_text(states_of(name, stream), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
