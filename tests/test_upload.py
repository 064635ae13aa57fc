"""A document's life: upload, statuses, streams, chunks, replacement, deletion."""
import random
import threading
import unittest

import contract
import pdf_maker
import samples
from walrus_server import WalrusServer


def check_course(test, statuses):
    """A whole attempt: every step once in order, forward only, one end."""
    steps = list(dict.fromkeys(status["processing_step"] for status in statuses))
    test.assertEqual(steps, samples.STEPS)
    percents = [status["progress_percentage"] for status in statuses]
    test.assertEqual(percents, sorted(percents))
    for step, percent in samples.PERCENTS.items():
        # At 0 it still waits: a replacement says so before its first step begins.
        first = next(s for s in statuses if s["processing_step"] == step and s["progress_percentage"] > 0)
        test.assertEqual(first["progress_percentage"], percent, step)
        if step in samples.MESSAGES:
            test.assertTrue(first["status_message"].startswith(samples.MESSAGES[step].rstrip(".")), first)
    sequences = [status["sequence"] for status in statuses]
    test.assertEqual(sequences, list(range(sequences[0], sequences[0] + len(sequences))))
    ends = [status for status in statuses if status["processing_status"] != "processing"]
    test.assertEqual(len(ends), 1)
    test.assertIs(ends[0], statuses[-1])
    for status in statuses:
        test.assertEqual(status["progress_percentage"] == 100, status["processing_status"] == "completed")


