"""Server-sent events, from bytes that may be split anywhere (WHATWG, "9.2.6 Interpreting an event stream")."""
from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Dict, List, Optional

# A snapshot holds up to 4 MiB of text, which JSON can make six times as long.
LONGEST_LINE = 32 * 1024 * 1024  # bytes

_LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True)
class Message:
    """One event. `id` is that of its own `id:` line; None where it has none."""

    id: Optional[str]
    data: Dict[str, Any]


class LineTooLong(ValueError):
    """No server sends this; what comes is no event stream."""


class EventParser:
    """Takes the bytes of one connection. An event that is not followed by an empty line never happened."""

    def __init__(self) -> None:
        self.retry_ms: Optional[int] = None
        self._line = bytearray()
        self._after_return = False
        self._at_start = True
        self._id: Optional[str] = None
        self._data: List[str] = []

    def feed(self, piece: bytes) -> List[Message]:
        """The events that end within `piece`."""
        if self._after_return and piece.startswith(b"\n"):
            piece = piece[1:]  # the second half of a line end whose first half came before
        if not piece:
            return []
        self._after_return = piece.endswith(b"\r")
        *ended, rest = _LINE_END.split(piece)
        messages = []
        for line in ended:
            message = self._take_line(bytes(self._line) + line)
            self._line.clear()
            if message:
                messages.append(message)
        self._line += rest
        if len(self._line) > LONGEST_LINE:
            raise LineTooLong(f"a line of more than {LONGEST_LINE} bytes")
        return messages

    def _take_line(self, line: bytes) -> Optional[Message]:
        text = line.decode("utf-8", "replace")
        if self._at_start:
            text = text[1:] if text.startswith("\ufeff") else text
            self._at_start = False
        if not text:
            return self._finish()
        field, _, value = text.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if field == "data":
            self._data.append(value)
        elif field == "id" and "\0" not in value:
            self._id = value
        elif field == "retry" and value.isascii() and value.isdigit():
            self.retry_ms = int(value)
        return None

    def _finish(self) -> Optional[Message]:
        identity, data = self._id, "\n".join(self._data)
        self._id, self._data = None, []
        return Message(identity, _parse(data)) if data else None


def _parse(data: str) -> Dict[str, Any]:
    """What is no object with a type is of a type that nobody knows."""
    try:
        value = json.loads(data)
    except ValueError:
        value = None
    if isinstance(value, dict) and isinstance(value.get("type"), str):
        return value
    return {"type": "unknown", "data": data}
