"""What people see: one line that moves, or lines that follow each other; and text between them."""
import io
import unittest

from walrus.terminal import StatusLines, bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown(output):
    lines = StatusLines(output)
    lines.show("Sending...", 5)
    lines.show("Sending...", 5)
    lines.show("Done", 100)
    lines.text("one ")
    lines.text("two")
    lines.show("Storing...")
    lines.settle()
    lines.text("a whole line\n")
    lines.settle()
    return output.getvalue()


class Lines(unittest.TestCase):
    def test_in_a_pipe(self):
        self.assertEqual(shown(io.StringIO()), f"{bar(5)}  Sending...\n{bar(100)}  Done\none two\nStoring...\na whole line\n")

    def test_on_a_terminal(self):
        move = "\r\x1b[K"
        self.assertEqual(shown(Terminal()), f"{move}{bar(5)}  Sending...{move}{bar(100)}  Done\none two\n"
                                            f"{move}Storing...\na whole line\n")

    def test_the_bar(self):
        self.assertEqual([bar(percent) for percent in (0, 55, 100)],
                         ["[--------------------]   0%", "[###########---------]  55%", "[####################] 100%"])


if __name__ == "__main__":
    unittest.main()
