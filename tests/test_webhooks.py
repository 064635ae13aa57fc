"""Webhooks, from the route to a receiver: signed, logged, tried again, through kill -9, and to no address
that was not opened."""
import time
import unittest

import samples
from webhook_receiver import WebhookReceiver, wait_for_delivery
from walrus_server import WalrusServer

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Delivered(unittest.TestCase):
    def setUp(self):
        self.receiver = self.enterContext(WebhookReceiver())
        self.server = self.enterContext(WalrusServer("--webhook-allow", "127.0.0.1/32"))

    def put(self, name, events, **more):
        answer = self.server.put_json(f"/v1/webhooks/{name}", {"url": self.receiver.url(), "events": events, **more})
        self.assertEqual(answer.status, 201, answer)
        return answer.json()

    def test_an_upload_that_is_completed(self):
        secret = self.put("ci", ["operation.completed"])["secret"]
        accepted, status = self.server.ingest("a.txt", samples.FACT)
        message = self.receiver.wait_for(lambda messages: messages)[0]
        self.assertTrue(message.is_signed_with(secret))
        self.assertFalse(message.is_signed_with(SECRET))
        self.assertLess(abs(time.time() - int(message.headers["webhook-timestamp"])), 60)
        self.assertEqual(message.headers["content-type"], "application/json")
        self.assertEqual(message.json["type"], "operation.completed")
        self.assertEqual(message.json["data"], status)
        row = wait_for_delivery(self.server, "ci", lambda row: row["state"] == "delivered")
        self.assertEqual(row["delivery_id"], message.id)
        self.assertEqual(row["operation_id"], accepted["operation_id"])
        self.assertEqual((row["attempts"], row["status_code"], row["error"]), (1, 204, None))
        self.assertEqual(len(self.receiver.messages), 1)

    def test_every_step_and_a_chat(self):
        self.put("ci", ["operation.*"], secret=SECRET)
        accepted, _ = self.server.ingest("a.txt", samples.FACT)
        body = {"query": "lighthouse", "session_id": "s", "stream": False}
        chat = self.server.post_json("/v1/chat/", body).json()["operation_id"]
        ends = {accepted["operation_id"], chat}
        messages = self.receiver.wait_for(lambda messages: ends <= {
            m.json["data"]["operation_id"] for m in messages if m.json["type"] == "operation.completed"} and len(messages) == 12)
        self.assertTrue(all(message.is_signed_with(SECRET) for message in messages))
        self.assertEqual(len({message.id for message in messages}), 12)
        for operation, plan in ((accepted["operation_id"], samples.STEPS), (chat, samples.CHAT_STEPS)):
            steps = {m.json["data"]["processing_step"] for m in messages if m.json["data"]["operation_id"] == operation}
            self.assertEqual(steps, set(plan))

    def test_what_failed_is_sent_again(self):
        self.receiver.answers = [500]
        self.put("ci", ["operation.completed"], secret=SECRET)
        self.server.ingest("a.txt", samples.FACT)
        row = wait_for_delivery(self.server, "ci", lambda row: row["attempts"] == 1)
        self.assertEqual((row["state"], row["status_code"], row["error"]), ("pending", 500, "It answered 500."))
        self.assertIsNotNone(row["next_attempt_at"])
        # The second attempt comes after five seconds.
        first, second = self.receiver.wait_for(lambda messages: len(messages) == 2)
        self.assertEqual(first.id, second.id)
        self.assertTrue(second.is_signed_with(SECRET))
        wait_for_delivery(self.server, "ci", lambda row: (row["state"], row["attempts"]) == ("delivered", 2))

    def test_what_a_crash_left_is_delivered_by_the_next_start(self):
        self.receiver.go.clear()
        self.put("ci", ["operation.completed"], secret=SECRET)
        accepted, _ = self.server.ingest("a.txt", samples.FACT)
        before = self.receiver.wait_for(lambda messages: messages)[0]
        self.server.kill()
        self.receiver.go.set()
        self.server.start()
        again = self.receiver.wait_for(lambda messages: len(messages) == 2)[1]
        self.assertEqual(again.id, before.id)
        self.assertEqual(again.body, before.body)
        self.assertTrue(again.is_signed_with(SECRET))
        row = wait_for_delivery(self.server, "ci", lambda row: row["state"] == "delivered")
        self.assertEqual(row["operation_id"], accepted["operation_id"])
        self.assertEqual(self.server.get("/v1/webhooks/ci").json()["events"], ["operation.completed"])

    def test_gone_disables_and_putting_enables(self):
        self.receiver.answers = [410]
        self.put("ci", ["operation.failed"], secret=SECRET)
        sent = self.server.request("POST", "/v1/webhooks/ci/test")
        self.assertEqual(sent.status, 202, sent)
        row = wait_for_delivery(self.server, "ci", lambda row: row["state"] == "failed")
        self.assertEqual((row["delivery_id"], row["status_code"]), (sent.json()["delivery_id"], 410))
        self.assertFalse(self.server.get("/v1/webhooks/ci").json()["enabled"])
        self.assertEqual(self.server.request("POST", "/v1/webhooks/ci/test").status, 409)
        again = self.server.put_json("/v1/webhooks/ci", {"url": self.receiver.url(), "events": ["operation.failed"]})
        self.assertEqual((again.status, again.json()["enabled"]), (200, True))
        self.server.request("POST", "/v1/webhooks/ci/test")
        message = self.receiver.wait_for(lambda messages: len(messages) == 2)[1]
        self.assertEqual(message.json["type"], "webhook.test")
        self.assertTrue(message.is_signed_with(again.json()["secret"]))

    def test_secrets_and_addresses_are_in_no_log_and_no_answer(self):
        made = self.put("ci", ["operation.*"])["secret"]
        self.put("cj", ["operation.*"], secret=SECRET)
        self.receiver.answers = [410, 410]
        for name in ("ci", "cj"):
            self.server.request("POST", f"/v1/webhooks/{name}/test")
            wait_for_delivery(self.server, name, lambda row: row["state"] == "failed")
        said = self.server.log()
        for path in ("/v1/webhooks/", "/v1/webhooks/ci", "/v1/webhooks/cj/deliveries", "/metrics"):
            said += self.server.get(path).body.decode()
        for secret in (made, SECRET):
            self.assertNotIn(secret.removeprefix("whsec_"), said)
        self.assertNotIn("/hook", self.server.log())
        self.assertIn("not public", self.server.log())


