"""A proxy on loopback that treats connections badly, as a test says."""
import re
import socket
import threading

REQUEST = re.compile(rb"(?m)^(?:GET|POST|PATCH|DELETE) [^\r]+ HTTP/1.1(?:\r\n[^\r]+)*")


class CuttingProxy:
    """`allowance(head)` says for each request how many bytes of its answer get through before its connection
    is cut, `upload(head)` how many of its own; None is all of them. With `silent` a connection whose
    answer has used up its allowance stays open, and says nothing more."""

    def __init__(self, port, allowance=lambda head: None, upload=lambda head: None, silent=False):
        self.target = ("127.0.0.1", port)
        self.allowance = allowance
        self.upload = upload
        self.silent = silent
        self.open = []
        self.posts = []  # the heads of POST requests that came
        self.cuts = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()
        for one in self.open:
            one.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(self.target)
            except OSError:
                return
            self.open += [client, server]
            connection = Connection(self, client, server)
            for work in (connection.pass_requests, connection.pass_answers):
                threading.Thread(target=work, daemon=True).start()


class Connection:
    def __init__(self, proxy, client, server):
        self.proxy = proxy
        self.client = client
        self.server = server
        self.answer_left = None
        self.request_left = None

    def pass_requests(self):
        for piece in self.pieces(self.client):
            for request in REQUEST.findall(piece):
                head = request.decode()
                self.proxy.posts += [head] if head.startswith("POST") else []
                self.answer_left, self.request_left = self.proxy.allowance(head), self.proxy.upload(head)
            if not self.send(self.server, piece, self.request_left):
                break
            self.request_left = None if self.request_left is None else self.request_left - len(piece)
        self.cut()

    def pass_answers(self):
        for piece in self.pieces(self.server):
            if not self.send(self.client, piece, self.answer_left):
                if self.proxy.silent:
                    return
                break
            self.answer_left = None if self.answer_left is None else self.answer_left - len(piece)
        self.cut()

    def send(self, target, piece, left):
        """Whether all of it was allowed, and arrived."""
        allowed = left is None or len(piece) <= left
        self.proxy.cuts += not allowed
        try:
            target.sendall(piece if allowed else piece[:left])
        except OSError:
            return False
        return allowed

    @staticmethod
    def pieces(source):
        try:
            while piece := source.recv(65536):
                yield piece
        except OSError:
            return

    def cut(self):
        for one in (self.client, self.server):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
