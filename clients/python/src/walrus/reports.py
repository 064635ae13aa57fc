"""Reports on their way to the server: gathered, in order, each with an id that makes its repeat harmless."""
from __future__ import annotations

import uuid
from typing import Any, Dict, List, Optional

BATCH_SECONDS = 0.1  # the oldest report waits no longer for others
LIFE_SECONDS = 1.0  # then a sign of life goes out; its answer says whether somebody wants the work to stop
LONGEST_DELAY = 2.0  # between two attempts while the server is away
MOST_REPORTS = 100  # in a request
CONTENT_BYTES = 64 * 1024  # of a report
BATCH_BYTES = 128 * 1024  # of content in a request; JSON may write a byte as six, and a body has 1 MiB
TEXT_BYTES = 4 * 1024 * 1024  # of an operation


class ReportQueue:
    """Bounded while the server is away: progress inside a step is merged, and the text has its limit."""

    def __init__(self, now: float) -> None:
        self._waiting: List[Dict[str, Any]] = []
        self._sending: List[Dict[str, Any]] = []
        self._due: Optional[float] = None  # when the oldest of what waits has to go
        self._next_life = now + LIFE_SECONDS
        self._not_before = now
        self._text_bytes = 0
        self._name = uuid.uuid4().hex
        self._count = 0
        self._ending = False
        self.finished = False  # nothing will be sent any more
        self.truncated = False  # whether text was left out, beyond TEXT_BYTES

    # --- In

    def progress(self, now: float, report: Dict[str, Any]) -> None:
        """What is said again of the step that was reported last takes the place of what was said before."""
        last = self._waiting[-1] if self._waiting else {}
        if last.get("step") != report["step"]:
            self._add(now, report)
            return
        if "metadata" in last and "metadata" in report:  # which the server takes over member by member
            report = {**report, "metadata": {**last["metadata"], **report["metadata"]}}
        last.update(report)

    def text(self, now: float, text: str) -> None:
        for piece in pieces_of(text, CONTENT_BYTES):
            size = len(piece.encode())
            if self._text_bytes + size > TEXT_BYTES:
                self.truncated = True
                return
            self._text_bytes += size
            self._append(now, piece, size)

    def _append(self, now: float, piece: str, size: int) -> None:
        last = self._waiting[-1] if self._waiting else {}
        if set(last) == {"report_id", "content"} and len(last["content"].encode()) + size <= CONTENT_BYTES:
            last["content"] += piece
            return
        self._add(now, {"content": piece})

    def end(self, now: float, report: Dict[str, Any]) -> None:
        """The last one of all. It goes at once."""
        self._add(now, report)
        self._due = self._not_before = now
        self._ending = True

    def _add(self, now: float, report: Dict[str, Any]) -> None:
        self._count += 1
        self._waiting.append({"report_id": f"{self._name}-{self._count}", **report})
        if self._due is None:
            self._due = now + BATCH_SECONDS

    # --- Out

    def seconds_to_next(self, now: float) -> float:
        """Until `take` gives something."""
        due = now if self._sending else self._next_life if self._due is None else self._due
        return max(0.0, due - now, self._not_before - now)

    def take(self, now: float) -> Optional[List[Dict[str, Any]]]:
        """What is to be sent now, if anything: what was taken before, until it is `done`. One at a time."""
        if self.finished or self.seconds_to_next(now) > 0:
            return None
        if not self._sending:
            self._sending = self._next_batch()
            self._due = now if self._waiting else None
        self._next_life = now + LIFE_SECONDS
        return self._sending or [{}]

    def _next_batch(self) -> List[Dict[str, Any]]:
        size = count = 0
        for report in self._waiting[:MOST_REPORTS]:
            size += len(report.get("content", "").encode())
            if size > BATCH_BYTES:
                break
            count += 1
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        return batch

    def done(self) -> None:
        """What was taken has arrived."""
        self._sending = []
        self.finished = self._ending and not self._waiting

    def failed(self, now: float, delay: float) -> None:
        """What was taken may not have arrived; it is taken again, the same, after the delay."""
        self._not_before = now + min(delay, LONGEST_DELAY)

    def refused(self) -> None:
        """What was taken is not wanted, and left out. Where the end is among it, that goes again by itself."""
        *others, last = self._sending or [{}]
        if others and "status" in last:
            self._sending = [last]
        else:
            self.done()

    def close(self) -> None:
        self.finished = True


def pieces_of(text: str, size: int) -> List[str]:
    """The text in pieces of at most `size` bytes of UTF-8, none of them cut inside a character."""
    pieces = []
    rest = text.encode("utf-8", "replace")
    while rest:
        end = min(size, len(rest))
        while end < len(rest) and rest[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(rest[:end].decode())
        rest = rest[end:]
    return pieces
