"""Two hundred readers of one operation, by three transports, some of them cut off again and again:
all of them saw the same."""
import collections
import http.client
import random
import threading
import time
import unittest

import contract
from walrus_server import Answer, WalrusServer
from web_socket import WebSocket

STREAMS, SOCKETS, POLLS, REPORTS = 80, 60, 60, 150
STEPS = [{"name": name, "percent": percent} for name, percent in (("fetch", 5), ("clean", 30), ("load", 60), ("check", 90))]
PATIENCE = 60


def is_last(event):
    return event.get("processing_status", "processing") != "processing"


def without(event, *names):
    return {name: value for name, value in event.items() if name not in names}


def fault_of(events, reference):
    """How a history differs from the operation's own; None where it does not."""
    sequences = [event["sequence"] for event in events]
    if sequences != list(range(1, len(sequences) + 1)):
        return f"a gap, a repeat or another order: {sequences}"
    if [is_last(event) for event in events] != [False] * (len(events) - 1) + [True]:
        return "not one end, at the end"
    if events != reference:
        return "another event than the others saw: " + str(next(pair for pair in zip(events, reference) if pair[0] != pair[1]))
    return None


def fault_of_statuses(statuses, history):
    """The same of what was polled. A chunk gives the status a sequence and a time, and nothing else."""
    sequences = [status["sequence"] for status in statuses]
    if any(first >= second for first, second in zip(sequences, sequences[1:])):
        return f"sequences that do not rise: {sequences}"
    if not is_last(statuses[-1]):
        return "no end"
    for status in statuses:
        before = [entry for entry in history if entry["sequence"] <= status["sequence"]]
        expected = before[-1] if before else None
        ignored = () if expected and expected["sequence"] == status["sequence"] else ("sequence", "updated_at")
        if expected is None or without(status, *ignored) != without(expected, *ignored):
            return f"{status} where the history has {expected}"
    return None


class Readers(unittest.TestCase):
    def setUp(self):
        self.seed = random.randrange(2**32)
        print(f"seed {self.seed}", flush=True)
        self.server = WalrusServer()
        self.addCleanup(self.server.close)
        self.server.start()
        begun = self.server.post_json("/v1/operations", {"kind": "import", "steps": STEPS})
        self.assertEqual(begun.status, 201, begun)
        self.path = begun.headers["location"]
        self.id = begun.headers["x-operation-id"]
        self.cuts = collections.Counter()

    # --- The worker

    def work(self):
        chance = random.Random(self.seed)
        for i in range(REPORTS):
            step, done = divmod(i * len(STEPS), REPORTS)
            report = {"step": STEPS[step]["name"], "done": done, "total": REPORTS}
            if chance.random() < 0.5:
                report["content"] = f"<{i}>"
            if chance.random() < 0.3:
                report["metadata"] = {"rows": i}
            answer = self.server.post_json(self.path + "/events", report)
            assert answer.status == 202, answer
            time.sleep(chance.random() * 0.04)
        answer = self.server.post_json(self.path + "/events", {"status": "completed"})
        assert answer.status == 202, answer

    # --- The readers: every event up to the last, on as many connections as it takes

    def cut_after(self, chance):
        return chance.randint(1, 40) if chance.random() < 0.8 else None

    def stream(self, chance, cut):
        events = []
        while not events or not is_last(events[-1]):
            enough = self.cut_after(chance) if cut else None
            after = {"Last-Event-ID": str(events[-1]["sequence"])} if events else {}
            stream = self.server.stream(self.path + "/events", headers=after, timeout=PATIENCE)
            for count, event in enumerate(stream, 1):
                assert event.id == event.data["sequence"], event
                events.append(event.data)
                if count == enough and not is_last(event.data):
                    self.cuts["stream"] += 1
                    break
            stream.close()
        return events

    def socket(self, chance, cut):
        events = []
        while not events or not is_last(events[-1]):
            enough = self.cut_after(chance) if cut else None
            after = {"after": {self.id: events[-1]["sequence"]}} if events else {}
            with WebSocket(self.server.port, "/v1/ws") as web_socket:
                web_socket.say({"action": "subscribe", "operations": [self.id], **after})
                assert web_socket.hear()["type"] == "subscribed"
                count = 0
                while not events or not is_last(events[-1]):
                    events.append(web_socket.hear())
                    count += 1
                    if count == enough:
                        self.cuts["socket"] += 1
                        break
        return events

    def poll(self, chance, cut):
        statuses, after = [], 0
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE)
        while not statuses or not is_last(statuses[-1]):
            connection.request("GET", f"{self.path}?wait=20&after={after}")
            if cut and chance.random() < 0.2:
                connection.close()  # without hearing the answer
                self.cuts["poll"] += 1
                continue
            answer = connection.getresponse()
            heard = Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
            contract.check("GET", self.path, heard)
            assert heard.status == 200, (after, len(statuses), heard)
            statuses.append(heard.json())
            after = statuses[-1]["sequence"]
        connection.close()
        return statuses

    # --- All of them

    def gather(self):
        results, failures = {}, []

        def run(name, job, *arguments):
            try:
                results[name] = job(*arguments)
            except Exception as failure:  # told by the test's own thread
                failures.append(f"{name}: {failure!r}")

        chance = random.Random(self.seed + 1)
        kinds = [self.stream] * STREAMS + [self.socket] * SOCKETS + [self.poll] * POLLS
        threads = [threading.Thread(target=run, args=("worker", self.work))]
        for number, read in enumerate(kinds):
            own = random.Random(chance.random())
            threads.append(threading.Thread(target=run, args=((read.__name__, number), read, own, own.random() < 0.5)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        self.assertEqual(failures, [])
        self.assertFalse(any(thread.is_alive() for thread in threads), "a reader still waits")
        del results["worker"]
        return results

    def test_all_saw_the_same(self):
        began = time.monotonic()
        results = self.gather()
        self.assertEqual(len(results), STREAMS + SOCKETS + POLLS)
        reference = [event.data for event in self.server.events(self.path + "/events")]
        history = self.server.get(self.path + "/history").json()
        self.assertGreater(len(reference), REPORTS)
        for name, seen in results.items():
            fault = fault_of_statuses(seen, history) if name[0] == "poll" else fault_of(seen, reference)
            self.assertIsNone(fault, name)
        statuses = [without(event, "type") for event in reference if event["type"] == "status"]
        self.assertEqual([without(entry, "type") for entry in history], statuses)
        for kind in ("stream", "socket", "poll"):
            self.assertGreater(self.cuts[kind], 20, "too few were cut off to say anything")
        print(f"{len(reference)} events, {dict(self.cuts)} cuts, {time.monotonic() - began:.1f} s", flush=True)
        self.check_the_checkers(reference, history)

    def check_the_checkers(self, good, history):
        polled = [without(entry, "type") for entry in history]
        self.assertIsNone(fault_of(good, good))
        self.assertIsNone(fault_of_statuses(polled, history))
        changed = [*good[:7], {**good[7], "operation_id": "x"}, *good[8:]]
        for bad in (good[:7] + good[8:], good[:7] + good[6:], good[:-1], [*good[:7], good[8], good[7], *good[9:]],
                    good + good[-1:], changed):
            self.assertIsNotNone(fault_of(bad, good))
        for bad in (polled[:-1], polled[:3] + polled[2:], [{**polled[0], "progress_percentage": 77}, *polled[1:]]):
            self.assertIsNotNone(fault_of_statuses(bad, history))


if __name__ == "__main__":
    unittest.main()
