"""Signatures of webhooks, by the specification's own example and by what a forger would try."""
import json
import unittest

from walrus.webhooks import SignatureError, sign, verify

# The example of the Standard Webhooks specification.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
TIME = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def headers(**changes):
    named = {"Webhook-Id": ID, "Webhook-Timestamp": str(TIME), "Webhook-Signature": SIGNATURE, **changes}
    return {name: value for name, value in named.items() if value is not None}


class Signatures(unittest.TestCase):
    def test_the_specifications_example(self):
        self.assertEqual(sign(SECRET, ID, TIME, BODY), SIGNATURE)
        self.assertEqual(verify(SECRET, headers(), BODY, now=TIME + 10), json.loads(BODY))
        self.assertEqual(verify(SECRET, headers(), BODY.decode(), now=TIME + 10), json.loads(BODY))

    def test_one_of_many_signatures_is_enough(self):
        many = {"Webhook-Signature": f"v1,bm9uZQ== v1a,x {SIGNATURE}"}
        self.assertEqual(verify(SECRET, headers(**many), BODY, now=TIME), json.loads(BODY))

    def test_what_is_not_believed(self):
        other = "whsec_" + "A" * 32
        for wrong in ((other, headers(), BODY), (SECRET, headers(), BODY + b" "), (SECRET, headers(**{"Webhook-Id": "msg_x"}), BODY),
                      (SECRET, headers(**{"Webhook-Timestamp": str(TIME + 1)}), BODY),
                      (SECRET, headers(**{"Webhook-Timestamp": "soon"}), BODY),
                      (SECRET, headers(**{"Webhook-Signature": SIGNATURE[3:]}), BODY),
                      (SECRET, headers(**{"Webhook-Signature": None}), BODY), ("whsec_%%%", headers(), BODY)):
            with self.assertRaises(SignatureError):
                verify(*wrong, now=TIME)

    def test_old_ones_and_ones_of_the_future(self):
        for now in (TIME - 301, TIME + 301):
            with self.assertRaises(SignatureError):
                verify(SECRET, headers(), BODY, now=now)
        verify(SECRET, headers(), BODY, now=TIME + 3000, tolerance_seconds=4000)


if __name__ == "__main__":
    unittest.main()
