"""Whatever comes in: a clear answer in the one envelope, and a server that goes on."""
import json
import os
import pathlib
import socket
import time
import unittest

import office_maker
import pdf_maker
import samples
from walrus_server import ROOT, WalrusServer, multipart

LIMIT = 52_428_800
HOSTILE = pathlib.Path(os.environ.get("WALRUS_CONFORMANCE_DIR") or ROOT.parent / "shared/data") / "hostile"


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = WalrusServer()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()

    def tearDown(self):
        self.assertIsNone(self.server.process.poll(), "the server ended")
        self.assertEqual(self.server.get("/health").status, 200)

    def refused(self, answer, status, word, pointer=None):
        self.assertEqual(answer.status, status, answer)
        problem = answer.json()
        self.assertEqual(problem["error_type"], word)
        self.assertEqual((problem["status"], problem["status_code"]), (status, status))
        self.assertNotIn(str(self.server.folder), answer.body.decode())
        if pointer is not None:
            self.assertEqual([field["pointer"] for field in problem["errors"]], [pointer])
            self.assertIn(pointer.strip("/").split("/")[-1], problem["detail"])

    def raw(self, data, timeout=20):
        """The status line's code of what answers raw bytes, or None."""
        with socket.create_connection(("127.0.0.1", self.server.port), timeout) as connection:
            try:
                connection.sendall(data)
            except OSError:
                pass  # refused midway; the answer is there all the same
            try:
                head = connection.recv(65536).decode("latin-1")
            except ConnectionResetError:
                return None
        return int(head.split()[1]) if head else None


