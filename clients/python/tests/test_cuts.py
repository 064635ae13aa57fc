"""The real server behind a proxy that cuts connections at random bytes: no gap, nothing twice, one question.

`WALRUS_TEST_SEED` repeats a run."""
import os
import random
import unittest

import samples
from cutting_proxy import CuttingProxy
from model_server import ModelServer
from scripted import run_async
from walrus import AsyncWalrusClient, Patience, WalrusClient
from walrus.events import ChunkEvent
from walrus.follow import EVENTS, LONG_POLL
from walrus_server import WalrusServer

MANY = Patience(attempts=200)  # of which nearly all find an allowance that is too small


async def no_sleep(_):
    pass


class Cuts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = ModelServer()
        cls.model.pause = 0.002  # seconds, so that the pieces are not merged into a few
        cls.addClassCleanup(cls.model.close)
        cls.server = WalrusServer("--llm-url", cls.model.url, "--llm-model", "test-model")
        cls.addClassCleanup(cls.server.close)
        cls.server.start()

    def setUp(self):
        self.seed = int(os.environ.get("WALRUS_TEST_SEED") or random.SystemRandom().randrange(2**32))
        self.random = random.Random(self.seed)
        print(f"{self.id()}: WALRUS_TEST_SEED={self.seed}")
        self.model.pieces = [f"piece {number} é 海 🦭," for number in range(60)]

    def proxy(self, *arguments, **named):
        return self.enterContext(CuttingProxy(self.server.port, *arguments, **named))

    def client(self, proxy, patience=MANY):
        return self.enterContext(WalrusClient(proxy.url, patience=patience, sleep=lambda _: None))

    def allowance(self, head):
        """Bytes of an answer. The head of one has about 400; a POST's gets through, so that there is one of it."""
        if head.startswith("POST"):
            return self.random.randrange(900, 1500)
        # Events of many sources are long; what is too small for one is tried again.
        again = "last-event-id" in head.lower()
        return self.random.randrange(300, 20_000 if again and self.random.random() < 0.1 else 1500)

    def whole(self, operation_id):
        """(sequence, type) of each event, read without a cut."""
        events = self.server.events(f"/v1/operations/{operation_id}/events")
        return [(event.id, event.data["type"]) for event in events]

    def check_turn(self, proxy, events, stream, session):
        self.assertGreater(proxy.cuts, 0, f"seed {self.seed}")
        got = [(event.sequence, event.data["type"]) for event in events]
        self.assertEqual(got, self.whole(stream.operation_id), f"seed {self.seed}")
        text = "".join(event.content for event in events if isinstance(event, ChunkEvent))
        self.assertEqual(text, "".join(self.model.pieces), f"seed {self.seed}")
        self.assertEqual(stream.state.text, text)
        self.assertEqual(stream.transport, EVENTS)
        self.assertEqual(len(proxy.posts), 1, f"seed {self.seed}")
        messages = self.server.get(f"/v1/chat/conversations/-/{session}/history").json()["messages"]
        self.assertEqual([message["role"] for message in messages], ["user", "assistant"])

    def test_a_chat(self):
        for turn in range(5):
            proxy = self.proxy(self.allowance)
            stream = self.client(proxy).chat.stream("What is written?", f"sync-{turn}")
            self.check_turn(proxy, [*stream], stream, f"sync-{turn}")

    def test_a_chat_on_asyncio(self):
        proxy = self.proxy(self.allowance)

        async def work():
            async with AsyncWalrusClient(proxy.url, patience=MANY, sleep=no_sleep) as client:
                stream = client.chat.stream("What is written?", "async")
                return [event async for event in stream], stream
        self.check_turn(proxy, *run_async(work()), "async")

    def test_a_question_whose_answers_head_is_cut_is_one_question(self):
        left = [1, 100, 250]
        proxy = self.proxy(lambda head: left.pop() if left and head.startswith("POST") else None)
        stream = self.client(proxy).chat.stream("What is written?", "heads")
        self.assertEqual(stream.text(), "".join(self.model.pieces))
        self.assertEqual(len(proxy.posts), 4)
        keys = {line for head in proxy.posts for line in head.splitlines() if line.lower().startswith("idempotency-key")}
        self.assertEqual(len(keys), 1)
        messages = self.server.get("/v1/chat/conversations/-/heads/history").json()["messages"]
        self.assertEqual([message["role"] for message in messages], ["user", "assistant"])

    def test_an_upload_is_one_document(self):
        content = samples.long_text(2500, self.seed)
        name = f"upload-{self.seed}.txt"
        left = 4
        def upload(head):
            nonlocal left
            left -= head.startswith("POST")
            return self.random.randrange(len(content)) if left > 0 and head.startswith("POST") else None
        proxy = self.proxy(lambda head: self.random.randrange(1, 3000), upload)
        seen = []
        state = self.client(proxy).documents.ingest(content.encode(), filename=name, on_progress=seen.append)
        percents = [progress.percent for progress in seen]
        self.assertEqual((state.status, percents, percents[-1]), ("completed", sorted(percents), 100), f"seed {self.seed}")
        documents = [row for row in self.server.get("/v1/documents/?limit=100").json() if row["filename"] == name]
        self.assertEqual([row["document_id"] for row in documents], [state.document_id], f"seed {self.seed}")
        self.assertEqual(self.server.get(f"/v1/documents/{state.document_id}/content").body, content.encode())

    def test_many_operations_on_one_stream(self):
        accepted = [self.server.upload(f"{n}.txt", samples.long_text(1000, n)).json() for n in range(4)]
        ids = [one["operation_id"] for one in accepted]
        proxy = self.proxy(self.allowance)
        stream = self.client(proxy).events.follow(ids)
        got = [(event.operation_id, event.sequence) for event in stream]
        self.assertGreater(proxy.cuts, 0, f"seed {self.seed}")
        for operation in ids:
            self.assertEqual([sequence for one, sequence in got if one == operation],
                             [sequence for sequence, _ in self.whole(operation)], f"seed {self.seed}")
            self.assertEqual(stream.states[operation].status, "completed")


