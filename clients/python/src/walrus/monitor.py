"""`StatusMonitor`, as the status documentation shows it."""
from __future__ import annotations

import os
import sys
from typing import List, Optional, TextIO, Union

from .client import AsyncWalrusClient
from .core import Patience
from .errors import NotFoundError
from .events import ChunkEvent, StatusEvent
from .progress import Progress
from .shapes import ChatStatusItem
from .terminal import StatusLines


class StatusMonitor:
    """Shows on `output` (standard output) how far chats and uploads are: bars on a terminal, lines in a pipe.

    Where the documentation's samples are wrong, this does what they mean:

    - Its loops wait for `completed` alone, so that a failed upload would be watched for ever. Here any
      end is one, and a failure is raised as an OperationFailedError that says what to do.
    - Its EventSource sends a POST, which no EventSource can. Here the question is a POST, and a stream
      that is lost goes on at the operation's events, without asking twice.
    - It asks for the statuses of "session_001" after a chat in "user_123". A conversation that nobody has
      begun has none: that is an empty list here, though the route answers 404."""

    def __init__(self, url: Optional[str] = None, *, api_key: Optional[str] = None, patience: Patience = Patience(),
                 output: Optional[TextIO] = None) -> None:
        self._url = url
        self._api_key = api_key
        self._patience = patience
        self._output = output

    def _client(self) -> AsyncWalrusClient:
        return AsyncWalrusClient(self._url, api_key=self._api_key, patience=self._patience)

    def _lines(self) -> StatusLines:
        return StatusLines(self._output or sys.stdout)

    async def monitor_chat_stream(self, session_id: str, query: str, *, user_id: Optional[str] = None,
                                  conversation_id: Optional[str] = None) -> str:
        """Asks, shows each step and the answer as it comes, and returns the answer."""
        lines = self._lines()
        async with self._client() as client:
            stream = client.chat.stream(query, session_id, user_id=user_id, conversation_id=conversation_id)
            async with stream:
                async for event in stream:
                    if isinstance(event, StatusEvent):
                        lines.show(event.message)
                    elif isinstance(event, ChunkEvent):
                        lines.text(event.content)
            lines.settle()
            return await stream.text()

    async def monitor_document_upload(self, path: Union[str, "os.PathLike[str]"]) -> str:
        """Uploads a file, shows how far it is until it can be found, and returns its id."""
        lines = self._lines()

        def show(progress: Progress) -> None:
            lines.show(progress.message, progress.percent)

        async with self._client() as client:
            try:
                state = await client.documents.ingest(path, on_progress=show)
            finally:
                lines.settle()
        return state.document_id or ""

    async def get_chat_status_history(self, user_id: str, conversation_id: str) -> List[ChatStatusItem]:
        """Shows and returns the statuses of a conversation's turns, oldest first; they are kept for 24 hours."""
        async with self._client() as client:
            try:
                items = await client.chat.statuses(user_id, conversation_id)
            except NotFoundError:
                items = []
        lines = self._lines()
        for item in items:
            lines.text(f"{item['created_at']}  {item['status']:<10}  {item['step']:<20}  {item['message']}\n")
        if not items:
            lines.text(f"There are no statuses of {conversation_id}.\n")
        return items
