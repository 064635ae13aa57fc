"""One progress for an upload: first the bytes on their way, then the server's steps."""
from __future__ import annotations

import io
import json
import os
from dataclasses import dataclass
from typing import Any, BinaryIO, Callable, Mapping, Optional, Union, cast

from .exchange import Form
from .state import OperationState
from .words import PLANS

# A path, the bytes themselves, or a file that is open for reading bytes and can be wound back.
File = Union[str, "os.PathLike[str]", bytes, BinaryIO]

# What sending counts for: all that comes before the first step is done.
_SENDING_PERCENT = PLANS["document_upload"][0].percent or 0


@dataclass(frozen=True)
class Progress:
    """`percent` never falls, also where a file has to be sent again."""

    percent: int
    message: str
    bytes_sent: int
    bytes_total: int
    state: Optional[OperationState]  # None while bytes are on their way


class ProgressMeter:
    """Joins both parts, and tells `on_progress` when something has changed."""

    def __init__(self, on_progress: Optional[Callable[[Progress], None]], bytes_total: int) -> None:
        self._on_progress = on_progress
        self._last = Progress(0, "Sending...", 0, bytes_total, None)

    def sent(self, count: int) -> None:
        total = self._last.bytes_total
        sent = max(count, self._last.bytes_sent)
        self._tell(_SENDING_PERCENT * sent // total if total else 0, "Sending...", sent, None)

    def stands(self, state: OperationState) -> None:
        self._tell(state.progress or 0, state.message or "", self._last.bytes_total, state)

    def _tell(self, percent: int, message: str, sent: int, state: Optional[OperationState]) -> None:
        now = Progress(max(percent, self._last.percent), message, sent, self._last.bytes_total, state)
        if self._on_progress and now != self._last:
            self._on_progress(now)
        self._last = now


class CountedFile:
    """A file that tells how far it was read. httpx reads a piece once the one before is on its way."""

    def __init__(self, file: BinaryIO, told: Callable[[int], None]) -> None:
        self._file = file
        self._told = told

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self._told(self._file.tell())
        return piece

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


class Upload:
    """A file that is to be sent, its form and its meter; a file that it opened, it closes."""

    def __init__(self, file: File, filename: Optional[str], metadata: Optional[Mapping[str, Any]],
                 on_progress: Optional[Callable[[Progress], None]]) -> None:
        self._own: Optional[BinaryIO] = None
        opened = self._open(file)
        size = opened.seek(0, io.SEEK_END)
        opened.seek(0)
        self.meter = ProgressMeter(on_progress, size)
        counted = cast(BinaryIO, CountedFile(opened, self.meter.sent))
        self.form = Form(filename or _name_of(file), counted, json.dumps(metadata) if metadata is not None else None)

    def _open(self, file: File) -> BinaryIO:
        if isinstance(file, bytes):
            return io.BytesIO(file)
        if isinstance(file, (str, os.PathLike)):
            self._own = open(file, "rb")
            return self._own
        return file

    def __enter__(self) -> Upload:
        return self

    def __exit__(self, *_: Any) -> None:
        if self._own:
            self._own.close()


def _name_of(file: File) -> str:
    if isinstance(file, (str, os.PathLike)):
        return os.path.basename(os.fspath(file))
    name = getattr(file, "name", None)
    if isinstance(name, str):
        return os.path.basename(name)
    raise ValueError("A file without a name needs a filename, whose ending helps to tell its format.")
