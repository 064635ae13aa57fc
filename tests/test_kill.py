"""kill -9 in every step of an upload and of a chat: nothing accepted is lost, nothing happens twice, and a
client that follows sees one course with one end."""
import collections
import http.client
import itertools
import random
import threading
import time
import unittest

import contract
import samples
from model_server import ModelServer
from walrus_server import WalrusServer

KILLS_A_STEP = 2


class Follower(threading.Thread):
    """Reads an operation's stream through crashes, as a browser does, and keeps what it saw."""

    def __init__(self, server, path):
        super().__init__(daemon=True)
        self.server, self.path = server, path
        self.events = []
        self.arrived = threading.Condition()
        self.ended = False
        self.fault = None  # what this thread stumbled over
        self.start()

    def run(self):
        while not self.ended and self.fault is None:
            try:
                self.read_once()
            except (OSError, http.client.HTTPException):
                pass  # the server is down: come back
            except Exception as fault:
                with self.arrived:
                    self.fault = fault
                    self.arrived.notify_all()
            time.sleep(0.02)

    def read_once(self):
        headers = {"Last-Event-ID": str(self.events[-1].id)} if self.events else {}
        stream = self.server.stream(self.path, headers=headers)
        if stream.status == 204:
            self.ended = True
            return
        for event in stream:
            contract.check_event("GET", self.path, event.data)
            with self.arrived:
                self.events.append(event)
                self.arrived.notify_all()

    def wait_for(self, wanted, seconds=240):
        with self.arrived:
            found = self.arrived.wait_for(lambda: self.fault or any(wanted(event.data) for event in self.events), seconds)
        if self.fault:
            raise self.fault
        assert found, f"not seen; last of {len(self.events)} events: {self.events[-1:]}"

    def wait_for_end(self):
        self.join(240)
        if self.fault:
            raise self.fault
        assert not self.is_alive(), f"the stream has no end: {self.events[-1:]}"


class KilledUpload(unittest.TestCase):
    def test_at_every_step(self):
        seed = random.randrange(2**32)
        dice = random.Random(seed)
        with WalrusServer() as server:
            accepted = []
            hit = collections.Counter()
            for step, number in itertools.product(samples.STEPS[:-1], range(KILLS_A_STEP)):
                with self.subTest(step=step, seed=seed):
                    document = server.upload(f"{step}-{number}.txt", samples.long_text(12_000, len(accepted) + 1)).json()
                    accepted.append(document)
                    follower = Follower(server, document["events_url"])
                    follower.wait_for(lambda data: data["processing_step"] == step)
                    time.sleep(dice.choice((0, 0, 0.002, 0.01)))
                    server.kill()
                    before = follower.events[-1].data["processing_step"]
                    hit[before] += 1
                    server.start()
                    started = time.monotonic()
                    follower.wait_for_end()
                    self.check_course(server, document, follower.events)
                    self.assertLess(time.monotonic() - started, 60)
            self.check_nothing_twice(server, accepted)
            print(f"kills by the last step seen, seed {seed}: {dict(hit)}")

    def check_course(self, server, document, events):
        history = server.get(f"/v1/operations/{document['operation_id']}/history").json()
        self.assertEqual(history[-1]["processing_status"], "completed", history[-1])
        sequences = [event.id for event in events]
        self.assertEqual(sequences, sorted(set(sequences)))
        self.assertLessEqual(set(sequences), {status["sequence"] for status in history})
        percents = [event.data["progress_percentage"] for event in events]
        self.assertEqual(percents, sorted(percents))
        ends = [event for event in events if event.data["processing_status"] != "processing"]
        self.assertEqual([end.id for end in ends], [sequences[-1]])
        self.assertEqual(list(dict.fromkeys(s["processing_step"] for s in history)), samples.STEPS)
        self.assertEqual({status["attempt"] for status in history}, {1})

    def check_nothing_twice(self, server, accepted):
        rows = server.get("/v1/documents/?limit=100").json()
        self.assertEqual(sorted(row["document_id"] for row in rows), sorted(d["document_id"] for d in accepted))
        self.assertEqual({row["status"] for row in rows}, {"success"})
        for row in rows:
            chunks, cursor = [], ""
            while cursor is not None:
                page = server.get(f"/v1/documents/{row['document_id']}/chunks?limit=100{cursor and '&cursor=' + cursor}")
                chunks += page.json()
                cursor = page.headers.get("x-next-cursor")
            self.assertEqual([chunk["index"] for chunk in chunks], list(range(row["chunks_created"])))
            number = int(chunks[0]["text"].split("report ")[1].split(".")[0])
            query = {"query": f"report {number} station", "k": 100, "retrieval_filter": {"document_id": row["document_id"]}}
            found = [result["chunk_id"] for result in server.post_json("/v1/search", query).json()["results"]]
            self.assertTrue(found)
            self.assertEqual(len(found), len(set(found)))
            self.assertLessEqual(set(found), {chunk["chunk_id"] for chunk in chunks})


