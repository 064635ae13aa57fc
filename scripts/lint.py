#!/usr/bin/python3
"""Every check of ./dev lint, one line each; exits 1 where one is not green.

    lint.py [--all] [--build DIR]

clang-tidy reads the files that differ from the main branch (or from the last commit, on the main
branch); --all reads every file. DIR holds compile_commands.json.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PYTHON = "/usr/bin/python3"
CANARIES = ROOT / "scripts/lint_canary"
CXX_FOLDERS = ("server", "bench", "fuzz")


def git(*arguments):
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()


def cxx_files(names):
    return [n for n in names if n.split("/")[0] in CXX_FOLDERS and n.endswith((".cc", ".h")) and (ROOT / n).exists()]


def all_files():
    return cxx_files(git("ls-files", "--cached", "--others", "--exclude-standard"))


def changed_files():
    head = git("rev-parse", "HEAD")
    base = git("merge-base", "HEAD", "origin/main") or head
    if base == head:
        base = git("rev-parse", "--verify", "--quiet", "HEAD~1") or head
    return cxx_files([*git("diff", "--name-only", base[0]), *git("ls-files", "--others", "--exclude-standard")])


def run(*command, cwd=ROOT):
    """(whether it was green, what it printed)"""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    return done.returncode == 0, (done.stdout + done.stderr).strip()


def check_format():
    files = all_files()
    return run("clang-format-19", "--dry-run", "-Werror", *files) if files else (True, "")


def check_script(name, *arguments):
    return lambda: run(PYTHON, f"scripts/{name}", *arguments)


def translation_units(build, files):
    """The compiled files among `files`; a header stands for the source beside it."""
    wanted = {(ROOT / name).with_suffix(".cc").resolve() for name in files}
    entries = json.loads((build / "compile_commands.json").read_text())
    return sorted({entry["file"] for entry in entries if pathlib.Path(entry["file"]).resolve() in wanted})


def check_tidy(build, files):
    units = translation_units(build, files)
    if not units:
        return True, ""
    header_filter = f"^{ROOT}/(server|bench|fuzz)/"
    return run("run-clang-tidy-19", "-quiet", "-p", str(build), "-j", str(os.cpu_count() or 2),
               "-clang-tidy-binary", "clang-tidy-19", "-header-filter", header_filter, *units)


def expect_failure(result, words):
    green, output = result
    if green:
        return f"missed the planted fault ({words})"
    return "" if words in output else f"failed without naming '{words}':\n{output}"


def tidy_canary(build):
    """Compiles the planted source with the flags of a real one."""
    entries = json.loads((build / "compile_commands.json").read_text())
    model = next(entry for entry in entries if entry["file"].endswith("server/base/error.cc"))
    planted = CANARIES / "tidy/planted.cc"
    with tempfile.TemporaryDirectory() as directory:
        command = model["command"].split(" -o ")[0] + f" -c {planted}"
        entry = {"directory": model["directory"], "file": str(planted), "command": command}
        (pathlib.Path(directory) / "compile_commands.json").write_text(json.dumps([entry]))
        return run("clang-tidy-19", "--quiet", f"--config-file={ROOT}/.clang-tidy", "-p", directory, str(planted))


def generate_canary():
    """A copy of the contract whose table was changed, and not what is generated of it."""
    with tempfile.TemporaryDirectory() as directory:
        copy = pathlib.Path(directory)
        shutil.copytree(ROOT / "contract", copy / "contract")
        python = "clients/python/src/walrus"
        for name in ("server/base/error_codes.h", "server/status/steps.h", f"{python}/words.py", f"{python}/shapes.py"):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
        steps = copy / "contract/steps.json"
        steps.write_text(steps.read_text().replace('"percent": 25', '"percent": 26'))
        return run(PYTHON, "scripts/generate.py", "--check", "--root", directory)


def check_canaries(build):
    """Each check must fail on a fault planted for it."""
    root = ("--root", str(CANARIES / "tree"))
    directions = run(PYTHON, "scripts/check_directions.py", *root)
    files = run(PYTHON, "scripts/check_files.py", *root)
    tidy = tidy_canary(build)
    faults = [
        expect_failure(run("clang-format-19", "--dry-run", "-Werror", str(CANARIES / "format/planted.cc")), "planted.cc"),
        expect_failure(directions, "status/ may not include store/"),
        expect_failure(directions, "only app/ and tests may include a concrete store"),
        expect_failure(directions, "api/ may not include app/"),
        expect_failure(directions, "includes base/ but does not depend on it"),
        expect_failure(directions, "depends on net/ but includes nothing of it"),
        expect_failure(files, "belongs to no target"),
        expect_failure(files, "more than 400"),
        expect_failure(tidy, "cppcoreguidelines-avoid-capturing-lambda-coroutines"),
        expect_failure(tidy, "bugprone-use-after-move"),
        expect_failure(generate_canary(), "server/status/steps.h"),
        expect_failure(generate_canary(), "clients/python/src/walrus/words.py"),
    ]
    faults = [fault for fault in faults if fault]
    return not faults, "\n".join(faults)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    options = parser.parse_args()
    build = options.build.resolve()
    tidy_files = all_files() if options.all else changed_files()
    checks = [
        ("format", check_format),
        ("directions", check_script("check_directions.py")),
        ("files", check_script("check_files.py")),
        ("generated files", check_script("generate.py", "--check")),
        ("canaries", lambda: check_canaries(build)),
        (f"clang-tidy of {len(tidy_files)} files", lambda: check_tidy(build, tidy_files)),
    ]
    red = 0
    for name, check in checks:
        start = time.monotonic()
        green, output = check()
        red += not green
        print(f"{'ok  ' if green else 'FAIL'} {name} ({time.monotonic() - start:.1f} s)", flush=True)
        if not green:
            print(output, flush=True)
    print("lint: all green" if red == 0 else f"lint: {red} of {len(checks)} checks failed")
    return 1 if red else 0


if __name__ == "__main__":
    sys.exit(main())
