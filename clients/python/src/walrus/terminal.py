"""Progress for people: a bar that moves on a terminal, plain lines in a pipe."""
from __future__ import annotations

from typing import Optional, TextIO

WIDTH = 20  # of the bar


def bar(percent: int) -> str:
    filled = WIDTH * percent // 100
    return f"[{'#' * filled}{'-' * (WIDTH - filled)}] {percent:3d}%"


class StatusLines:
    """On a terminal each line takes the place of the one before; elsewhere one that says the same is left out."""

    def __init__(self, output: TextIO) -> None:
        self._output = output
        self._moves = output.isatty()
        self._last: Optional[str] = None
        self._within_line = False  # whether the cursor stands behind something that stays

    def show(self, message: str, percent: Optional[int] = None) -> None:
        line = message if percent is None else f"{bar(percent)}  {message}"
        if line == self._last:
            return
        self._end_text()
        self._last = line
        self._write(f"\r\x1b[K{line}" if self._moves else f"{line}\n")

    def text(self, piece: str) -> None:
        """Text that stays, below whatever line there was."""
        if self._last is not None:
            self.settle()
        self._within_line = not piece.endswith("\n")
        self._write(piece)

    def settle(self) -> None:
        """What stands there stays."""
        if self._moves and self._last is not None:
            self._write("\n")
        self._last = None
        self._end_text()

    def _end_text(self) -> None:
        if self._within_line:
            self._write("\n")
        self._within_line = False

    def _write(self, what: str) -> None:
        self._output.write(what)
        self._output.flush()
