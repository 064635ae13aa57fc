"""Operations of other people's pipelines, with the real server: what was answered survives a kill,
silence ends them, and many workers may report at once."""
import concurrent.futures
import subprocess
import time
import unittest

from walrus_server import PROGRAM, WalrusServer, clean_environment

PLAN = {"kind": "import", "title": "Orders",
        "steps": [{"name": "fetch", "percent": 10, "message": "Fetching..."}, {"name": "load", "percent": 60}]}


class ExternalOperations(unittest.TestCase):
    def setUp(self):
        self.server = WalrusServer()
        self.addCleanup(self.server.close)
        self.server.start()

    def begin(self, **more):
        begun = self.server.post_json("/v1/operations", {**PLAN, **more})
        self.assertEqual(begun.status, 201, begun)
        return begun.headers["location"]

    def report(self, operation, report, status=202):
        answer = self.server.post_json(operation + "/events", report)
        self.assertEqual(answer.status, status, answer)
        return answer.json()

    def status(self, operation):
        return self.server.get(operation).json()

    def test_a_pipeline_from_its_beginning_to_its_end(self):
        operation = self.begin(metadata={"source": "erp"})
        fresh = self.status(operation)
        self.assertEqual((fresh["processing_status"], fresh["processing_step"], fresh["progress_percentage"]),
                         ("processing", "fetch", 0))
        self.assertEqual((fresh["kind"], fresh["title"], fresh["status_metadata"]), ("import", "Orders", {"source": "erp"}))
        self.assertEqual(self.report(operation, {"step": "fetch", "done": 1, "total": 2}),
                         {"sequence": 1, "cancel_requested": False})
        self.assertEqual(self.status(operation)["progress_percentage"], 34)
        lines = [{"content": f"line {i}\n"} for i in range(5)]
        self.report(operation, [{"step": "load"}, *lines, {"status": "completed"}])
        end = self.status(operation)
        self.assertEqual((end["processing_status"], end["progress_percentage"]), ("completed", 100))

        events = self.server.events(operation + "/events")
        self.assertEqual([event.id for event in events], list(range(1, 9)))
        text = "".join(event.data["content"] for event in events if event.data["type"] == "chunk")
        self.assertEqual(text, "".join(line["content"] for line in lines))
        again = self.server.events(operation + "/events?after=4")
        self.assertEqual([event.data for event in again], [event.data for event in events[4:]])
        history = self.server.get(operation + "/history").json()
        self.assertEqual([entry["processing_step"] for entry in history], ["fetch", "load", "load"])

    def test_what_was_answered_survives_a_kill(self):
        operation = self.begin()
        last = {"report_id": "last", "step": "load", "metadata": {"rows": 7}, "content": "so far"}
        taken = self.report(operation, last)
        before = self.status(operation)
        self.server.kill()
        self.server.start()
        self.assertEqual(self.status(operation), before)
        self.assertEqual(self.report(operation, last)["sequence"], taken["sequence"])
        self.report(operation, {"step": "fetch"}, status=409)
        self.report(operation, {"status": "failed", "error": {"type": "fetch_failed", "message": "Gone."}})
        self.assertEqual(self.status(operation)["error"],
                         {"type": "fetch_failed", "message": "Gone.", "step": "load", "retryable": True})
        self.report(operation, {"message": "more"}, status=409)

    def test_silence_ends_it_also_after_a_restart(self):
        operation = self.begin(timeout_seconds=1)
        other = self.begin(timeout_seconds=86400)
        self.server.kill()
        self.server.start()
        began = time.monotonic()
        ended = self.server.wait_for_status(operation)
        self.assertLess(time.monotonic() - began, 5)
        self.assertEqual((ended["processing_status"], ended["error"]["type"]), ("failed", "timeout"))
        self.assertEqual(self.status(other)["processing_status"], "processing")

    def test_many_report_at_once_and_none_is_lost(self):
        operation = self.begin()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            reports = [{"report_id": f"r{i}", "content": f"<{i}>"} for i in range(200)]
            # Each twice, as by workers that did not get their answer.
            answers = list(pool.map(lambda report: self.report(operation, report), reports * 2))
        self.report(operation, {"status": "completed"})
        events = self.server.events(operation + "/events")
        chunks = [event.data["content"] for event in events if event.data["type"] == "chunk"]
        self.assertEqual(sorted(chunks), sorted(report["content"] for report in reports))
        self.assertEqual([event.id for event in events], list(range(1, 203)))
        self.assertLessEqual(max(answer["sequence"] for answer in answers), 201)

    def test_operations_of_walrus_take_no_reports(self):
        accepted, _ = self.server.ingest("a.txt", "hello there")
        self.report(f"/v1/operations/{accepted['operation_id']}", {"message": "x"}, status=409)

    # --- walrus run

    def run_command(self, script, *options):
        return subprocess.Popen(
            [PROGRAM, "run", "--url", f"http://127.0.0.1:{self.server.port}", *options, "--", "sh", "-c", script],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean_environment())

    def test_a_command_is_shown_step_by_step(self):
        script = "echo $WALRUS_OPERATION_ID; echo walrus: step load; echo walrus: 1/2; echo walrus: half way; exit 4"
        with self.run_command(script, "--kind", "import", "--step", "fetch:0", "--step", "load:60") as command:
            out, error = command.communicate(timeout=60)
        self.assertEqual((command.returncode, error), (4, ""))
        status = self.status(f"/v1/operations/{out.strip()}")
        self.assertEqual((status["kind"], status["title"], status["processing_status"]), ("import", "sh", "failed"))
        self.assertEqual((status["processing_step"], status["progress_percentage"]), ("load", 79))
        self.assertEqual(status["error"]["message"], "The command ended with exit code 4.")

    def test_a_command_outlives_the_server(self):
        script = "echo $WALRUS_OPERATION_ID; while [ ! -e go ]; do sleep 0.05; done; echo walrus: step load; echo the end"
        with self.run_command(f"cd {self.server.folder}; {script}", "--step", "fetch:0", "--step", "load:60") as command:
            operation = f"/v1/operations/{command.stdout.readline().strip()}"
            self.server.kill()
            (self.server.folder / "go").touch()
            self.assertEqual(command.stdout.readline(), "the end\n")
            # Where it was: the command knows no other address.
            self.server.start(self.server.port)
            _, error = command.communicate(timeout=60)
        self.assertEqual((command.returncode, error), (0, ""))
        history = self.server.get(operation + "/history").json()
        self.assertEqual(history[-1]["processing_status"], "completed")
        self.assertEqual([entry["processing_step"] for entry in history], ["fetch", "load", "load"])


if __name__ == "__main__":
    unittest.main()
