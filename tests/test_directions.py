"""scripts/check_directions.py sees what it should and nothing else."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent


def check(files):
    """The checker's lines for a tree of `files` (path to content) under server/."""
    with tempfile.TemporaryDirectory() as directory:
        for name, content in files.items():
            path = pathlib.Path(directory, "server", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        done = subprocess.run([sys.executable, ROOT / "scripts/check_directions.py", "--root", directory],
                              capture_output=True, text=True, check=False)
        lines = done.stdout.splitlines()
        assert done.returncode == (1 if lines else 0), done.stderr
        return lines


def including(*names):
    return "".join(f'#include "{name}"\n' for name in names)


class Includes(unittest.TestCase):
    def test_allowed_ones_pass(self):
        self.assertEqual(check({
            "status/tracker.cc": including("status/tracker.h", "base/task.h") + "#include <vector>\n",
            "pipelines/upload.cc": including("store/store.h", "status/tracker.h", "extract/extractor.h", "jobs/job.h"),
            "app/main.cc": including("api/routes.h", "store/sqlite/sqlite_store.h", "pipelines/upload.h"),
        }), [])

    def test_no_arrow_back_up(self):
        for source, target in (("status", "store"), ("base", "status"), ("http", "status"), ("net", "http"),
                               ("store", "live"), ("jobs", "pipelines"), ("api", "cli"), ("pipelines", "api"),
                               ("wire", "http"), ("http", "app"), ("cli", "api"), ("search", "testing")):
            with self.subTest(source=source, target=target):
                self.assertEqual(check({f"{source}/a.cc": including("base/b.h") + including(f"{target}/b.h")}),
                                 [f"server/{source}/a.cc:2: {source}/ may not include {target}/"])

    def test_headers_are_read_too(self):
        self.assertEqual(check({"status/a.h": "#pragma once\n\n" + including("live/hub.h")}),
                         ["server/status/a.h:3: status/ may not include live/"])

    def test_an_engine_is_for_app_and_tests(self):
        engine = including("store/sqlite/sqlite_store.h")
        self.assertEqual(len(check({"jobs/runner.cc": engine})), 1)
        self.assertEqual(check({"jobs/runner_test.cc": engine, "app/wiring.cc": engine, "store/open.cc": engine}), [])

    def test_a_test_reaches_what_its_folder_reaches(self):
        self.assertEqual(check({"jobs/runner_test.cc": including("testing/manual_loop.h", "status/tracker.h")}), [])
        self.assertEqual(len(check({"jobs/runner_test.cc": including("api/routes.h")})), 1)

    def test_an_unknown_folder_is_a_fault(self):
        self.assertEqual(len(check({"helpers/a.cc": ""})), 1)


class Dependencies(unittest.TestCase):
    def tree(self, depends):
        return {
            "base/a.cc": "", "base/CMakeLists.txt": "walrus_library(base SOURCES a.cc)\n",
            "net/a.cc": including("base/a.h"), "net/CMakeLists.txt": "walrus_library(net SOURCES a.cc DEPENDS base)\n",
            "llm/a.cc": including("base/a.h", "net/a.h"),
            "llm/CMakeLists.txt": f"walrus_library(llm  # models\n  SOURCES a.cc\n  DEPENDS {depends})\n",
        }

    def test_agreement_passes(self):
        self.assertEqual(check(self.tree("base net fmt::fmt")), [])

    def test_a_missing_one_is_seen(self):
        self.assertEqual(check(self.tree("base")),
                         ["server/llm/CMakeLists.txt: llm includes net/ but does not depend on it"])

    def test_an_unused_one_is_seen(self):
        tree = self.tree("base net")
        tree["llm/a.cc"] = including("base/a.h")
        self.assertEqual(check(tree), ["server/llm/CMakeLists.txt: llm depends on net/ but includes nothing of it"])

    def test_linked_afterwards_counts(self):
        tree = self.tree("base")
        tree["llm/CMakeLists.txt"] += "target_link_libraries(llm PRIVATE net)\n"
        self.assertEqual(check(tree), [])


if __name__ == "__main__":
    sys.exit(unittest.main())
