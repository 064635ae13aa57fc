"""Following: what a lost, silent or missing stream becomes."""
import unittest

import httpx
from scripted import DOCUMENT, OPERATION, Script, answer, failed, problem, run_async, sse, status, stream, told
from walrus import errors, events
from walrus.follow import EVENTS, LONG_POLL, POLL

CUT = httpx.RemoteProtocolError("cut")
SILENT = httpx.ReadTimeout("nothing came")
EVENTS_PATH = f"/v1/documents/{DOCUMENT}/events"
END = told(4, 100, "completed")


def follow(script):
    return script.client().documents.follow(DOCUMENT)


def places(followed):
    return [event.sequence for event in followed]


class Lost(unittest.TestCase):
    def test_it_goes_on_after_the_last_event_and_tells_none_twice(self):
        first = stream(sse(told(1), told(2)), CUT)
        script = Script(first, stream(sse(told(2), told(3))), stream(sse(END)))
        self.assertEqual(places(follow(script)), [1, 2, 3, 4])
        self.assertEqual([asked.headers.get("last-event-id") for asked in script.asked], [None, "2", "3"])
        self.assertEqual({(asked.method, asked.path) for asked in script.asked}, {("GET", EVENTS_PATH)})
        self.assertTrue(first.is_closed)

    def test_nothing_is_read_behind_the_end(self):
        script = Script(stream(sse(END), AssertionError("read behind the end")))
        self.assertEqual(places(follow(script)), [4])

    def test_delays_begin_with_what_the_server_said(self):
        script = Script(stream(b"retry: 3000\n\n", sse(told(1)), CUT), CUT, stream(sse(END)))
        follow(script).wait()
        self.assertEqual(script.drawn, [(0, 3.0), (0, 6.0)])

    def test_something_new_begins_the_delays_anew(self):
        script = Script(CUT, CUT, stream(sse(told(1)), CUT), stream(sse(END)))
        follow(script).wait()
        self.assertEqual(script.drawn, [(0, 0.5), (0, 1.0), (0, 0.5)])

    def test_retry_after_is_waited_for(self):
        script = Script(problem(503, "not_ready", retry_after=5), stream(sse(END)))
        follow(script).wait()
        self.assertEqual(script.slept, [5.5])

    def test_it_gives_up_in_the_end(self):
        script = Script(*[httpx.ConnectError("refused")] * 8)
        with self.assertRaises(errors.ConnectionLostError):
            follow(script).wait()
        self.assertEqual(len(script.asked), 8)

    def test_another_stream_goes_on_where_one_was_left(self):
        script = Script(stream(sse(told(1), told(2))), stream(sse(told(3), END)))
        with follow(script) as first:
            next(iter(first)), next(iter(first))
        second = script.client().documents.follow(DOCUMENT, after=first.last_event_id)
        self.assertEqual((places(second), second.last_event_id), ([3, 4], "4"))
        self.assertEqual(script.asked[1].headers["last-event-id"], "2")

    def test_what_is_gone_is_said_at_once(self):
        script = Script(stream(sse(told(1)), CUT), problem(404, "not_found"))
        with self.assertRaises(errors.NotFoundError):
            follow(script).wait()

    def test_a_204_is_an_end(self):
        script = Script(stream(sse(told(1)), CUT), httpx.Response(204), answer(status(4, 100, "completed")))
        self.assertEqual(follow(script).wait().progress, 100)
        self.assertEqual(script.asked[-1].path, f"/v1/documents/{DOCUMENT}/status")

    def test_a_204_before_the_end_is_none(self):
        script = Script(stream(sse(told(1)), CUT), httpx.Response(204), answer(status(2, 50)), stream(sse(END)))
        self.assertEqual(places(follow(script)), [1, 2, 4])

    def test_leaving_early_closes_the_connection(self):
        body = stream(sse(told(1), told(2)), CUT)
        with follow(Script(body)) as followed:
            for _ in followed:
                break
        self.assertTrue(body.is_closed)
        with self.assertRaisesRegex(errors.WalrusError, "closed before"):
            followed.wait()

    def test_nothing_is_held_open_between_two_connections(self):
        body, closed = stream(sse(told(1)), CUT), []
        script = Script(body, stream(sse(END)))
        script.sleep = lambda seconds: closed.append(body.is_closed)
        follow(script).wait()
        self.assertEqual(closed, [True])

    def test_an_unknown_type_is_passed_on(self):
        script = Script(stream(sse((1, {"type": "hint", "words": [1]}), (2, {"type": "hint"}), (2, {"type": "hint"}), END)))
        kinds = [(type(event).__name__, event.sequence) for event in follow(script)]
        self.assertEqual(kinds[0][0], "UnknownEvent")
        self.assertEqual(kinds[-1], ("StatusEvent", 4))


