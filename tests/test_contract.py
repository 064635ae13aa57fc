"""The running server and contract/openapi.json say the same: routes, answers, and the documents served."""
import json
import re
import subprocess
import unittest

import contract
import samples
from walrus_server import PROGRAM, ROOT, WalrusServer
from web_socket import WebSocket
from webhook_receiver import WebhookReceiver, wait_for_delivery
from website import Website, page, prose

NOWHERE = "01980d3a-0000-7000-8000-000000000000"
# Answers that need a fault of the machine, or a flood, to be had; other tests bring them about.
HARD_TO_HAVE = {"408", "410", "413", "414", "421", "431", "500", "502", "503", "504", "400", "403"}

METRIC = re.compile(r'^(# (HELP|TYPE) \w+ .*|[a-z_:][\w:]*(\{(\w+="[^"]*",?)*\})? [0-9.eE+\-naifNI]+)$')


def server_routes():
    """(method, path) of the router itself."""
    listed = subprocess.run([PROGRAM, "routes"], capture_output=True, text=True, check=True).stdout
    return {tuple(line.split()) for line in listed.splitlines() if line.strip()}


class Contract(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = WalrusServer("--webhook-allow", "127.0.0.1/32", "--crawl-allow", "127.0.0.1/32")
        cls.addClassCleanup(cls.server.close)
        cls.server.start()

    def test_every_route_is_documented_and_every_documented_one_exists(self):
        documented = {(method.upper(), path.rstrip("/") or "/") for path, method, _ in contract.operations()}
        real = {(method, path.rstrip("/") or "/") for method, path in server_routes()}
        self.assertEqual(real, documented)

    def test_the_documents_are_served_as_they_are(self):
        for path, file, media_type in (("/openapi.json", "openapi.json", "application/json"),
                                       ("/asyncapi.json", "asyncapi.json", "application/json"), ("/docs", "docs.html", "text/html")):
            answer = self.server.get(path)
            self.assertEqual(answer.body, (ROOT / "contract" / file).read_bytes())
            self.assertEqual(answer.headers["content-type"].split(";")[0], media_type)

    def test_endpoints_that_the_root_names_exist(self):
        root = self.server.get("/").json()
        documented = {path.rstrip("/") for path, *_ in contract.operations()}
        for name, path in root["endpoints"].items():
            with self.subTest(endpoint=name):
                self.assertIn(re.sub(r"\?.*", "", path).rstrip("/"), documented)

    def test_the_root_is_its_example(self):
        (example,) = contract.schema("Service")["examples"]
        self.assertEqual(self.server.get("/").json(), example)

    def test_the_model_of_the_examples_is_the_built_in_one(self):
        (example,) = contract.schema("CompleteEvent")["examples"]
        (model,) = self.server.get("/v1/models/").json()
        self.assertEqual(example["metadata"]["selected_model"], model["model_id"])

    def test_every_operation_answers_as_documented(self):
        """Each answer is held to the document as it comes in; here each documented one comes about."""
        self.documents()
        self.websites()
        self.conversations()
        self.other_pipelines()
        self.webhooks()
        self.service()
        missed = {(operation["operationId"], status) for _, _, operation in contract.operations()
                  for status in operation["responses"] if status not in HARD_TO_HAVE} - contract.seen
        # No change of anything takes the ten seconds that a deletion waits for it.
        rare = {("delete_website", "409"), ("delete_document", "409"), ("delete_webhook", "409")}
        self.assertEqual(missed - rare, set())

    def documents(self):
        server = self.server
        accepted, _ = server.ingest("a.txt", samples.FACT)
        base, operation = f"/v1/documents/{accepted['document_id']}", f"/v1/operations/{accepted['operation_id']}"
        tag = server.get(base + "/status").headers["etag"]
        server.get(operation)
        for path in (base + "/status", operation):
            server.get(path, If_None_Match=tag)
            server.get(path + "?wait=1")
            server.get(path + "?wait=61")
        for path in (base + "/events", operation + "/events"):
            last = server.events(path)[-1]
            server.get(path, Last_Event_ID=str(last.id))
            server.get(path + "?after=x")
        for path in ("", "/status/history", "/content", "/chunks?limit=0"):
            server.get(base + path)
        chunk = server.get(base + "/chunks").json()[0]["chunk_id"]
        server.get(f"{base}/chunks/{chunk}")
        server.get(f"{base}/chunks/{chunk}9")
        server.get(operation + "/history")
        for path in ("", "?limit=0"):
            server.get("/v1/documents/" + path)
        for method, path in (("POST", "/v1/documents/"), ("PATCH", base)):
            answer = server.send_form(method, path, [("file", "b.txt", samples.FACT)], Prefer="wait=60")
            self.assertEqual(answer.headers["preference-applied"], "wait=60")
        self.lists(accepted["document_id"])
        self.refusals(base)
        for path in (base, operation):
            self.cancel_and_retry(path)
        server.delete(base)

    def websites(self):
        server = self.server
        with Website({"/": page("Home", prose(1))}) as site:
            body = {"url": site.url()}
            server.post_json("/v1/documents/crawl", body, Prefer="wait=60")
            crawled = server.post_json("/v1/documents/crawl", body).json()
            server.wait_for_status(crawled["status_url"])
        server.post_json("/v1/documents/crawl", {"url": "ftp://a.example/"})
        server.request("POST", "/v1/documents/crawl", b"{}", {"Content-Type": "text/plain"})
        server.get(crawled["pages_url"])
        server.get(crawled["pages_url"] + "?limit=0")
        server.get(f"/v1/documents/{NOWHERE}/pages")
        server.get(f"/v1/documents/{crawled['document_id']}")
        server.delete(f"/v1/documents/website/{crawled['document_id']}")

    def cancel_and_retry(self, path):
        """Of a document, or of an operation; each answer there is."""
        server = self.server
        nowhere = path.rsplit("/", 1)[0] + "/" + NOWHERE
        for verb in ("cancel", "retry"):
            server.post_json(f"{path}/{verb}", {})
            server.post_json(f"{nowhere}/{verb}", {})
            server.post_json(f"{path}/{verb}", [])
            server.request("POST", f"{path}/{verb}", b"{}", {"Content-Type": "text/plain"})
        accepted = server.upload("long.txt", samples.long_text(60_000)).json()
        document, operation = accepted["document_id"], accepted["operation_id"]
        running = f"/v1/documents/{document}" if "documents" in path else f"/v1/operations/{operation}"
        self.assertEqual(server.request("POST", running + "/cancel").status, 202)
        self.assertEqual(server.wait_for_end(document)["error"]["type"], "cancelled")
        self.assertEqual(server.request("POST", running + "/retry").status, 202)
        server.delete(f"/v1/documents/{document}")

    def lists(self, document_id):
        server = self.server
        for query in ("", "?kind=document_upload&status=completed&limit=1", "?kind=No", "?cursor=x"):
            server.get("/v1/operations" + query)
        operation = server.get(f"/v1/documents/{document_id}").json()["operation_id"]
        path = f"/v1/events?operations={operation},{NOWHERE}"
        last = server.events(path)[-1]
        server.get(path, Last_Event_ID=str(last.id))
        server.get("/v1/events?operations=")
        for query in (f"?ids={document_id},{NOWHERE}", ""):
            server.get("/v1/documents/status" + query)
        for ids in ([document_id, NOWHERE], []):
            server.post_json("/v1/documents/status", {"document_ids": ids})
        server.request("POST", "/v1/documents/status", b"[]", {"Content-Type": "text/plain"})

    def refusals(self, base):
        server, nowhere = self.server, f"/v1/documents/{NOWHERE}"
        for method, path in (("POST", "/v1/documents/"), ("PATCH", base)):
            server.send_form(method, path, [("file", "empty.txt", b"")])
            server.send_form(method, path, [("file", "x.png", b"\x89PNG\r\n\x1a\n" + bytes(500))])
        server.send_form("PATCH", nowhere, [("file", "a.txt", "hello")])
        server.send_form("PATCH", base, [("file", "a.txt", samples.long_text(20_000))])
        server.send_form("PATCH", base, [("file", "a.txt", "hello")])
        server.wait_for_status(base + "/status")
        for path in ("", "/status", "/status/history", "/events", "/chunks", "/content"):
            server.get(nowhere + path)
        for path in (nowhere, f"/v1/documents/website/{NOWHERE}"):
            server.delete(path)
        for path in ("", "/events", "/history"):
            server.get(f"/v1/operations/{NOWHERE}{path}")

    def conversations(self):
        server = self.server
        server.ingest("b.txt", samples.FACT)
        body = {"query": "lighthouse", "session_id": "s", "user_id": "u"}
        server.post_json("/v1/chat/", {**body, "stream": False})
        list(server.stream("/v1/chat/", "POST", {**body, "stream": True}))
        server.post_json("/v1/chat/", {**body, "user_id": "other", "stream": False})
        base = "/v1/chat/conversations/u"
        for path in (base, f"{base}/s/history", f"{base}/s/status"):
            server.get(path)
            server.get(path + "?limit=0")
        for path in ("history", "status"):
            server.get(f"{base}/none/{path}")
        for path in ("s", "s", "a%0Ab"):
            server.delete(f"{base}/{path}")
        for path, good in (("/v1/chat/", body), ("/v1/search", {"query": "lighthouse"})):
            server.post_json(path, {**good, "query": ""})
            server.request("POST", path, json.dumps(good).encode(), {"Content-Type": "text/plain"})
        server.post_json("/v1/search", {"query": "lighthouse"})

    def other_pipelines(self):
        server = self.server
        plan = {"kind": "import", "title": "Orders", "steps": [{"name": "fetch", "percent": 0}, {"name": "load", "percent": 60}]}
        begun = server.post_json("/v1/operations", plan)
        operation = begun.headers["location"]
        server.get(operation + "/history")
        server.post_json(operation + "/events", [{"step": "load", "content": "a line"}, {"done": 1, "total": 2}])
        server.post_json(operation + "/events", {"step": "fetch"})
        server.post_json(operation + "/events", {"status": "failed", "error": "No disk."})
        self.streams_of_another_pipeline(operation)
        server.events(operation + "/events?after=99")
        for path in ("", "/history"):
            server.get(operation + path)
        for path in ("/v1/operations", operation + "/events"):
            server.post_json(path, {"kind": 7, "step": 7})
            server.request("POST", path, b"{}", {"Content-Type": "text/plain"})
        server.post_json(f"/v1/operations/{NOWHERE}/events", {})

    def streams_of_another_pipeline(self, operation):
        """The same events on all three, in the shapes that each documents."""
        name = operation.rsplit("/", 1)[1]
        own = [event.data for event in self.server.events(operation + "/events")]
        many = [event.data for event in self.server.events(f"/v1/events?operations={name}")]
        with WebSocket(self.server.port, "/v1/ws", "events_socket") as web_socket:
            web_socket.say({"action": "subscribe", "operations": [name]})
            self.assertEqual(web_socket.hear()["type"], "subscribed")
            told = web_socket.hear_until(lambda event: event.get("processing_status") == "failed")
        self.assertEqual({event["type"] for event in own}, {"status", "chunk"})
        self.assertEqual(many, own)
        self.assertEqual(told, own)

    def webhooks(self):
        server, base = self.server, "/v1/webhooks/ci"
        definition = {"url": "https://localhost/", "events": ["operation.failed"]}
        for _ in ("new", "replaced"):
            server.put_json(base, definition)
        server.put_json(base, {**definition, "url": "https://127.0.0.2/"})
        server.request("PUT", base, json.dumps(definition).encode(), {"Content-Type": "text/plain"})
        for number in range(20):
            server.put_json(f"/v1/webhooks/hook-{number}", definition)
        for path in ("/v1/webhooks/", base, "/v1/webhooks/none", base + "/deliveries", base + "/deliveries?limit=0",
                     "/v1/webhooks/none/deliveries"):
            server.get(path)
        with WebhookReceiver() as receiver:
            receiver.answers = [410]
            server.put_json(base, {**definition, "url": receiver.url()})
            server.request("POST", base + "/test")
            wait_for_delivery(server, "ci", lambda row: row["state"] == "failed")
        server.request("POST", base + "/test")
        server.request("POST", "/v1/webhooks/none/test")
        server.request("POST", base + "/test", headers={"Idempotency-Key": "two words"})
        for path in (base, base):
            server.delete(path)

    def service(self):
        for path in ("/v1/ws", "/ws/chat/s", "/ws/chat/a%0Ab"):
            self.server.get(path)
        for path, channel in (("/v1/ws", "events_socket"), ("/ws/chat/s", "chat_socket")):
            with WebSocket(self.server.port, path, channel):
                pass
        for path in ("/", "/health", "/ready", "/metrics", "/openapi.json", "/asyncapi.json", "/docs", "/v1/models/"):
            self.assertEqual(self.server.get(path).status, 200)
        self.page()
        metrics = self.server.get("/metrics").body.decode()
        for line in metrics.splitlines():
            self.assertRegex(line, METRIC)

    def page(self):
        """Each of its addresses, for browsers and for others."""
        for path in ("/", "/documents", "/documents/x", "/operations", "/operations/x", "/chat", "/chat/x"):
            shown = self.server.get(path, Accept="text/html")
            self.assertEqual(shown.status, 200)
            self.assertEqual(self.server.get(path, Accept="text/html", If_None_Match=shown.headers["etag"]).status, 304)
            self.assertEqual(self.server.get(path).status, 200 if path == "/" else 404)
        for asset in re.findall(r'"(/assets/[^"]+)"', shown.body.decode()):
            tag = self.server.get(asset).headers["etag"]
            self.assertEqual(self.server.get(asset, If_None_Match=tag).status, 304)
        self.assertEqual(self.server.get("/assets/x").status, 404)


if __name__ == "__main__":
    unittest.main()
