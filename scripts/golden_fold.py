"""The state after each event of a golden trace: the rules of contract/golden/README.md, written down once
more as plainly as they read. The clients' reducers are held to what comes out of this."""
import json

INITIAL = {
    "operation_id": None, "kind": None, "document_id": None, "conversation_id": None, "attempt": 0, "sequence": 0,
    "status": None, "step": None, "progress": None, "message": None, "eta_seconds": None, "metadata": {}, "error": None,
    "text": "", "ended": False,
}
IDENTITY = ("operation_id", "kind", "document_id", "conversation_id")


def events_of(stream):
    """(id or None, data) of each event in the text of a stream."""
    identity, data = None, []
    for line in stream.split("\n"):
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            data.append(value)
        elif field == "id":
            identity = value
        elif line == "":
            if data:
                yield identity, json.loads("\n".join(data))
            identity, data = None, []


def sequence_of(identity, data):
    """None where the event has no place."""
    if "sequence" in data:
        return data["sequence"]
    return int(identity) if identity is not None and identity.isdigit() else None


def begin(state, data):
    """The state before the first event of another operation, or of a later attempt of the same."""
    same = data.get("operation_id", state["operation_id"]) == state["operation_id"]
    kept = IDENTITY if same else ()
    return {**INITIAL, **{name: state[name] for name in kept}}


def identified(state, data, status):
    changes = {name: status[name] for name in IDENTITY if name in status}
    if "operation_id" in data:
        changes["operation_id"] = data["operation_id"]
    if "attempt" in status:
        changes["attempt"] = status["attempt"]
    return {**state, **changes}


def document_status(status):
    return {
        "status": status["processing_status"], "step": status["processing_step"],
        "progress": status["progress_percentage"], "message": status["status_message"],
        "eta_seconds": status["eta_seconds"], "metadata": status["status_metadata"], "error": status["error"],
    }


def chat_status(state, status):
    return {
        "kind": "chat", "status": status["status"], "step": status["step"], "message": status["message"],
        "metadata": status.get("metadata", state["metadata"]),
    }


def with_status(state, status):
    changes = document_status(status) if "processing_status" in status else chat_status(state, status)
    known = [p for p in (state["progress"], changes.get("progress")) if p is not None]
    changes["progress"] = max(known) if known else None
    return {**state, **changes, "ended": changes["status"] != "processing"}


def with_error(state, data):
    error = {"type": data["error_type"], "message": data["error"], "step": data["step"], "retryable": data["retryable"]}
    return {**state, "status": "failed", "error": error, "ended": True}


def with_snapshot(state, sequence, data):
    status = data["status"]
    attempt = status.get("attempt", state["attempt"])
    same = data.get("operation_id") == state["operation_id"]
    if same and (attempt < state["attempt"] or (attempt == state["attempt"] and sequence < state["sequence"])):
        return state
    begun = identified({**INITIAL, "attempt": attempt}, data, {"kind": data["kind"], **status})
    return {**with_status(begun, status), "sequence": sequence, "text": data["content"]}


def changed(state, data):
    if data["type"] == "complete":
        ended = {} if state["ended"] else {"status": "completed", "ended": True}
        return {**state, "kind": "chat", "metadata": data["metadata"], **ended}
    if state["ended"]:
        return state
    if data["type"] == "status":
        return with_status(state, data)
    if data["type"] == "chunk":
        return {**state, "text": state["text"] + data["content"]}
    return with_error(state, data)


def about_stream(data):
    """Whether an event tells what a stream cannot tell of, and not how an operation ended."""
    return data["type"] == "error" and "step" not in data


def after(state, identity, data):
    """The state after an event."""
    sequence = sequence_of(identity, data)
    if data["type"] == "snapshot":
        return with_snapshot(state, sequence, data)
    if about_stream(data):
        return state
    other = state["operation_id"] is not None and data.get("operation_id", state["operation_id"]) != state["operation_id"]
    replayed = sequence is not None and sequence <= state["sequence"]
    if replayed and not other:
        return state
    moved = {} if sequence is None else {"sequence": sequence}
    if data["type"] not in ("status", "chunk", "complete", "error"):
        return {**state, **({} if other else moved)}
    attempt = data.get("attempt", state["attempt"])
    if not other and attempt < state["attempt"]:
        return state
    if other or attempt > state["attempt"]:
        state = begin(state, data)
    return {**changed(identified(state, data, data), data), **moved}


def fold(stream):
    """The state after each event of one operation's, or one document's, stream."""
    state = INITIAL
    for identity, data in events_of(stream):
        state = after(state, identity, data)
        yield state


def fold_many(stream):
    """The states by operation after each event of a multiplexed stream, whose ids are cursors."""
    states = {}
    for _, data in events_of(stream):
        operation = data.get("operation_id")
        if not about_stream(data):
            states = {**states, operation: after(states.get(operation, INITIAL), None, data)}
        yield states
