"""The clients: `WalrusClient` blocks, `AsyncWalrusClient` is awaited. Both have the same."""
from __future__ import annotations

import asyncio
import os
import random
import time
from typing import Any, Awaitable, Callable, Dict, Mapping, Optional, Union

import httpx

from .core import Core, Patience, given
from .exchange import Procedure
from .operation import AsyncOperation, Operation, Steps, plan_of
from .resources import Chat, Crawls, Documents, Events, Models, Operations
from .shapes import Health, Readiness, SearchResponse
from .wire import Async, AsyncWire, M, Resource, Sync, SyncWire, call

DEFAULT_URL = "http://localhost:8000"


def _settings(url: Optional[str], api_key: Optional[str]) -> Dict[str, Any]:
    """httpx's, of a client."""
    base = url or os.environ.get("WALRUS_URL") or DEFAULT_URL
    if not base.startswith(("http://", "https://")):
        raise ValueError(f"'{base}' is no address of a server; one begins with http:// or https://.")
    # As many connections as there are streams; the server has its own bound.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
    return {"base_url": base, "limits": limits, "headers": {"Authorization": f"Bearer {api_key}"} if api_key else {}}


class _Client(Resource[M]):
    def __init__(self, wire: Union[SyncWire, AsyncWire], core: Core, api_key: Optional[str]) -> None:
        super().__init__(wire)
        self._core = core
        self._api_key = api_key
        self.documents: Documents[M] = Documents(wire, core)
        self.crawls: Crawls[M] = Crawls(wire, core)
        self.chat: Chat[M] = Chat(wire, core)
        self.operations: Operations[M] = Operations(wire, core)
        self.events: Events[M] = Events(wire, core)
        self.models: Models[M] = Models(wire, core)

    @call
    def search(self, query: str, *, k: Optional[int] = None,
               retrieval_filter: Optional[Mapping[str, Any]] = None) -> Procedure[SearchResponse]:
        """The passages that a chat's answer would be drawn from, best first."""
        return self._core.post("/v1/search", given(query=query, k=k, retrieval_filter=retrieval_filter))

    @call
    def health(self) -> Procedure[Health]:
        """Whether the server is alive, and its version."""
        return self._core.get("/health")

    @call
    def ready(self) -> Procedure[Readiness]:
        """Whether it can take work; an UnavailableError where it cannot."""
        return self._core.get("/ready")


class WalrusClient(_Client[Sync]):
    """Blocks. May be used by several threads at once.

    `url` is that of the variable WALRUS_URL where it is absent, and else http://localhost:8000;
    `api_key` that of WALRUS_API_KEY. `transport` is httpx's; it, `sleep` and `uniform`, which draws the
    delays, are for proxies and tests."""

    def __init__(self, url: Optional[str] = None, *, api_key: Optional[str] = None, patience: Patience = Patience(),
                 transport: Optional[httpx.BaseTransport] = None, sleep: Callable[[float], None] = time.sleep,
                 uniform: Callable[[float, float], float] = random.uniform) -> None:
        key = api_key or os.environ.get("WALRUS_API_KEY")
        self._http = httpx.Client(transport=transport, **_settings(url, key))
        self._sync_wire = SyncWire(self._http, sleep)
        super().__init__(self._sync_wire, Core(patience, uniform), key)

    def operation(self, kind: str, steps: Steps, *, title: Optional[str] = None, metadata: Optional[Mapping[str, Any]] = None,
                  timeout_seconds: Optional[int] = None) -> Operation:
        """A run of your own pipeline, as a context: it begins with it, and ends with it as completed or failed."""
        return Operation(self._sync_wire, self._core, plan_of(kind, steps, title, metadata, timeout_seconds),
                         secrets=[self._api_key])

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> WalrusClient:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


class AsyncWalrusClient(_Client[Async]):
    """For asyncio. Otherwise as WalrusClient."""

    def __init__(self, url: Optional[str] = None, *, api_key: Optional[str] = None, patience: Patience = Patience(),
                 transport: Optional[httpx.AsyncBaseTransport] = None,
                 sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
                 uniform: Callable[[float, float], float] = random.uniform) -> None:
        key = api_key or os.environ.get("WALRUS_API_KEY")
        self._http = httpx.AsyncClient(transport=transport, **_settings(url, key))
        self._async_wire = AsyncWire(self._http, sleep)
        super().__init__(self._async_wire, Core(patience, uniform), key)

    def operation(self, kind: str, steps: Steps, *, title: Optional[str] = None, metadata: Optional[Mapping[str, Any]] = None,
                  timeout_seconds: Optional[int] = None) -> AsyncOperation:
        """A run of your own pipeline, as a context: it begins with it, and ends with it as completed or failed."""
        return AsyncOperation(self._async_wire, self._core, plan_of(kind, steps, title, metadata, timeout_seconds),
                              secrets=[self._api_key])

    async def close(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> AsyncWalrusClient:
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self.close()
