"""What of an exception may be shown to whoever watches: its class and message, without secrets."""
from __future__ import annotations

import os
import re
from typing import Iterable, Optional

LONGEST = 500  # characters, as the server takes them
MASK = "***"

_SECRET_NAME = r"[\w-]*(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|credential|signature|authorization|cookie)[\w-]*"
_PATTERNS = (
    # A URL's user and password.
    (re.compile(r"://[^/\s@]+@"), f"://{MASK}@"),
    (re.compile(r"\b(bearer|basic)\s+[^\s'\",;]+", re.IGNORECASE), rf"\1 {MASK}"),
    # name=value, name: value and "name": "value", up to what ends the value.
    (re.compile(rf"""({_SECRET_NAME}["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s&,;)\]}}]+)""", re.IGNORECASE), rf"\1{MASK}"),
    # Keys that say what they are.
    (re.compile(r"\b(?:wk_|whsec_|sk-|gh[pousr]_|xox[abp]-|AKIA|ASIA|eyJ)[\w.+/=-]{8,}"), MASK),
    # What is long and has no words: hexadecimal digits, or capitals, small letters and digits mixed.
    (re.compile(r"\b[0-9a-fA-F]{32,}\b"), MASK),
    (re.compile(r"\b(?=\w*[0-9])(?=\w*[a-z])(?=\w*[A-Z])[\w+=]{24,}"), MASK),
)
_SECRET_VARIABLE = re.compile(r"KEY|SECRET|TOKEN|PASSW|CREDENTIAL", re.IGNORECASE)
_SHORTEST_VALUE = 6  # a shorter one stands in too many words


def described(error: BaseException, secrets: Iterable[Optional[str]] = ()) -> str:
    """Class and message alone: no traceback, no cause, no variables."""
    message = redacted(str(error), secrets)
    return f"{type(error).__name__}: {message}"[:LONGEST] if message else type(error).__name__


def redacted(text: str, secrets: Iterable[Optional[str]] = ()) -> str:
    """On one line, and without `secrets`, what the environment names one, and what looks like one."""
    for secret in [*secrets, *_environment_secrets()]:
        if secret:
            text = text.replace(secret, MASK)
    for pattern, mask in _PATTERNS:
        text = pattern.sub(mask, text)
    return " ".join(text.split())


def _environment_secrets() -> Iterable[str]:
    values = [value for name, value in os.environ.items() if _SECRET_VARIABLE.search(name) and len(value) >= _SHORTEST_VALUE]
    return sorted(values, key=len, reverse=True)