class Ends(unittest.TestCase):
    def test_a_failure_is_raised_where_the_end_is_waited_for(self):
        for kind, error_type in ((errors.CancelledError, "cancelled"), (errors.OperationFailedError, "internal")):
            with self.assertRaises(kind) as raised:
                follow(Script(stream(sse(failed(2, error_type))))).wait()
            self.assertEqual((raised.exception.error_type, raised.exception.retryable), (error_type, True))
            self.assertEqual((raised.exception.operation_id, str(raised.exception)), (OPERATION, "It was stopped."))

    def test_iterating_ends_with_a_failure_and_raises_nothing(self):
        followed = follow(Script(stream(sse(told(1), failed(2)))))
        self.assertEqual(places(followed), [1, 2])
        self.assertEqual(followed.state.error["type"], "cancelled")

    def test_wait_tells_each_state(self):
        seen = []
        script = Script(stream(sse(told(1), told(1)), CUT), CUT, stream(sse(told(2, 50), END)))
        script.client().documents.wait(DOCUMENT, on_state=lambda state: seen.append(state.progress))
        self.assertEqual(seen, [25, 50, 100])


class Watchdog(unittest.TestCase):
    def test_a_silent_stream_is_a_lost_one(self):
        script = Script(stream(sse(told(1)), SILENT), stream(sse(END)))
        followed = follow(script)
        self.assertEqual(places(followed), [1, 4])
        self.assertEqual(followed.transport, EVENTS)
        self.assertEqual({asked.patience for asked in script.asked}, {40.0})

    def test_signs_of_life_are_no_reason_to_leave_the_stream(self):
        script = Script(*[stream(sse(comment=True), CUT) for _ in range(5)], stream(sse(END)))
        followed = follow(script)
        followed.wait()
        self.assertEqual(followed.transport, EVENTS)

    def test_a_server_that_is_away_is_no_reason_to_leave_the_stream(self):
        script = Script(*[httpx.ConnectError("refused")] * 4, stream(sse(END)))
        followed = follow(script)
        followed.wait()
        self.assertEqual(followed.transport, EVENTS)


class Fallback(unittest.TestCase):
    def no_stream(self):
        return httpx.Response(200, text="<html>", headers={"Content-Type": "text/html"})

    def test_a_long_poll_where_no_stream_gets_through(self):
        for obstacle in (self.no_stream, lambda: stream(SILENT), lambda: stream()):
            script = Script(obstacle(), obstacle(), answer(status(1)), httpx.Response(304), answer(status(4, 100, "completed")))
            followed = follow(script)
            with self.assertLogs("walrus", "WARNING") as logged:
                self.assertEqual(places(followed), [1, 4])
            self.assertIn("going on by long-poll", logged.output[0])
            self.assertEqual(followed.transport, LONG_POLL)
            path = f"/v1/documents/{DOCUMENT}/status"
            self.assertEqual([asked.path for asked in script.asked[2:]],
                             [path, f"{path}?wait=20&after=1", f"{path}?wait=20&after=1"])
            self.assertEqual(script.asked[-1].patience, 30)

    def test_a_long_poll_that_does_not_wait_is_no_storm(self):
        script = Script(self.no_stream(), self.no_stream(), answer(status(1)), answer(status(1)), httpx.Response(304),
                        answer(status(4, 100, "completed")))
        with self.assertLogs("walrus"):
            self.assertEqual(places(follow(script)), [1, 4])
        self.assertEqual(script.slept[-2:], [1.5, 1.5])

    def test_a_poll_where_no_long_poll_gets_through(self):
        cut = httpx.Response(504, text="<html>")
        script = Script(self.no_stream(), self.no_stream(), answer(status(1)), cut, SILENT, httpx.Response(304),
                        answer(status(2, 50)), answer(status(4, 100, "completed")))
        followed = follow(script)
        with self.assertLogs("walrus", "WARNING") as logged:
            self.assertEqual(places(followed), [1, 2, 4])
        self.assertEqual((followed.transport, len(logged.output)), (POLL, 2))
        self.assertEqual([asked.headers.get("if-none-match") for asked in script.asked[-3:]], ['"1"', '"1"', '"2"'])
        self.assertEqual(script.slept[-2:], [1.5, 1.5])

    def test_a_stream_that_falls_silent_got_through(self):
        script = Script(stream(sse(told(1)), SILENT), stream(SILENT), stream(sse(END)))
        followed = follow(script)
        followed.wait()
        self.assertEqual(followed.transport, EVENTS)

    def test_one_bad_connection_is_not_enough(self):
        script = Script(self.no_stream(), stream(sse(told(1)), CUT), self.no_stream(), stream(sse(END)))
        followed = follow(script)
        followed.wait()
        self.assertEqual(followed.transport, EVENTS)

    def test_a_failure_is_an_end_of_a_poll_too(self):
        error = {"type": "internal", "message": "No.", "step": "finished", "retryable": True}
        script = Script(self.no_stream(), self.no_stream(), answer(status(2, 25, "failed", error=error)))
        with self.assertLogs("walrus"), self.assertRaises(errors.OperationFailedError):
            follow(script).wait()