class Silence(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(WalrusServer())

    def test_a_stream_that_says_nothing_more_is_left(self):
        left = [700]
        accepted = self.server.upload("a.txt", samples.long_text(1500)).json()
        silent = Patience(stall=0.2)
        with CuttingProxy(self.server.port, lambda head: left.pop() if left else None, silent=True) as proxy, \
                WalrusClient(proxy.url, patience=silent, sleep=lambda _: None) as client:
            stream = client.operations.follow(accepted["operation_id"])
            got = [event.sequence for event in stream]
        self.assertEqual(proxy.cuts, 1)
        self.assertEqual(got, [event.id for event in self.server.events(accepted["events_url"])])
        self.assertEqual(stream.transport, EVENTS)

    def test_where_no_stream_gets_through_a_long_poll_does(self):
        blocked = Patience(stall=0.2)
        def allowance(head):
            return 0 if "text/event-stream" in head else None
        with CuttingProxy(self.server.port, allowance, silent=True) as proxy, \
                WalrusClient(proxy.url, patience=blocked, sleep=lambda _: None) as client, self.assertLogs("walrus"):
            state = client.documents.ingest(samples.long_text(500).encode(), filename="b.txt")
            self.assertEqual((state.status, state.progress), ("completed", 100))
            stream = client.chat.stream("lighthouse", "blocked")
            text = stream.text()
        self.assertEqual(stream.transport, LONG_POLL)
        messages = self.server.get("/v1/chat/conversations/-/blocked/history").json()["messages"]
        self.assertEqual([message["text"] for message in messages], ["lighthouse", text])


if __name__ == "__main__":
    unittest.main()