class KilledWhileUploading(unittest.TestCase):
    def test_many_at_once(self):
        """Accepted is accepted, whatever the moment."""
        seed = random.randrange(2**32)
        dice = random.Random(seed)
        with WalrusServer() as server:
            accepted = []
            for _ in range(4):
                self.upload_until_killed(server, accepted, dice.uniform(0.02, 0.4))
                server.start()
            for document in accepted:
                self.assertEqual(server.wait_for_end(document["document_id"])["processing_status"], "completed", f"seed {seed}")
            rows = server.get("/v1/documents/?limit=100").json()
            self.assertLessEqual({d["document_id"] for d in accepted}, {row["document_id"] for row in rows})
            for row in rows:
                server.wait_for_end(row["document_id"])

    def upload_until_killed(self, server, accepted, seconds):
        timer = threading.Timer(seconds, server.kill)
        timer.start()
        try:
            while len(accepted) < 90:
                answer = server.upload("small.txt", f"{samples.FACT} {len(accepted)}")
                self.assertEqual(answer.status, 202, answer)
                accepted.append(answer.json())
        except (OSError, http.client.HTTPException):
            pass
        timer.join()


class KilledChat(unittest.TestCase):
    """Steps before and after the generation take no time, so that a kill there hits what it hits; the
    test says what that was."""

    def test_at_every_step(self):
        seed = random.randrange(2**32)
        dice = random.Random(seed)
        model = ModelServer()
        self.addCleanup(model.close)
        model.pause = 0.02
        model.pieces = [f"word{n} " for n in range(25)]
        with WalrusServer("--llm-url", model.url, "--llm-model", "test-model") as server:
            server.ingest("notes.txt", samples.FACT)
            hit = collections.Counter()
            for step, number in itertools.product(samples.CHAT_STEPS[:-1], range(KILLS_A_STEP)):
                with self.subTest(step=step, seed=seed):
                    hit[self.kill_a_turn(server, f"{step}-{number}", step, dice)] += 1
            self.check_nothing_hangs(server)
            print(f"kills by the end of the turn, seed {seed}: {dict(hit)}")

    def kill_a_turn(self, server, session, step, dice):
        stream = server.stream("/v1/chat/", "POST", {"query": "lighthouse", "session_id": session, "model": "test-model", "stream": True})
        seen = []
        try:
            for event in stream:
                seen.append(event)
                if event.data.get("step") == step:
                    break
            time.sleep(dice.choice((0, 0.002, 0.05)))
        finally:
            server.kill()
            stream.close()
        server.start()
        path = f"/v1/operations/{stream.headers['x-operation-id']}/events"
        rest = server.events(path, after=seen[-1].id)
        self.check_end(server, path.removesuffix("/events"), seen, rest)
        return (seen + rest)[-1].data.get("error_type", "completed")

    def check_end(self, server, operation, seen, rest):
        ids = [event.id for event in seen + rest]
        self.assertEqual(ids, sorted(set(ids)))
        ends = [event for event in seen + rest if event.data["type"] in ("complete", "error")]
        self.assertEqual([end.id for end in ends], [ids[-1]])
        status = server.get(operation).json()
        self.assertEqual(status["sequence"], ids[-1])
        if ends[0].data["type"] == "error":
            self.assertEqual((ends[0].data["error_type"], ends[0].data["retryable"]), ("interrupted", True))
            self.assertEqual(status["processing_status"], "failed")
        whole = server.events(operation + "/events")
        self.assertEqual(len([e for e in whole if e.data["type"] in ("complete", "error")]), 1)

    def check_nothing_hangs(self, server):
        conversations = server.get("/v1/chat/conversations/any?limit=100").json()["conversations"]
        self.assertEqual(len(conversations), len(samples.CHAT_STEPS[:-1]) * KILLS_A_STEP)
        self.assertNotIn("processing", {conversation["status"] for conversation in conversations})
        for conversation in conversations:
            session = conversation["conversation_id"].removeprefix("conv#")
            rows = server.get(f"/v1/chat/conversations/any/{session}/status").json()
            self.assertIn(rows[-1]["status"], ("completed", "failed"))
            self.assertEqual(len([row for row in rows if row["status"] != "processing"]), 1)
            again = server.post_json("/v1/chat/", {"query": "lighthouse", "session_id": session, "stream": False})
            self.assertEqual(again.status, 200, again)
            history = server.get(f"/v1/chat/conversations/any/{session}/history").json()
            self.assertEqual([m["role"] for m in history["messages"]][-2:], ["user", "assistant"])


if __name__ == "__main__":
    unittest.main()
