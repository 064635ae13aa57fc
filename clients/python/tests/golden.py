"""The golden traces that every reader of streams is held to (contract/golden/README.md)."""
import json
import os
import pathlib

ROOT = pathlib.Path(os.environ.get("WALRUS_SOURCE_DIR") or pathlib.Path(__file__).resolve().parents[3])
FOLDER = pathlib.Path(os.environ.get("WALRUS_GOLDEN_DIR") or ROOT / "contract/golden")


def cases():
    """(name, bytes of the stream, the state after each event)."""
    for path in sorted(FOLDER.glob("*.sse")):
        states = [json.loads(line) for line in path.with_suffix(".ndjson").read_text().splitlines()]
        yield path.stem, path.read_bytes(), states


def stream(name):
    return (FOLDER / f"{name}.sse").read_bytes()
