#!/usr/bin/python3
"""Holds source files to their size, and every source to a CMake target, so that no test is left out.

    check_files.py [--root DIR]   exits 1 and names each file that is at fault
"""
import argparse
import pathlib
import re
import sys

CEILING = 400  # lines

# Files that may be longer, each with its reason.
LONGER = {}

TYPESCRIPT = "clients/ts/packages/client/src/generated"
PYTHON = "clients/python/src/walrus"
GENERATED = {"server/base/error_codes.h", "server/status/steps.h", f"{TYPESCRIPT}/openapi.ts", f"{TYPESCRIPT}/plans.ts",
             f"{PYTHON}/shapes.py", f"{PYTHON}/words.py"}
SUFFIXES = {".cc", ".h", ".py", ".ts", ".tsx", ".mjs"}
FOLDERS = ("server", "bench", "clients", "fuzz", "scripts", "tests")
# What is no source of ours: a planted fault, what npm installed, what was built.
FOREIGN = {"lint_canary", "node_modules", "dist"}


def sources(root):
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.suffix in SUFFIXES and FOREIGN.isdisjoint(path.relative_to(root).parts) and name not in GENERATED:
                yield name, path


def size_faults(root):
    for name, path in sources(root):
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > CEILING and name not in LONGER:
            yield f"{name}: {lines} lines, more than {CEILING}; split it, or give a reason in scripts/check_files.py"
        elif name in LONGER and lines <= CEILING:
            yield f"{name}: {lines} lines; scripts/check_files.py need not except it any more"


def named_sources(lists):
    """Every .cc that a CMakeLists.txt names, as absolute paths."""
    text = re.sub(r"#.*", "", lists.read_text(encoding="utf-8"))
    return {(lists.parent / word).resolve() for word in re.findall(r"[\w./-]+\.cc\b", text)}


def target_faults(root):
    lists = [path for folder in ("server", "bench", "fuzz") for path in (root / folder).rglob("CMakeLists.txt")]
    named = set().union(*map(named_sources, lists))
    for name, path in sources(root):
        if path.suffix == ".cc" and path.resolve() not in named:
            yield f"{name}: belongs to no target; name it in a CMakeLists.txt"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    root = parser.parse_args().root
    found = [*size_faults(root), *target_faults(root)]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
