"""Bytes to events, however they are split."""
import os
import random
import unittest

import golden
from walrus.sse import LONGEST_LINE, EventParser, LineTooLong, Message


def parsed(*pieces):
    parser = EventParser()
    return [message for piece in pieces for message in parser.feed(piece)]


class Events(unittest.TestCase):
    def test_fields(self):
        stream = (b"\xef\xbb\xbfid: 7\n: a comment\nretry: 1500\ndata: {\"type\":\ndata:\"chunk\"}\nother: x\n\n"
                  b"data: {\"type\":\"b\"}\n\nid: 9\n\ndata: {\"type\":\"unfinished\"}\n")
        self.assertEqual(parsed(stream), [Message("7", {"type": "chunk"}), Message(None, {"type": "b"})])

    def test_the_retry_line(self):
        parser = EventParser()
        parser.feed(b"retry: soon\n")
        self.assertIsNone(parser.retry_ms)
        parser.feed(b"retry: 2500\n")
        self.assertEqual(parser.retry_ms, 2500)

    def test_every_line_end(self):
        for end in (b"\n", b"\r", b"\r\n"):
            stream = end.join([b'data: {"type":"a"}', b"", b'data: {"type":"b"}', b"", b""])
            for pieces in ([stream], [bytes([byte]) for byte in stream]):
                self.assertEqual([message.data["type"] for message in parsed(*pieces)], ["a", "b"], (end, len(pieces)))

    def test_what_is_no_event_of_ours_is_of_an_unknown_type(self):
        for data in (b"hello", b"[1]", b'{"kind":"x"}', b"\xff"):
            (message,) = parsed(b"data: " + data + b"\n\n")
            self.assertEqual(message.data["type"], "unknown")

    def test_other_line_ends_of_unicode_are_text(self):
        (message,) = parsed('data: {"type":"chunk","content":"a\u2028b\u2029c\x85d"}\n\n'.encode())
        self.assertEqual(message.data["content"], "a\u2028b\u2029c\x85d")

    def test_a_line_without_an_end(self):
        parser = EventParser()
        with self.assertRaises(LineTooLong):
            for _ in range(LONGEST_LINE // 2**20 + 1):
                parser.feed(b"x" * 2**20)

    def test_any_split_gives_the_same_events(self):
        seed = int(os.environ.get("WALRUS_TEST_SEED") or random.SystemRandom().randrange(2**32))
        print(f"{self.id()}: WALRUS_TEST_SEED={seed}")
        drawn = random.Random(seed)
        for name, stream, _ in golden.cases():
            for line_end in (b"\n", b"\r\n", b"\r"):
                written = stream.replace(b"\n", line_end)
                whole = parsed(written)
                self.assertGreater(len(whole), 1)
                for _ in range(10):
                    cuts = sorted(drawn.randrange(len(written) + 1) for _ in range(drawn.randrange(1, 60)))
                    pieces = [written[start:end] for start, end in zip([0, *cuts], [*cuts, len(written)])]
                    self.assertEqual(parsed(*pieces), whole, f"{name}, {line_end!r}, seed {seed}")


if __name__ == "__main__":
    unittest.main()
