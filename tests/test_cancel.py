"""Cancel is quick and final, in every step and through a crash; a retry makes nothing again."""
import time
import unittest

import samples
from model_server import ModelServer
from walrus_server import WalrusServer

QUICK = 1.0


def long_text(step):
    """Long enough to be caught in the step."""
    if step != "storing_metadata":
        return samples.long_text(400_000)
    # The embedder that is part of the program has nothing to do for it, so that it gets there soon.
    words = "Маяк на острове светит кораблям каждую ночь до рассвета".split()
    return "\n".join(" ".join(f"{word} {line * 7 + at}" for at, word in enumerate(words)) + "." for line in range(20_000))


def word_of(step):
    """A word of that text."""
    return "station" if step != "storing_metadata" else "Маяк"


class CancelAndRetry(unittest.TestCase):
    def setUp(self):
        self.server = WalrusServer()
        self.addCleanup(self.server.close)
        self.server.start()

    def wait_for_step(self, operation, step):
        """The status in that step, or in one soon after it where it takes no time."""
        later = samples.STEPS[samples.STEPS.index(step):]
        deadline = time.monotonic() + 60
        while True:
            status = self.server.get(f"/v1/operations/{operation}").json()
            if status["processing_step"] in later or status["processing_status"] != "processing":
                return status
            self.assertLess(time.monotonic(), deadline, status)

    def cancel(self, path):
        """Cancels, and gives the end and how long it took to come."""
        began = time.monotonic()
        answer = self.server.request("POST", path + "/cancel")
        self.assertEqual(answer.status, 202, answer)
        operation = answer.json()["operation_id"]
        status = self.server.wait_for_status(f"/v1/operations/{operation}")
        return status, time.monotonic() - began

    def test_an_upload_in_each_step(self):
        for step in samples.STEPS[:-1]:
            with self.subTest(step=step):
                accepted = self.server.upload("long.txt", long_text(step)).json()
                at = self.wait_for_step(accepted["operation_id"], step)
                self.assertEqual(at["processing_status"], "processing", at)
                status, seconds = self.cancel(f"/v1/documents/{accepted['document_id']}")
                self.assertEqual(status["error"]["type"], "cancelled", status)
                self.assertLess(seconds, QUICK, step)
                self.assertEqual(self.found(word_of(step)), [])
                again = self.server.request("POST", f"/v1/operations/{accepted['operation_id']}/cancel")
                self.assertEqual(again.status, 409)
                self.server.delete(f"/v1/documents/{accepted['document_id']}")

    def found(self, word):
        return self.server.post_json("/v1/search", {"query": word}).json()["results"]

    def test_the_words_of_a_text_that_is_finished_are_found(self):
        """So that finding nothing, above, says something."""
        for step in ("validating", "storing_metadata"):
            text = long_text(step)[:2000]
            self.server.ingest(f"{step}.txt", text[:text.rindex(".") + 1])
            self.assertIn(word_of(step).lower(), self.found(word_of(step))[0]["text"].lower())

    def test_a_crash_right_after_the_202_revives_nothing(self):
        accepted = self.server.upload("long.txt", long_text("creating_embeddings")).json()
        self.wait_for_step(accepted["operation_id"], "creating_embeddings")
        self.assertEqual(self.server.request("POST", f"/v1/operations/{accepted['operation_id']}/cancel").status, 202)
        self.server.kill()
        self.server.start()
        status = self.server.wait_for_end(accepted["document_id"])
        self.assertEqual(status["error"]["type"], "cancelled")
        self.assertEqual(self.found(word_of("creating_embeddings")), [])

    def test_a_retry_goes_on_where_the_work_was_cancelled(self):
        accepted = self.server.upload("long.txt", samples.long_text(25_000)).json()
        path = f"/v1/documents/{accepted['document_id']}"
        deadline = time.monotonic() + 60
        while True:
            status = self.server.get(path + "/status").json()
            if status["status_metadata"].get("chunks_embedded", 0) > 0:
                break
            self.assertLess(time.monotonic(), deadline)
        status, _ = self.cancel(path)
        embedded = status["status_metadata"]["chunks_embedded"]
        self.assertGreater(embedded, 0)
        retried = self.server.post_json(path + "/retry", {}).json()
        self.assertEqual((retried["attempt"], retried["operation_id"]), (2, accepted["operation_id"]))
        self.assertEqual(self.server.get(path).json()["status"], "processing")
        self.assertEqual(self.server.wait_for_end(accepted["document_id"])["processing_status"], "completed")
        history = self.server.get(path + "/status/history").json()
        second = [entry for entry in history if entry["attempt"] == 2]
        self.assertEqual(second[0]["processing_step"], "creating_embeddings")
        self.assertEqual(second[0]["progress_percentage"], 75)
        self.assertTrue(all(entry["status_metadata"]["chunks_embedded"] >= embedded for entry in second))
        self.assertEqual([entry["sequence"] for entry in history], list(range(1, len(history) + 1)))
        stream = self.server.events(path + "/events")
        self.assertEqual({event.data["attempt"] for event in stream}, {2})


class CancelAnAnswer(unittest.TestCase):
    def test_a_model_that_speaks_is_stopped_and_answers_anew(self):
        model = ModelServer()
        self.addCleanup(model.close)
        model.pieces = ["The lighthouse "] * 600
        model.pause = 0.1
        server = WalrusServer("--llm-url", model.url, "--llm-model", "test-model")
        self.addCleanup(server.close)
        server.start()
        body = {"query": "When was the lighthouse lit?", "session_id": "s", "stream": True}
        events = iter(server.stream("/v1/chat/", "POST", body))
        operation = next(event.data["operation_id"] for event in events if event.data["type"] == "chunk")
        began = time.monotonic()
        self.assertEqual(server.post_json(f"/v1/operations/{operation}/cancel", {}).status, 202)
        last = list(events)[-1]
        self.assertLess(time.monotonic() - began, QUICK)
        self.assertEqual(last.data["error_type"], "cancelled")
        model.pieces, model.pause = ["It was lit ", "in 1896."], 0
        self.assertEqual(server.post_json(f"/v1/operations/{operation}/retry", {}).status, 202)
        server.wait_for_status(f"/v1/operations/{operation}")
        history = server.get("/v1/chat/conversations/anyone/s/history").json()
        self.assertEqual([message["role"] for message in history["messages"]], ["user", "assistant"])
        self.assertEqual(history["messages"][1]["text"], "It was lit in 1896.")


if __name__ == "__main__":
    unittest.main()
