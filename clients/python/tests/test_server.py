"""Every resource against the real server; what only it can tell: that what the client sends is what it takes."""
import contextlib
import time
import unittest

import samples
from model_server import ModelServer
from scripted import run_async
from walrus import AsyncWalrusClient, CancelledError, CancelRequested, OperationFailedError, WalrusClient, errors, webhooks
from walrus.events import ChunkEvent, SnapshotEvent, StatusEvent
from walrus.words import PLANS
from walrus_server import PATIENCE, WalrusServer
from webhook_receiver import WebhookReceiver
from website import Website

LOOPBACK = "127.0.0.1/32"


class Resources(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = ModelServer()
        cls.addClassCleanup(cls.model.close)
        cls.server = cls.enterClassContext(WalrusServer(
            "--llm-url", cls.model.url, "--llm-model", "test-model", "--webhook-allow", LOOPBACK, "--crawl-allow", LOOPBACK))
        cls.client = cls.enterClassContext(WalrusClient(f"http://127.0.0.1:{cls.server.port}"))

    def ingest(self, content=samples.FACT, name="a.txt", **more):
        return self.client.documents.ingest(content.encode(), filename=name, **more)

    # --- Documents

    def test_the_life_of_a_document(self):
        documents = self.client.documents
        state = self.ingest(samples.long_text(2000), "long.txt", metadata={"year": 1650})
        document = documents.get(state.document_id)
        self.assertEqual((document["filename"], document["metadata"]["custom"]), ("long.txt", {"year": 1650}))
        self.assertIn(state.document_id, [row["document_id"] for row in documents.list()])
        chunks = [*documents.chunks(state.document_id)]
        self.assertEqual(len(chunks), document["chunk_count"])
        self.assertEqual(documents.chunk(state.document_id, chunks[0]["chunk_id"]), chunks[0])
        self.assertEqual(documents.content(state.document_id), samples.long_text(2000).encode())
        self.assertEqual(documents.status(state.document_id), documents.status(state.document_id))
        self.assertEqual([status["processing_step"] for status in documents.history(state.document_id)][-1], "finished")

        replaced = documents.replace(state.document_id, samples.FACT.encode(), filename="short.txt")
        self.assertEqual(replaced["document_id"], state.document_id)
        self.assertEqual(documents.wait(state.document_id).operation_id, replaced["operation_id"])
        self.assertEqual(documents.content(state.document_id), samples.FACT.encode())
        seen = []
        again = documents.ingest(b"Something else.", filename="else.txt", document_id=state.document_id, on_progress=seen.append)
        self.assertEqual((again.document_id, seen[-1].percent), (state.document_id, 100))
        self.assertEqual(documents.content(state.document_id), b"Something else.")
        statuses = documents.statuses([state.document_id, "01980d3a-6a00-7f52-8a3e-3b1f6d0e4c11"])
        self.assertEqual((len(statuses["statuses"]), len(statuses["not_found"])), (1, 1))
        self.assertEqual(documents.delete(state.document_id)["status"], "deleted")
        with self.assertRaises(errors.NotFoundError):
            documents.get(state.document_id)

    def test_every_step_and_one_progress(self):
        seen = []
        state = self.ingest(samples.long_text(3000), on_progress=seen.append)
        steps = [*dict.fromkeys(progress.state.step for progress in seen if progress.state)]
        self.assertEqual(steps, [step.name for step in PLANS["document_upload"]])
        percents = [progress.percent for progress in seen]
        self.assertEqual((percents, percents[-1]), (sorted(percents), 100))
        self.assertEqual(seen[0].state, None)
        self.assertEqual(state.progress, 100)

    def test_an_upload_that_fails_and_is_retried(self):
        with self.assertRaises(OperationFailedError) as raised:
            self.ingest("%PDF-1.4 broken", "broken.pdf")
        document_id = raised.exception.document_id
        self.assertEqual(raised.exception.state.step, "extracting_text")
        self.assertEqual(self.client.documents.retry(document_id)["attempt"], 2)
        with self.assertRaises(OperationFailedError) as again:
            self.client.documents.wait(document_id)
        self.assertEqual(again.exception.state.attempt, 2)
        with self.assertRaises(errors.ConflictError):
            self.client.documents.cancel(document_id)

    def test_what_is_refused(self):
        with self.assertRaises(errors.UnsupportedTypeError) as raised:
            self.client.documents.upload(b"\x7fELF\x02\x01\x01\x00" * 100, filename="a.out")
        self.assertEqual((raised.exception.error_type, raised.exception.status), ("unsupported_media_type", 415))
        self.assertTrue(raised.exception.request_id)
        with self.assertRaises(errors.ValidationError) as raised:
            self.client.search("x" * 4001)
        self.assertEqual(raised.exception.fields[0]["pointer"], "/query")

    def test_a_key_of_the_callers_own(self):
        first, again = (self.client.documents.upload(b"the same", filename="a.txt", idempotency_key="mine") for _ in range(2))
        self.assertEqual(first, again)

    # --- Chat and search

    def test_a_conversation(self):
        answer = self.client.chat.ask("lighthouse", "talk", user_id="ann", retrieval_k=2)
        self.assertEqual(answer["response"], "".join(self.model.pieces))
        stream = self.client.chat.stream("when", "talk", user_id="ann")
        events = [*stream]
        self.assertEqual([event.step for event in events if isinstance(event, StatusEvent)], [step.name for step in PLANS["chat"]])
        history = self.client.chat.history("ann", "talk")["messages"]
        self.assertEqual([message["text"] for message in history][-1], stream.text())
        self.assertEqual(len(self.client.chat.statuses("ann", "talk")), 12)
        self.assertEqual(self.client.operations.history(stream.operation_id)[-1]["type"], "complete")
        self.assertIn("conv#talk", [one["conversation_id"] for one in self.client.chat.conversations("ann")])
        with self.assertRaises(errors.NotFoundError):
            self.client.chat.history("bob", "talk")
        self.assertEqual(self.client.chat.delete("ann", "talk")["messages_deleted"], 4)

    def test_cancelling_an_answer_and_asking_it_again(self):
        self.model.go.clear()
        self.addCleanup(self.model.go.set)
        stream = self.client.chat.stream("when", "cancelled")
        for event in stream:
            if isinstance(event, StatusEvent) and event.step == "generating_response":
                with self.assertRaises(errors.ConflictError) as busy:
                    self.client.chat.ask("and now", "cancelled")
                self.assertEqual(busy.exception.operation_id, stream.operation_id)
                self.assertTrue(stream.cancel())
        with self.assertRaises(CancelledError):
            stream.text()
        self.model.go.set()
        self.client.operations.retry(stream.operation_id)
        self.assertEqual(self.client.operations.wait(stream.operation_id).text, "".join(self.model.pieces))

    def test_a_position_that_nobody_knows_is_a_snapshot(self):
        self.client.chat.ask("lighthouse", "snap")
        (newest, *_) = self.client.operations.list(kind="chat")
        stream = self.client.operations.follow(newest["operation_id"], after="9999")
        self.assertIsInstance(next(iter(stream)), SnapshotEvent)
        self.assertEqual(stream.wait().text, "".join(self.model.pieces))

    def test_search_models_and_the_service(self):
        self.ingest()
        results = self.client.search("lighthouse", k=1, retrieval_filter={"file_type": ".txt"})["results"]
        self.assertIn("lighthouse", results[0]["text"])
        self.assertEqual([model["model_id"] for model in self.client.models.list()], ["test-model", "extractive"])
        self.assertEqual((self.client.health()["status"], self.client.ready()["status"]), ("ok", "ready"))

    # --- Crawls and webhooks

    def test_a_crawl(self):
        pages = {"/": "<h1>Home</h1><p>The first page of all.</p><a href='/more'>more</a>", "/more": "<p>The second page of all.</p>"}
        with Website(pages) as website:
            crawl = self.client.crawls.begin(website.url("/"), max_depth=2, max_pages=5)
            state = self.client.crawls.wait(crawl["document_id"])
            self.assertEqual((state.kind, state.progress), ("web_crawl", 100))
            states = {page["url"].removeprefix(website.url("")): page["state"] for page in self.client.crawls.pages(crawl["document_id"])}
        self.assertEqual(states, {"/": "crawled", "/more": "crawled"})
        self.assertEqual(self.client.crawls.delete(crawl["document_id"])["document_type"], "web_crawl")
        with self.assertRaises(errors.NotFoundError):
            self.client.crawls.delete(self.ingest().document_id)

    def test_a_webhook_is_believed(self):
        secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        with WebhookReceiver() as receiver:
            self.server.put_json("/v1/webhooks/ci", {"url": receiver.url(), "events": ["operation.completed"], "secret": secret})
            state = self.ingest()
            message = receiver.wait_for(lambda messages: messages)[0]
            self.server.delete("/v1/webhooks/ci")
        told = webhooks.verify(secret, message.headers, message.body)
        self.assertEqual((told["type"], told["data"]["operation_id"]), ("operation.completed", state.operation_id))
        with self.assertRaises(webhooks.SignatureError):
            webhooks.verify("whsec_" + "A" * 32, message.headers, message.body)

    # --- Pipelines

    def test_a_pipeline(self):
        with self.client.operation("import", ["fetch", {"name": "load", "percent": 60}], title="Orders", metadata={"source": "erp"}) as run:
            run.step("fetch", done=1, total=2)
            run.write("the first é海🦭 ")
            run.step("load", done=1, total=4, message="Loading", metadata={"rows": 7})
            run.write("the second")
        state = self.client.operations.wait(run.operation_id)
        self.assertEqual((state.progress, state.text, state.metadata), (100, "the first é海🦭 the second", {"source": "erp", "rows": 7}))
        steps = [event.step for event in self.client.operations.follow(run.operation_id) if isinstance(event, StatusEvent)]
        self.assertEqual([*dict.fromkeys(steps)], ["fetch", "load"])

    def test_all_of_the_callers_own_on_one_stream(self):
        with self.client.events.follow() as stream, self.client.operation("import", ["fetch"]) as run:
            run.write("seen ")
            for event in stream:
                if event.operation_id == run.operation_id and isinstance(event, ChunkEvent):
                    break
        self.assertEqual(stream.states[run.operation_id].text, "seen ")

    def test_a_pipeline_that_fails_says_why_and_no_secret(self):
        with contextlib.suppress(RuntimeError), self.client.operation("import", ["fetch"]) as run:
            raise RuntimeError("no answer of postgres://admin:hunter2@db/orders")
        error = self.client.operations.get(run.operation_id)["error"]
        self.assertEqual(error["message"], "RuntimeError: no answer of postgres://***@db/orders")

    def test_somebody_cancels_a_pipeline(self):
        with self.assertRaises(CancelRequested), self.client.operation("import", ["fetch"]) as run:
            run.step("fetch")
            self.client.operations.cancel(run.operation_id)
            self.go_on(run)
        self.assertTrue(run.cancel_requested)
        with self.assertRaises(CancelledError):
            self.client.operations.wait(run.operation_id)

    @staticmethod
    def go_on(run):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            run.step("fetch", message="going on")

    def test_reports_by_hand(self):
        begun = self.client.operations.begin("import", [{"name": "a", "percent": 0}])
        report = {"report_id": "r1", "content": "once"}
        taken = [self.client.operations.report(begun["operation_id"], [report]) for _ in range(2)]
        self.assertEqual(taken[0], taken[1])
        self.client.operations.report(begun["operation_id"], [{"status": "completed"}])
        chunks = [event.content for event in self.client.operations.follow(begun["operation_id"]) if isinstance(event, ChunkEvent)]
        self.assertEqual(chunks, ["once"])


class Restarts(unittest.TestCase):
    def test_what_is_followed_outlives_the_server(self):
        with WalrusServer() as server, WalrusClient(f"http://127.0.0.1:{server.port}") as client:
            accepted = client.documents.upload(samples.long_text(4000).encode(), filename="a.txt")
            stream = client.operations.follow(accepted["operation_id"])
            got = []
            for event in stream:
                got.append(event.sequence)
                if len(got) == 2:
                    server.kill()
                    server.start(server.port)
            self.assertEqual(stream.wait().progress, 100)
            self.assertEqual(got, sorted(set(got)))
            # A reader that goes on gets each step, whatever was coalesced in between.
            self.assertEqual(got, [event.id for event in server.events(accepted["events_url"])])

    def test_a_pipeline_outlives_the_server(self):
        async def work(server):
            async with AsyncWalrusClient(f"http://127.0.0.1:{server.port}") as client:
                async with client.operation("import", ["fetch", "load"]) as run:
                    run.write("before ")
                    server.kill()
                    run.step("load")
                    run.write("behind")
                    server.start(server.port)
                return await client.operations.wait(run.operation_id)
        with WalrusServer() as server:
            state = run_async(work(server))
        self.assertEqual((state.status, state.text), ("completed", "before behind"))


if __name__ == "__main__":
    unittest.main()