class Files(Case):
    def test_an_empty_file(self):
        self.refused(self.server.upload("empty.txt", b""), 422, "validation_error", "/file")

    def test_unknown_formats(self):
        png = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
        elf = b"\x7fELF\x02\x01\x01" + bytes(2000)
        for name, content in (("picture.png", png), ("picture.pdf", png), ("program", elf), ("program.docx", elf),
                              ("noise.bin", bytes(range(256)) * 20), ("archive.zip", office_maker.archive({"a": "b"}))):
            with self.subTest(name=name):
                self.refused(self.server.upload(name, content), 415, "unsupported_media_type")

    def test_the_content_wins_over_the_name(self):
        _, last = self.server.ingest("really-a-pdf.txt", pdf_maker.make_pdf([samples.FACT]))
        self.assertEqual(last["processing_status"], "completed")
        row = self.server.get(f"/v1/documents/{last['document_id']}").json()
        self.assertEqual(row["file_type"], ".pdf")

    def fails(self, name, content, words, step="extracting_text"):
        accepted, last = self.server.ingest(name, content)
        self.assertEqual(last["processing_status"], "failed", last)
        self.assertIn(last["error"]["type"], words, last)
        self.assertEqual(last["error"]["step"], step)
        self.assertFalse(last["error"]["retryable"])
        self.assertLess(last["progress_percentage"], 100)
        self.assertNotIn(str(self.server.folder), json.dumps(last))
        self.assertEqual(self.server.get(f"/v1/documents/{accepted['document_id']}").json()["status"], "failed")
        self.assertEqual(self.server.get(f"/v1/documents/{accepted['document_id']}/chunks").json(), [])

    def test_pdfs_that_cannot_be_read(self):
        whole = pdf_maker.make_pdf([samples.FACT])
        self.fails("cut.pdf", whole[:60], {"extraction_failed"})
        self.fails("locked.pdf", pdf_maker.make_encrypted_pdf(), {"encrypted_document"})
        self.fails("scan.pdf", pdf_maker.make_pdf_without_text(), {"empty_document"})

    def test_files_without_text(self):
        self.fails("blank.txt", b"  \n\t \r\n", {"empty_document"})
        self.fails("blank.html", b"<!doctype html><html><body><script>x()</script></body></html>", {"empty_document"})
        self.fails("blank.docx", office_maker.make_docx([""]), {"empty_document"})

    def test_bombs(self):
        self.fails("zip.docx", office_maker.make_zip_bomb(), {"too_large"})
        self.fails("entities.docx", office_maker.make_entity_bomb(), {"extraction_failed", "too_large"})
        self.fails("broken.docx", office_maker.word("<w:document><w:body>"), {"extraction_failed"})

    def test_damaged_texts(self):
        self.fails("broken.json", b'{"a": ', {"extraction_failed"})
        accepted, _ = self.server.ingest("latin.txt", "Größe und Übermut".encode("latin-1"))
        chunks = self.server.get(f"/v1/documents/{accepted['document_id']}/chunks").json()
        self.assertEqual([chunk["text"] for chunk in chunks], ["Größe und Übermut"])

    def test_the_size_limit(self):
        text = (b"walrus " * (LIMIT // 7 + 1))[:LIMIT]
        self.refused(self.server.upload("large.txt", text + b"!"), 413, "payload_too_large")
        accepted = self.server.upload("largest.txt", text)
        self.assertEqual(accepted.status, 202, accepted)
        began = time.monotonic()
        self.assertEqual(self.server.delete(f"/v1/documents/{accepted.json()['document_id']}").status, 200)
        self.assertLess(time.monotonic() - began, 5)

    def test_tricks_in_file_names(self):
        for sent, shown in (("../../../tmp/evil.txt", "evil.txt"), ("..\\..\\evil.txt", "evil.txt"), ("/etc/evil.txt", "evil.txt"),
                            ("..", "upload"), (".", "upload"), ("", "upload"), ("a\u202etxt.exe.txt", "atxt.exe.txt"),
                            ("häß lich.txt", "häß lich.txt"), ("tab\tbed.txt", "tabbed.txt"), ("%00.txt", None), ("x" * 300 + ".txt", None)):
            with self.subTest(name=sent):
                answer = self.server.upload(sent, samples.FACT)
                self.assertEqual(answer.status, 202, answer)
                name = answer.json()["filename"]
                if shown is not None:
                    self.assertEqual(name, shown)
                self.assertNotIn("/", name)
                self.assertTrue(1 <= len(name.encode()) <= 255)
                self.server.wait_for_end(answer.json()["document_id"])
        self.assertFalse(pathlib.Path("/tmp/evil.txt").exists())
        written = [path for path in self.server.folder.rglob("*") if "evil" in path.name]
        self.assertEqual(written, [])

    def test_hostile_files_harm_nobody_else(self):
        if not HOSTILE.is_dir():
            self.skipTest(f"hostile files are not at {HOSTILE}")
        answers = [self.server.upload(path.name, path.read_bytes()) for path in sorted(HOSTILE.glob("*.pdf"))]
        # One has no head of a PDF, and is refused at once.
        self.assertLessEqual({answer.status for answer in answers}, {202, 415})
        hostile = [answer.json() for answer in answers if answer.status == 202]
        self.assertTrue(hostile)
        began = time.monotonic()
        self.assertEqual(self.server.get("/health").status, 200)
        self.assertLess(time.monotonic() - began, 1)
        for document in hostile:
            began = time.monotonic()
            self.assertEqual(self.server.delete(f"/v1/documents/{document['document_id']}").status, 200)
            self.assertLess(time.monotonic() - began, 4)
        _, last = self.server.ingest("harmless.pdf", pdf_maker.make_pdf([samples.FACT]))
        self.assertEqual(last["processing_status"], "completed")
        self.assertEqual(readers_of(self.server.process.pid), [])


def readers_of(pid):
    """The command lines of the children that a server has left."""
    children = pathlib.Path(f"/proc/{pid}/task").glob("*/children")
    ids = [child for path in children for child in path.read_text().split()]
    return [pathlib.Path(f"/proc/{child}/cmdline").read_text() for child in ids]


class Forms(Case):
    def send(self, body, content_type="multipart/form-data; boundary=b"):
        return self.server.request("POST", "/v1/documents/", body, {"Content-Type": content_type})

    def test_broken_ones(self):
        part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello'
        for name, body in (("no end", part), ("no boundary", b"hello"), ("only the end of a line", b"\r\n"),
                           ("a part without a head", b"--b\r\n\r\nhello\r\n--b--\r\n"),
                           ("a head without a name", b"--b\r\nContent-Disposition: form-data\r\n\r\nhello\r\n--b--\r\n"),
                           ("another boundary", part.replace(b"--b", b"--c") + b"\r\n--c--\r\n")):
            with self.subTest(name):
                self.refused(self.send(body), 400, "bad_request")
        self.refused(self.send(part + b"\r\n--b--\r\n", "multipart/form-data"), 400, "bad_request")

    def test_other_media_types(self):
        for content_type in ("text/plain", "application/json", "application/x-www-form-urlencoded", "multipart/mixed; boundary=b"):
            self.refused(self.send(b"{}", content_type), 415, "unsupported_media_type")

    def test_what_a_form_must_hold(self):
        one = ("file", "a.txt", "hello")
        for parts, pointer in (([], "/file"), ([("other", "a.txt", "hello")], "/other"), ([("file", None, "hello")], "/file"), ([one, one], "/file"),
                               ([one, ("metadata", None, "[1]")], "/metadata"), ([one, ("metadata", None, "{")], "/metadata"),
                               ([one, ("metadata", None, json.dumps({"a": "b" * 5000}))], "/metadata")):
            with self.subTest(parts=parts):
                self.refused(self.server.send_form("POST", "/v1/documents/", parts), 422, "validation_error", pointer)

    def test_too_many_parts(self):
        answer = self.server.send_form("POST", "/v1/documents/", [(f"n{n}", None, "x") for n in range(100)])
        self.refused(answer, 400, "bad_request")

    def test_nothing_of_a_refused_form_is_left(self):
        content_type, body = multipart([("file", "left.txt", "hello " * 10_000), ("file", "left.txt", "again")])
        self.send(body, content_type)
        left = [path for path in self.server.data.rglob("*") if path.is_file() and b"hello hello hello" in path.read_bytes()]
        self.assertEqual(left, [])


class Json(Case):
    def test_broken_json(self):
        for body in (b"", b"{", b'{"query": }', b"nonsense", b'{"query": "a"} {}', b'{"a": "\xff\xfe"}', b"[" * 100_000,
                     b'{"query": "a", "session_id": "b\n"}', b"\xef\xbb\xbf{"):
            for path in ("/v1/chat/", "/v1/search"):
                with self.subTest(body=body[:20], path=path):
                    self.refused(self.server.post_json(path, body), 400, "bad_request")

    def test_wrong_types_and_values(self):
        chat, search = {"query": "a", "session_id": "s"}, {"query": "a"}
        for path, good, change, pointer in (
                ("/v1/chat/", chat, {"query": None}, "/query"), ("/v1/chat/", chat, {"query": 1}, "/query"),
                ("/v1/chat/", chat, {"query": ""}, "/query"), ("/v1/chat/", chat, {"query": "é" * 4001}, "/query"),
                ("/v1/chat/", chat, {"query": ["a"]}, "/query"), ("/v1/chat/", chat, {"session_id": None}, "/session_id"),
                ("/v1/chat/", chat, {"session_id": 1}, "/session_id"), ("/v1/chat/", chat, {"session_id": ""}, "/session_id"),
                ("/v1/chat/", chat, {"session_id": "a/b"}, "/session_id"), ("/v1/chat/", chat, {"session_id": "a\nb"}, "/session_id"),
                ("/v1/chat/", chat, {"session_id": "é" * 65}, "/session_id"), ("/v1/chat/", chat, {"user_id": "a/b"}, "/user_id"),
                ("/v1/chat/", chat, {"user_id": 1}, "/user_id"), ("/v1/chat/", chat, {"conversation_id": "a/b"}, "/conversation_id"),
                ("/v1/chat/", chat, {"conversation_id": "x" * 129}, "/conversation_id"),
                ("/v1/chat/", chat, {"retrieval_k": 0}, "/retrieval_k"), ("/v1/chat/", chat, {"retrieval_k": 21}, "/retrieval_k"),
                ("/v1/chat/", chat, {"retrieval_k": "8"}, "/retrieval_k"), ("/v1/chat/", chat, {"retrieval_k": 1.5}, "/retrieval_k"),
                ("/v1/chat/", chat, {"stream": "yes"}, "/stream"), ("/v1/chat/", chat, {"model": 1}, "/model"),
                ("/v1/chat/", chat, {"retrieval_filter": []}, "/retrieval_filter"),
                ("/v1/chat/", chat, {"retrieval_filter": {"colour": "red"}}, "/retrieval_filter/colour"),
                ("/v1/search", search, {"query": None}, "/query"), ("/v1/search", search, {"query": "a" * 4001}, "/query"),
                ("/v1/search", search, {"k": 0}, "/k"), ("/v1/search", search, {"k": 101}, "/k"), ("/v1/search", search, {"k": "1"}, "/k"),
                ("/v1/search", search, {"k": 10**30}, "/k"), ("/v1/search", search, {"retrieval_filter": "x"}, "/retrieval_filter"),
                ("/v1/search", search, {"retrieval_filter": {"file_type": 1}}, "/retrieval_filter/file_type"),
                ("/v1/search", search, {"retrieval_filter": {"document_type": "book"}}, "/retrieval_filter/document_type")):
            with self.subTest(path=path, change=change):
                self.refused(self.server.post_json(path, {**good, **change}), 422, "validation_error", pointer)

    def test_no_object(self):
        for body in ([], "text", 1, None, True):
            self.refused(self.server.post_json("/v1/search", body), 422, "validation_error")

    def test_the_limits_themselves_pass(self):
        for path, body in (("/v1/search", {"query": "é" * 4000, "k": 100}), ("/v1/search", {"query": "a", "k": 1}),
                           ("/v1/chat/", {"query": "é" * 4000, "session_id": "é" * 64, "stream": False, "retrieval_k": 20}),
                           ("/v1/chat/", {"query": "a", "session_id": "conv#" + "x" * 123, "stream": False, "retrieval_k": 1})):
            with self.subTest(path=path):
                self.assertEqual(self.server.post_json(path, body).status, 200)

    def test_json_comes_as_json(self):
        for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", ""):
            headers = {"Content-Type": content_type} if content_type else {}
            answer = self.server.request("POST", "/v1/search", b'{"query": "a"}', headers)
            self.refused(answer, 415, "unsupported_media_type")
        answer = self.server.request("POST", "/v1/search", b'{"query": "a"}', {"Content-Type": "application/json; charset=utf-8"})
        self.assertEqual(answer.status, 200)

    def test_a_body_that_is_too_large(self):
        self.refused(self.server.post_json("/v1/search", {"query": "a" * 2_000_000}), 413, "payload_too_large")


class Paths(Case):
    def test_ids_that_are_none(self):
        for wrong in ("abc", "0", "01980d3a-6a00-7f52-8a3e-3b1f6d0e4c1", "..%2f..%2fetc%2fpasswd", "%00", "a" * 3000,
                      "01980d3a-6a00-7f52-8a3e-3b1f6d0e4c11"):
            for path in (f"/v1/documents/{wrong}", f"/v1/documents/{wrong}/status", f"/v1/documents/{wrong}/events",
                         f"/v1/documents/{wrong}/chunks", f"/v1/documents/{wrong}/content", f"/v1/operations/{wrong}",
                         f"/v1/operations/{wrong}/events", f"/v1/operations/{wrong}/history"):
                with self.subTest(path=path[:60]):
                    self.refused(self.server.get(path), 404, "not_found")

    def test_chunk_ids_that_are_none(self):
        identity = self.server.ingest("a.txt", samples.FACT)[0]["document_id"]
        other = "01980d3a-6a00-7f52-8a3e-3b1f6d0e4c11"
        for wrong in ("x", "0", f"{identity}:1:99", f"{identity}:9:0", f"{other}:1:0", f"{identity}:1:-1", f"{identity}:1"):
            self.refused(self.server.get(f"/v1/documents/{identity}/chunks/{wrong}"), 404, "not_found")

    def test_query_parameters(self):
        self.server.post_json("/v1/chat/", {"query": "a", "session_id": "limits", "stream": False})
        for path in ("/v1/documents/?limit=", "/v1/chat/conversations/u?limit=", "/v1/chat/conversations/u/limits/history?limit="):
            for wrong in ("0", "101", "-1", "x", "1.5", "9" * 40, ""):
                with self.subTest(path=path, limit=wrong):
                    self.refused(self.server.get(path + wrong), 422, "validation_error", "limit")
        for wrong in ("0", "1001"):
            self.refused(self.server.get(f"/v1/chat/conversations/u/limits/status?limit={wrong}"), 422, "validation_error", "limit")
        self.refused(self.server.get("/v1/documents/?document_type=book"), 422, "validation_error", "document_type")
        for wrong in ("x", "%00", "AAAA", "z" * 500):
            with self.subTest(cursor=wrong):
                self.refused(self.server.get(f"/v1/documents/?cursor={wrong}"), 400, "bad_request")

    def test_encodings_that_are_broken(self):
        for path in ("/v1/documents/%ff%fe", "/v1/documents/%zz", "/v1/documents/%"):
            with self.subTest(path=path):
                self.refused(self.server.get(path), 400, "bad_request")

    def test_unknown_paths_and_methods(self):
        for path in ("/nothing", "/v1", "/v1/documents/a/b/c/d", "/v1/../v1/models/"):
            self.refused(self.server.get(path), 404, "not_found")
        for method, path in (("PUT", "/v1/documents/"), ("DELETE", "/v1/search"), ("POST", "/health"), ("GET", "/v1/search")):
            answer = self.server.request(method, path)
            self.refused(answer, 405, "method_not_allowed")
            self.assertNotIn(method, answer.headers["allow"])

    def test_unknown_conversations(self):
        for path in ("history", "status"):
            self.refused(self.server.get(f"/v1/chat/conversations/u/none/{path}"), 404, "not_found")

    def test_a_slash_at_the_end_changes_nothing(self):
        for path in ("/v1/documents", "/v1/models", "/health", "/ready"):
            self.assertEqual(self.server.get(path).status, 200)
            self.assertEqual(self.server.get(path + "/").status, 200)

    def test_head_is_get_without_a_body(self):
        for path in ("/health", "/v1/documents/", "/openapi.json"):
            self.assertEqual(self.server.request("HEAD", path).status, 200)


class Wire(Case):
    HOST = b"Host: localhost\r\n"

    def test_floods(self):
        many = b"".join(b"X-N%d: v\r\n" % n for n in range(150))
        for name, data, status in (
                ("a long line", b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n" + self.HOST + b"\r\n", 414),
                ("a long header", b"GET / HTTP/1.1\r\n" + self.HOST + b"X: " + b"a" * 100_000 + b"\r\n\r\n", 431),
                ("many headers", b"GET / HTTP/1.1\r\n" + self.HOST + many + b"\r\n", 431)):
            with self.subTest(name):
                self.assertEqual(self.raw(data), status)

    def test_broken_requests(self):
        for name, data in (("nonsense", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200)), ("no version", b"GET /\r\n\r\n"),
                           ("no host", b"GET / HTTP/1.1\r\n\r\n"), ("two hosts", b"GET / HTTP/1.1\r\n" + self.HOST * 2 + b"\r\n"),
                           ("a space before the colon", b"GET / HTTP/1.1\r\n" + self.HOST + b"X : y\r\n\r\n"),
                           ("two lengths", b"POST /v1/search HTTP/1.1\r\n" + self.HOST + b"Content-Type: application/json\r\n"
                            b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
                           ("a length and chunks", b"POST /v1/search HTTP/1.1\r\n" + self.HOST + b"Content-Type: application/json\r\n"
                            b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                           ("a wrong length", b"POST /v1/search HTTP/1.1\r\n" + self.HOST + b"Content-Length: -1\r\n\r\n")):
            with self.subTest(name):
                self.assertIn(self.raw(data), (400, 505))

    def test_a_body_where_none_belongs(self):
        self.assertEqual(self.raw(b"GET /health HTTP/1.1\r\n" + self.HOST + b"Content-Length: 5\r\n\r\nhello"), 413)

    def test_the_head_in_single_bytes(self):
        with socket.create_connection(("127.0.0.1", self.server.port), 20) as connection:
            for byte in b"GET /health HTTP/1.1\r\n" + self.HOST + b"\r\n":
                connection.sendall(bytes([byte]))
            self.assertIn(b" 200 ", connection.recv(4096).split(b"\r\n")[0])

    def test_a_caller_that_asks_to_continue(self):
        with socket.create_connection(("127.0.0.1", self.server.port), 20) as connection:
            connection.sendall(b"POST /v1/search HTTP/1.1\r\n" + self.HOST + b"Content-Type: application/json\r\n"
                               b"Content-Length: 14\r\nExpect: 100-continue\r\n\r\n")
            self.assertIn(b" 100 ", connection.recv(4096))
            connection.sendall(b'{"query": "a"}')
            self.assertIn(b" 200 ", connection.recv(4096))

    def test_hosts(self):
        for host, status in (("localhost", 200), ("127.0.0.1:80", 200), ("[::1]:8000", 200), ("LOCALHOST", 200), ("evil.example", 421),
                             ("localhost.evil.example", 421), ("127.0.0.1.evil.example", 421), ("192.168.1.1", 421)):
            with self.subTest(host=host):
                self.assertEqual(self.raw(f"GET /health HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()), status)

    def test_origins(self):
        own = f"http://127.0.0.1:{self.server.port}"
        for headers, status in (({"Origin": own}, 200), ({}, 200), ({"Origin": "http://evil.example"}, 403), ({"Origin": "null"}, 403),
                                ({"Origin": own + "1"}, 403), ({"Sec-Fetch-Site": "cross-site"}, 403),
                                ({"Sec-Fetch-Site": "same-origin", "Origin": own}, 200)):
            with self.subTest(headers=headers):
                answer = self.server.request("POST", "/v1/search", b'{"query": "a"}', {"Content-Type": "application/json", **headers})
                self.assertEqual(answer.status, status)
        foreign = self.server.get("/v1/models/", Origin="http://evil.example")
        self.assertEqual(foreign.status, 200)
        self.assertNotIn("access-control-allow-origin", foreign.headers)

    def test_a_callers_own_request_id(self):
        self.assertEqual(self.server.get("/health", X_Request_Id="mine-123").headers["x-request-id"], "mine-123")
        for wrong in ("a b\tc", "x" * 500, "<script>"):
            self.assertNotEqual(self.server.get("/health", X_Request_Id=wrong).headers["x-request-id"], wrong)


if __name__ == "__main__":
    unittest.main()
