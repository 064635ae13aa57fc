"""Whether a webhook's message is Walrus's own (Standard Webhooks; docs/decisions/0013)."""
from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from typing import Any, Dict, Mapping, Optional, Union

from .errors import WalrusError

TOLERANCE_SECONDS = 300.0


class SignatureError(WalrusError):
    """A message that is not to be believed."""


def verify(secret: str, headers: Mapping[str, str], body: Union[bytes, str], *,
           tolerance_seconds: float = TOLERANCE_SECONDS, now: Optional[float] = None) -> Dict[str, Any]:
    """The message, once its signature and time are right; otherwise a SignatureError.

    `body` is what came, byte for byte: JSON that was parsed and written again has another signature.
    Messages come at least once: drop those whose `webhook-id` was there before."""
    content = body.encode() if isinstance(body, str) else body
    named = {name.lower(): value for name, value in headers.items()}
    try:
        identity, timestamp, signatures = (named[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
    except KeyError as missing:
        raise SignatureError(f"The message has no header {missing.args[0]}.") from None
    if not (timestamp.isascii() and timestamp.isdigit()):
        raise SignatureError("The header webhook-timestamp is no number of seconds.")
    if abs((time.time() if now is None else now) - int(timestamp)) > tolerance_seconds:
        raise SignatureError("The message is too old, or of the future.")
    expected = sign(secret, identity, int(timestamp), content)
    if not any(hmac.compare_digest(expected.encode(), one.encode()) for one in signatures.split(" ")):
        raise SignatureError("No signature of the message is of this secret.")
    message: Dict[str, Any] = json.loads(content)
    return message


def sign(secret: str, identity: str, timestamp: int, body: bytes) -> str:
    """What `webhook-signature` holds for a message."""
    try:
        key = base64.b64decode(secret[len("whsec_"):] if secret.startswith("whsec_") else secret, validate=True)
    except binascii.Error:
        raise SignatureError("The secret is not whsec_ and base64.") from None
    digest = hmac.new(key, f"{identity}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()