class Many(unittest.TestCase):
    OTHER = "01980d3a-7c1e-7b3a-9c2d-000000000000"

    def cursor(self, cursor, event):
        return cursor, event[1]

    def test_one_cursor_resumes_all(self):
        other = told(1, operation=self.OTHER)
        script = Script(stream(sse(self.cursor("a.1", told(1)), self.cursor("a.2", other)), CUT),
                        stream(sse(self.cursor("a.2", other), self.cursor("a.3", END))), httpx.ReadError("cut"),
                        stream(sse(self.cursor("a.4", told(2, 100, "completed", operation=self.OTHER)))))
        followed = script.client().events.follow([OPERATION, self.OTHER])
        self.assertEqual([(event.operation_id, event.sequence) for event in followed],
                         [(OPERATION, 1), (self.OTHER, 1), (OPERATION, 4), (self.OTHER, 2)])
        self.assertEqual([asked.headers.get("last-event-id") for asked in script.asked], [None, "a.2", "a.3", "a.3"])
        self.assertEqual(script.asked[0].path, f"/v1/events?operations={OPERATION}%2C{self.OTHER}")
        self.assertTrue(all(state.ended for state in followed.states.values()))

    def test_none_is_not_all(self):
        self.assertEqual([*Script().client().events.follow([])], [])

    def test_all_of_the_callers_own_go_on_without_an_end(self):
        limit = b'data: {"type":"error","error":"Too many.","error_type":"rate_limited"}\n\n'
        script = Script(stream(sse(self.cursor("a.1", END), limit), CUT), *[CUT] * 7)
        followed = script.client().events.follow()
        with self.assertRaises(errors.ConnectionLostError):
            [*followed]
        self.assertEqual(followed.states[OPERATION].status, "completed")
        self.assertEqual(script.asked[-1].path, "/v1/events")
        self.assertEqual(script.asked[-1].headers["last-event-id"], "a.1")

    def test_an_id_that_nobody_knows_is_told_once(self):
        unknown = (b'data: {"type":"error","error":"No.","error_type":"not_found","operation_id":"x"}\n\n')
        script = Script(stream(sse(unknown, self.cursor("a.1", told(1))), CUT), stream(sse(unknown, self.cursor("a.2", END))))
        got = [*script.client().events.follow([OPERATION, "x"])]
        self.assertEqual([type(event) for event in got], [events.ErrorEvent, events.StatusEvent, events.StatusEvent])

    def test_polls_where_no_stream_gets_through(self):
        page = httpx.Response(200, text="<html>")
        script = Script(page, httpx.Response(200, text="<html>"), answer(status(1), ETag='"1"'), problem(404, "not_found"),
                        answer(status(4, 100, "completed"), ETag='"4"'))
        followed = script.client().events.follow([OPERATION, "x"])
        with self.assertLogs("walrus"):
            got = [*followed]
        self.assertEqual([(type(event).__name__, event.sequence) for event in got],
                         [("StatusEvent", 1), ("ErrorEvent", 0), ("StatusEvent", 4)])
        self.assertEqual(script.asked[-1].headers["if-none-match"], '"1"')


class OnAsyncio(unittest.TestCase):
    def test_the_same_logic(self):
        body = stream(sse(told(1), told(2)), CUT)
        script = Script(body, stream(sse(told(2), told(3))), SILENT, stream(sse(END)))

        async def work():
            async with script.async_client() as client, client.documents.follow(DOCUMENT) as followed:
                return [event.sequence async for event in followed], await followed.wait()
        seen, state = run_async(work())
        self.assertEqual((seen, state.progress), ([1, 2, 3, 4], 100))
        self.assertEqual([asked.headers.get("last-event-id") for asked in script.asked], [None, "2", "3", "3"])
        self.assertTrue(body.is_closed)

    def test_leaving_early_closes_the_connection(self):
        body = stream(sse(told(1)), sse(told(2)))

        async def work():
            async with script.async_client() as client, client.documents.follow(DOCUMENT) as followed:
                async for _ in followed:
                    break
        script = Script(body)
        run_async(work())
        self.assertTrue(body.is_closed)

    def test_lists_and_errors(self):
        script = Script(answer([1], X_Next_Cursor="c"), httpx.ReadError("gone"), answer([2]), problem(404, "not_found"))

        async def work():
            async with script.async_client() as client:
                rows = [row async for row in client.documents.list()]
                with self.assertRaises(errors.NotFoundError):
                    await client.documents.get(DOCUMENT)
                return rows
        self.assertEqual(run_async(work()), [1, 2])


if __name__ == "__main__":
    unittest.main()