class Refused(unittest.TestCase):
    def test_nothing_is_sent_to_addresses_that_are_not_public(self):
        with WebhookReceiver() as receiver, WalrusServer() as server:
            definition = {"url": receiver.url(), "events": ["operation.*"]}
            answer = server.put_json("/v1/webhooks/ci", definition)
            self.assertEqual((answer.status, answer.json()["errors"][0]["pointer"]), (422, "/url"))
            # A name is looked up at each delivery, and its address refused at the socket.
            server.put_json("/v1/webhooks/ci", {**definition, "url": "https://localhost/"})
            server.request("POST", "/v1/webhooks/ci/test")
            row = wait_for_delivery(server, "ci", lambda row: row["attempts"] == 1)
            self.assertEqual((row["state"], row["status_code"]), ("pending", None))
            self.assertEqual(row["error"], "The address may not be connected to.")
            self.assertEqual(receiver.messages, [])


class Names(unittest.TestCase):
    def test_pages_of_the_log(self):
        with WalrusServer() as server:
            server.put_json("/v1/webhooks/ci", {"url": "https://localhost/", "events": ["operation.*"]})
            made = [server.request("POST", "/v1/webhooks/ci/test").json()["delivery_id"] for _ in range(5)]
            seen, cursor = [], ""
            while cursor is not None:
                page = server.get(f"/v1/webhooks/ci/deliveries?limit=2{cursor and '&cursor=' + cursor}").json()
                seen += [row["delivery_id"] for row in page["deliveries"]]
                cursor = page["next_cursor"]
            self.assertEqual(seen, made[::-1])
            self.assertEqual(server.get("/v1/webhooks/ci/deliveries?cursor=x").status, 400)
            self.assertEqual(server.delete("/v1/webhooks/ci").status, 200)
            self.assertEqual(server.get("/v1/webhooks/ci/deliveries").status, 404)


if __name__ == "__main__":
    unittest.main()
