"""A WebSocket client for the tests, on wsproto's protocol and a plain socket."""
import json
import socket

import wsproto
from wsproto.events import AcceptConnection, CloseConnection, Ping, Pong, RejectConnection, RejectData, Request, TextMessage

import contract

PATIENCE = 60


class Refused(Exception):
    def __init__(self, status, headers, body):
        super().__init__(f"{status} {body[:300]!r}")
        self.status, self.headers, self.body = status, headers, body


class WebSocket:
    """Held to `channel` of contract/asyncapi.json, where one is given."""

    def __init__(self, port, path, channel=None, headers=(), host="localhost"):
        self.channel = channel
        self.pings = 0
        self.close_code = None
        self.waiting = []
        self.text = ""
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.protocol = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
        request = Request(host=f"{host}:{port}", target=path, extra_headers=[(n.encode(), v.encode()) for n, v in headers])
        self.send_raw(self.protocol.send(request))
        self.shake_hands(path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def shake_hands(self, path):
        refused, body = None, b""
        while True:
            event = self.next_event()
            if isinstance(event, AcceptConnection):
                contract.seen_response("GET", path, 101)
                return
            if isinstance(event, RejectConnection):
                refused = event
            if isinstance(event, RejectData):
                body += event.data
            if refused and (not refused.has_body or getattr(event, "body_finished", False)):
                self.socket.close()
                answer = Refused(refused.status_code, {n.decode().lower(): v.decode() for n, v in refused.headers}, body)
                contract.check("GET", path, answer)
                raise answer

    def next_event(self):
        while not self.waiting:
            data = self.socket.recv(65536)
            self.protocol.receive_data(data or None)
            self.waiting = list(self.protocol.events())
        return self.waiting.pop(0)

    # --- Saying

    def send_raw(self, data):
        self.socket.sendall(data)

    def say(self, value):
        text = value if isinstance(value, str) else json.dumps(value)
        self.send_raw(self.protocol.send(TextMessage(text)))

    def close(self, code=1000):
        self.send_raw(self.protocol.send(CloseConnection(code)))

    # --- Hearing

    def hear(self):
        """The next message, or None at the end; `close_code` says which."""
        while True:
            event = self.next_event()
            if isinstance(event, TextMessage):
                self.text += event.data
                if event.message_finished:
                    return self.heard()
            elif isinstance(event, Ping):
                self.pings += 1
                self.send_raw(self.protocol.send(event.response()))
            elif isinstance(event, CloseConnection):
                self.close_code = event.code
                return None
            elif not isinstance(event, Pong):
                raise AssertionError(f"not expected: {event}")

    def heard(self):
        message, self.text = json.loads(self.text), ""
        if self.channel:
            contract.check_message(self.channel, message)
        return message

    def hear_until(self, last):
        """Every message up to the one for which `last` holds."""
        messages = []
        while True:
            message = self.hear()
            assert message is not None, f"closed with {self.close_code} after {messages[-3:]}"
            messages.append(message)
            if last(message):
                return messages

    def rest(self):
        """Every message up to the end."""
        messages = []
        while (message := self.hear()) is not None:
            messages.append(message)
        return messages