class Upload(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = WalrusServer()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()

    def test_every_format_goes_through_every_step(self):
        for extension, content in samples.of_every_format().items():
            with self.subTest(format=extension):
                accepted, last = self.server.ingest(f"notes{extension}", content)
                self.assertEqual(last["processing_status"], "completed", last)
                identity = accepted["document_id"]
                history = self.server.get(f"/v1/documents/{identity}/status/history").json()
                check_course(self, history)
                embedding = next(s for s in history if s["processing_step"] == "creating_embeddings")
                count = last["status_metadata"]["chunks_created"]
                self.assertIn(f"Creating embeddings for {count} chunks", embedding["status_message"])
                self.check_document(identity, f"notes{extension}", extension, content, last)

    def check_document(self, identity, filename, extension, content, last):
        document = self.server.get(f"/v1/documents/{identity}").json()
        self.assertEqual(document["status"], "success")
        self.assertEqual(document["filename"], filename)
        self.assertEqual(document["metadata"]["file_type"], extension)
        self.assertEqual(document["chunk_count"], last["status_metadata"]["chunks_created"])
        self.assertGreater(document["total_tokens"], 0)
        chunks = self.server.get(f"/v1/documents/{identity}/chunks").json()
        self.assertEqual([chunk["index"] for chunk in chunks], list(range(document["chunk_count"])))
        self.assertIn(samples.FACT, " ".join(" ".join(chunk["text"].split()) for chunk in chunks))
        one = self.server.get(f"/v1/documents/{identity}/chunks/{chunks[0]['chunk_id']}")
        self.assertEqual(one.json(), chunks[0])
        original = self.server.get(f"/v1/documents/{identity}/content")
        self.assertEqual(original.body, content)
        self.assertIn(filename, original.headers["content-disposition"])
        self.assertTrue(original.headers["content-disposition"].startswith("attachment"))

    def test_pages_of_a_pdf_are_known(self):
        accepted, _ = self.server.ingest("pages.pdf", pdf_maker.make_pdf([samples.long_text(500, n) for n in (1, 2, 3)]))
        chunks = self.server.get(f"/v1/documents/{accepted['document_id']}/chunks?limit=100").json()
        self.assertEqual({chunk["page"] for chunk in chunks}, {1, 2, 3})

    def test_the_stream_is_the_history(self):
        accepted, _ = self.server.ingest("stream.txt", samples.long_text(2000))
        for path in (accepted["events_url"], f"/v1/documents/{accepted['document_id']}/events"):
            events = self.server.events(path)
            self.assertEqual([event.id for event in events], [event.data["sequence"] for event in events])
            history = self.server.get(f"/v1/operations/{accepted['operation_id']}/history").json()
            self.assertEqual([{**event.data} for event in events], [{"type": "status", **status} for status in history])

    def test_a_stream_resumes_at_every_position(self):
        accepted, _ = self.server.ingest("resume.txt", samples.long_text(2000))
        path = accepted["events_url"]
        whole = self.server.events(path)
        for position, event in enumerate(whole[:-1]):
            rest = self.server.events(path, after=event.id)
            self.assertEqual([e.data for e in rest], [e.data for e in whole[position + 1:]])
            by_query = self.server.events(f"{path}?after={event.id}")
            self.assertEqual([e.id for e in by_query], [e.id for e in rest])
        self.assertEqual(self.server.get(path, Last_Event_ID=str(whole[-1].id)).status, 204)

    def test_an_unknown_position_gets_the_state_first(self):
        accepted, last = self.server.ingest("unknown.txt", samples.PARAGRAPHS[0])
        for position in (last["sequence"] + 1000, "nonsense"):
            events = self.server.events(accepted["events_url"], after=position)
            self.assertEqual([event.data["type"] for event in events], ["snapshot", "status"])
            self.assertEqual(events[0].data["status"]["processing_status"], "completed")
            self.assertEqual([event.id for event in events], [last["sequence"] - 1, last["sequence"]])

    def test_readers_that_come_and_go_miss_nothing(self):
        """While the work runs: the seam between what is stored and what is live has no hole."""
        seed = random.randrange(2**32)
        dice = random.Random(seed)
        accepted = self.server.upload("live.txt", samples.long_text(30_000)).json()
        collected = [[] for _ in range(6)]
        breaks = [dice.choices(range(1, 9), k=400) for _ in collected]

        def read(into, counts):
            position = None
            for count in counts:
                headers = {} if position is None else {"Last-Event-ID": str(position)}
                stream = self.server.stream(accepted["events_url"], headers=headers)
                if stream.status == 204:
                    return
                for event in stream:
                    contract.check_event("GET", accepted["events_url"], event.data)
                    into.append(event)
                    position = event.id
                    count -= 1
                    if count == 0 or event.data["processing_status"] != "processing":
                        break
                stream.close()
        readers = [threading.Thread(target=read, args=pair) for pair in zip(collected, breaks)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        history = self.server.get(f"/v1/operations/{accepted['operation_id']}/history").json()
        check_course(self, history)
        for events in collected:
            self.assertEqual([event.id for event in events], [s["sequence"] for s in history], f"seed {seed}")

    def test_an_unchanged_status_is_not_sent_again(self):
        accepted, last = self.server.ingest("etag.txt", samples.FACT)
        for path in (accepted["status_url"], f"/v1/operations/{accepted['operation_id']}"):
            answer = self.server.get(path)
            self.assertEqual(answer.headers["etag"], f'"{last["sequence"]}"')
            self.assertEqual(self.server.get(path, If_None_Match=answer.headers["etag"]).status, 304)
            self.assertEqual(self.server.get(path, If_None_Match='"0"').status, 200)

    def test_the_list_is_newest_first_and_pages(self):
        made = [self.server.ingest(f"list-{n}.txt", f"{samples.FACT} {n}")[0]["document_id"] for n in range(5)]
        listed, path = [], "/v1/documents/?limit=2"
        while path:
            answer = self.server.get(path)
            listed += [row["document_id"] for row in answer.json()]
            cursor = answer.headers.get("x-next-cursor")
            path = cursor and f"/v1/documents?limit=2&cursor={cursor}"
        self.assertEqual(listed[:5], made[::-1])
        self.assertEqual(len(listed), len(set(listed)))
        self.assertEqual(self.server.get("/v1/documents/?document_type=web_crawl").json(), [])

    def test_replacing_keeps_the_id_and_the_old_content_until_the_end(self):
        accepted, first = self.server.ingest("first.txt", samples.FACT)
        identity = accepted["document_id"]
        again = self.server.send_form("PATCH", f"/v1/documents/{identity}", [("file", "second.txt", samples.PARAGRAPHS[1])])
        self.assertEqual(again.status, 202)
        self.assertEqual(again.json()["document_id"], identity)
        self.assertNotEqual(again.json()["operation_id"], accepted["operation_id"])
        last = self.server.wait_for_end(identity)
        self.assertGreater(last["sequence"], first["sequence"])
        history = self.server.get(f"/v1/documents/{identity}/status/history").json()
        check_course(self, history)
        texts = [chunk["text"] for chunk in self.server.get(f"/v1/documents/{identity}/chunks").json()]
        self.assertEqual(texts, [samples.PARAGRAPHS[1]])
        self.assertEqual(self.server.get(f"/v1/documents/{identity}").json()["filename"], "second.txt")
        self.assertEqual(self.server.get(f"/v1/documents/{identity}/content").body.decode(), samples.PARAGRAPHS[1])

    def test_a_failed_replacement_leaves_the_content(self):
        accepted, _ = self.server.ingest("kept.txt", samples.FACT)
        identity = accepted["document_id"]
        self.server.send_form("PATCH", f"/v1/documents/{identity}", [("file", "x.pdf", pdf_maker.make_encrypted_pdf())])
        last = self.server.wait_for_end(identity)
        self.assertEqual((last["processing_status"], last["error"]["type"]), ("failed", "encrypted_document"))
        document = self.server.get(f"/v1/documents/{identity}").json()
        self.assertEqual((document["status"], document["filename"]), ("success", "kept.txt"))
        self.assertEqual(self.server.get(f"/v1/documents/{identity}/chunks").json()[0]["text"], samples.FACT)
        self.assertEqual(self.server.get(f"/v1/documents/{identity}/content").body.decode(), samples.FACT)

    def test_one_operation_at_a_time(self):
        identity = self.server.upload("busy.txt", samples.long_text(30_000)).json()["document_id"]
        answer = self.server.send_form("PATCH", f"/v1/documents/{identity}", [("file", "b.txt", "later")])
        self.assertEqual(answer.status, 409)
        self.assertEqual(self.server.wait_for_end(identity)["processing_status"], "completed")

    def test_deleting_removes_all_of_it(self):
        accepted, last = self.server.ingest("gone.txt", "The zeppelin Quixotria crossed the strait.")
        identity = accepted["document_id"]
        self.assertEqual(self.server.post_json("/v1/search", {"query": "Quixotria"}).json()["results"][0]["document_id"], identity)
        self.assertEqual(self.server.delete(f"/v1/documents/website/{identity}").status, 404)
        answer = self.server.delete(f"/v1/documents/{identity}")
        self.assertEqual(answer.json(), {"document_id": identity, "status": "deleted", "document_type": "file_upload",
                                         "chunks_deleted": last["status_metadata"]["chunks_created"]})
        for path in ("", "/status", "/status/history", "/events", "/chunks", "/content"):
            self.assertEqual(self.server.get(f"/v1/documents/{identity}{path}").status, 404, path)
        self.assertEqual(self.server.get(f"/v1/operations/{accepted['operation_id']}").status, 404)
        self.assertEqual(self.server.delete(f"/v1/documents/{identity}").status, 404)
        found = self.server.post_json("/v1/search", {"query": "Quixotria"}).json()["results"]
        self.assertNotIn(identity, [result["document_id"] for result in found])

    def test_deleting_while_it_runs_ends_it(self):
        accepted = self.server.upload("running.txt", samples.long_text(60_000)).json()
        stream = self.server.stream(accepted["events_url"])
        events = iter(stream)
        next(events)
        self.assertEqual(self.server.delete(f"/v1/documents/{accepted['document_id']}").status, 200)
        last = list(events)[-1].data
        self.assertEqual((last["processing_status"], last["error"]["type"]), ("failed", "cancelled"))
        self.assertEqual(self.server.get(accepted["status_url"]).status, 404)

    def test_the_uploaders_own_facts_are_kept_and_searchable(self):
        accepted, _ = self.server.ingest("own.txt", "Grain prices in Gdansk.", {"project": "baltic", "year": 1650})
        other, _ = self.server.ingest("other.txt", "Grain prices in Gdansk.", {"project": "other"})
        custom = self.server.get(f"/v1/documents/{accepted['document_id']}").json()["metadata"]["custom"]
        self.assertEqual(custom, {"project": "baltic", "year": 1650})
        found = self.server.post_json("/v1/search", {"query": "grain prices", "retrieval_filter": {"metadata.project": "baltic", "metadata.year": 1650}})
        self.assertEqual([r["document_id"] for r in found.json()["results"]], [accepted["document_id"]])
        self.assertNotEqual(accepted["document_id"], other["document_id"])

    def test_it_is_all_there_after_a_restart(self):
        with WalrusServer() as server:
            accepted, last = server.ingest("durable.txt", samples.FACT)
            self.assertEqual(server.stop(), 0)
            server.start()
            self.assertEqual(server.get(accepted["status_url"]).json(), last)
            self.assertEqual(len(server.events(accepted["events_url"])),
                             len(server.get(f"/v1/operations/{accepted['operation_id']}/history").json()))
            found = server.post_json("/v1/search", {"query": "lighthouse of Vardoe"}).json()["results"]
            self.assertEqual(found[0]["document_id"], accepted["document_id"])


if __name__ == "__main__":
    unittest.main()
