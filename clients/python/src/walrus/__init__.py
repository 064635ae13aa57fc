"""Walrus, from Python: uploads, crawls, answers and your own pipelines, followed live to their end.

    with WalrusClient() as client:
        client.documents.ingest("paper.pdf", on_progress=print)
        print(client.chat.stream("What is it about?", "my-session").text())
"""
from . import errors, events, shapes, webhooks, words
from .client import AsyncWalrusClient, WalrusClient
from .core import Patience
from .errors import CancelledError, CancelRequested, ConnectionLostError, OperationFailedError, WalrusError
from .monitor import StatusMonitor
from .operation import AsyncOperation, Operation
from .progress import Progress
from .state import OperationState
from .streams import AsyncManyStream, AsyncOperationStream, ManyStream, OperationStream

__all__ = [
    "AsyncManyStream", "AsyncOperation", "AsyncOperationStream", "AsyncWalrusClient", "CancelledError", "CancelRequested",
    "ConnectionLostError", "ManyStream", "Operation", "OperationFailedError", "OperationState", "OperationStream", "Patience",
    "Progress", "StatusMonitor", "WalrusClient", "WalrusError", "errors", "events", "shapes", "webhooks", "words",
]
