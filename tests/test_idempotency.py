"""Idempotency-Key through crashes: whatever of the first answer got lost, a repeat finds the work that was accepted.
And answers that are held until the work ends."""
import http.client
import json
import random
import threading
import time
import unittest

import samples
from walrus_server import PATIENCE, WalrusServer, multipart

KILLS = 8


def swallowing_loss(call):
    """The call's answer, or None where the server went away under it."""
    try:
        return call()
    except (OSError, http.client.HTTPException):
        return None


class Repeated(unittest.TestCase):
    def test_an_upload_whose_answer_a_kill_took(self):
        seed = random.randrange(2**32)
        dice = random.Random(seed)
        with WalrusServer() as server:
            server.upload("warm.txt", samples.FACT)
            for number in range(KILLS):
                with self.subTest(kill=number, seed=seed):
                    self.kill_under_an_upload(server, number, dice.uniform(0, 0.03))
            rows = server.get("/v1/documents/?limit=100").json()
            self.assertEqual(len(rows), KILLS + 1)

    def kill_under_an_upload(self, server, number, delay):
        parts = [("file", f"{number}.txt", samples.long_text(3_000, number + 1))]
        send = lambda: server.send_form("POST", "/v1/documents/", parts, Idempotency_Key=f"key-{number}")
        answers = []
        sender = threading.Thread(target=lambda: answers.append(swallowing_loss(send)))
        sender.start()
        time.sleep(delay)
        server.kill()
        sender.join()
        server.start()
        repeats = [send(), send()]
        bodies = {answer.body for answer in answers + repeats if answer}
        self.assertEqual(len(bodies), 1, bodies)
        self.assertEqual({repeat.status for repeat in repeats}, {202})
        self.assertEqual(server.wait_for_end(repeats[0].json()["document_id"])["processing_status"], "completed")

    def test_many_at_the_same_moment_are_one(self):
        with WalrusServer() as server:
            for kind, send in (("upload", self.upload(server)), ("chat", self.chat(server))):
                with self.subTest(kind):
                    answers = []
                    threads = [threading.Thread(target=lambda: answers.append(send())) for _ in range(12)]
                    for thread in threads:
                        thread.start()
                    for thread in threads:
                        thread.join()
                    self.assertEqual(len({answer.body for answer in answers}), 1, {answer.body for answer in answers})
                    self.assertIn(answers[0].status, (200, 202))
            self.assertEqual(len(server.get("/v1/documents/").json()), 1)

    @staticmethod
    def upload(server):
        return lambda: server.send_form("POST", "/v1/documents/", [("file", "a.txt", samples.FACT)], Idempotency_Key="k")

    @staticmethod
    def chat(server):
        body = {"query": "Where is the lighthouse?", "session_id": "s", "stream": False}
        return lambda: server.post_json("/v1/chat/", body, Idempotency_Key="k")

    def test_a_stream_is_repeated_from_its_first_event(self):
        with WalrusServer() as server:
            server.ingest("a.txt", samples.FACT)
            body = {"query": "Where is the lighthouse?", "session_id": "s", "stream": True}
            streams = [server.stream("/v1/chat/", "POST", body, {"Idempotency-Key": "k"}) for _ in range(3)]
            events = [[(event.id, json.dumps(event.data)) for event in stream] for stream in streams]
            self.assertEqual(events[0][0][0], 1)
            self.assertIn('"complete"', events[0][-1][1])
            self.assertEqual(events[1], events[0])
            self.assertEqual(events[2], events[0])
            other = server.post_json("/v1/chat/", {**body, "query": "Another?"}, Idempotency_Key="k")
            self.assertEqual(other.status, 422)
            server.kill()
            server.start()
            again = server.stream("/v1/chat/", "POST", body, {"Idempotency-Key": "k"})
            self.assertEqual([(event.id, json.dumps(event.data)) for event in again], events[0])

    def test_a_repeat_that_waits_gets_the_first_ones_end(self):
        with WalrusServer() as server:
            parts = [("file", "a.txt", samples.long_text(3_000))]
            first = server.send_form("POST", "/v1/documents/", parts, Idempotency_Key="k")
            repeat = server.send_form("POST", "/v1/documents/", parts, Idempotency_Key="k", Prefer="wait=60")
            self.assertEqual((first.status, repeat.status), (202, 201))
            self.assertEqual(repeat.json()["document_id"], first.json()["document_id"])
            row = server.get("/v1/documents/").json()[0]
            self.assertEqual(repeat.json()["chunks_created"], row["chunks_created"])

    def test_an_operation_and_a_retry_through_a_kill(self):
        plan = {"kind": "import", "steps": [{"name": "fetch", "percent": 0}]}
        with WalrusServer() as server:
            long = server.upload("long.txt", samples.long_text(10_000)).json()
            operation = f"/v1/operations/{long['operation_id']}"
            sends = [lambda: server.post_json("/v1/operations", plan, Idempotency_Key="begin"),
                     lambda: server.post_json(operation + "/cancel", {}, Idempotency_Key="cancel"),
                     lambda: server.post_json(operation + "/retry", {}, Idempotency_Key="retry")]
            firsts = []
            for send in sends:
                firsts.append(send())
                if len(firsts) == 2:
                    server.wait_for_status(operation)
            self.assertEqual([first.status for first in firsts], [201, 202, 202], firsts)
            server.kill()
            server.start()
            for first, send in zip(firsts, sends):
                repeat = send()
                self.assertEqual((repeat.status, repeat.body), (first.status, first.body))
                self.assertEqual(repeat.headers["x-operation-id"], first.headers["x-operation-id"])
            self.assertEqual(len(server.get("/v1/operations").json()["operations"]), 2)
            status = server.wait_for_status(operation)
            self.assertEqual((status["processing_status"], status["attempt"]), ("completed", 2))


class Waiting(unittest.TestCase):
    def test_a_failure_within_the_wait(self):
        with WalrusServer() as server:
            answer = server.send_form("POST", "/v1/documents/", [("file", "a.pdf", b"%PDF-1.7\nno more of it")], Prefer="wait=60")
            self.assertEqual(answer.status, 422, answer)
            status = server.get(f"/v1/operations/{answer.json()['operation_id']}").json()
            self.assertEqual(answer.json()["error"], status["error"])
            self.assertEqual(answer.json()["document_id"], status["document_id"])

    def test_a_client_that_goes_away_does_not_take_the_work_along(self):
        with WalrusServer() as server:
            content_type, body = multipart([("file", "a.txt", samples.long_text(20_000))])
            connection = server.connect()
            connection.request("POST", "/v1/documents/", body, {"Content-Type": content_type, "Prefer": "wait=60"})
            deadline = time.monotonic() + PATIENCE
            while not server.get("/v1/documents/").json():
                self.assertLess(time.monotonic(), deadline, "the upload was not accepted")
                time.sleep(0.01)
            connection.close()
            document = server.get("/v1/documents/").json()[0]["document_id"]
            self.assertEqual(server.wait_for_end(document)["processing_status"], "completed")


if __name__ == "__main__":
    unittest.main()
