#!/usr/bin/python3
"""Holds the folders of server/ to their directions (CONTRIBUTING.md, Folders).

    check_directions.py [--root DIR]   exits 1 and names each include and each CMake dependency that
                                       goes where it may not, or that says other than the includes
"""
import argparse
import pathlib
import re
import sys

# What the sources of a folder may include besides themselves. The first folders know least.
ALLOWED = {
    "base": set(),
    "status": {"base"},
    "net": {"base"},
    "http": {"base"},
    "auth": {"base", "http"},
    "text": {"base"},
    "extract": {"base", "text"},
    "crawl": {"base", "net", "text"},
    "llm": {"base", "text", "net"},
    "search": {"base", "text", "net"},
    "store": {"base", "status", "net"},
    "live": {"base", "status"},
    "wire": {"base", "status", "live", "store"},
    "jobs": {"base", "status", "store", "live"},
    "webhooks": {"base", "status", "net", "store", "wire"},
    "pipelines": {"base", "status", "store", "extract", "text", "crawl", "search", "llm", "jobs", "net"},
    "api": {"base", "status", "store", "live", "jobs", "pipelines", "wire", "http", "auth", "search", "llm", "extract", "crawl",
            "text", "webhooks"},
    "cli": {"base", "net", "crawl"},
}
ALLOWED["testing"] = set(ALLOWED) - {"api", "cli"}
ALLOWED["app"] = set(ALLOWED) - {"testing"}

# An engine is chosen in app/ alone; everybody else knows store/'s interfaces.
ENGINES = {"sqlite", "memory", "dynamodb"}

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
CALL = re.compile(r"\b(walrus_library|walrus_test|add_executable|target_link_libraries)\s*\(([^)]*)\)")
LIST_WORDS = {"PUBLIC", "PRIVATE", "INTERFACE"}


def is_test(path):
    return path.name.endswith(("_test.cc", "_for_test.h", "_for_test.cc")) or "testing" in path.parts


def closure(folder):
    """All that a folder reaches, step by step."""
    reached, waiting = set(), [folder]
    while waiting:
        for other in ALLOWED[waiting.pop()] - reached:
            reached.add(other)
            waiting.append(other)
    return reached


def included(path):
    """(line, folder, path in the folder) of every include of a folder of server/."""
    source = path.read_text(encoding="utf-8")
    for match in INCLUDE.finditer(source):
        folder, _, rest = match[1].partition("/")
        if folder in ALLOWED:
            yield source.count("\n", 0, match.start(1)) + 1, folder, rest


def include_faults(server, path):
    folder = path.relative_to(server).parts[0]
    test = is_test(path.relative_to(server))
    allowed = closure(folder) | {"testing"} if test else ALLOWED[folder]
    for line, other, rest in included(path):
        place = f"{path.relative_to(server.parent)}:{line}"
        if other != folder and other not in allowed:
            yield f"{place}: {folder}/ may not include {other}/"
        elif other == "store" and rest.split("/")[0] in ENGINES and folder not in {"store", "app"} and not test:
            yield f"{place}: only app/ and tests may include a concrete store ({other}/{rest})"


def cmake_targets(lists):
    """Name to (sources, dependencies) of the targets in a CMakeLists.txt."""
    targets = {}
    text = re.sub(r"#.*", "", lists.read_text(encoding="utf-8"))
    for call, arguments in CALL.findall(text):
        name, *words = arguments.split()
        sources, depends = targets.setdefault(name, (set(), set()))
        into = depends if call == "target_link_libraries" else sources
        for word in words:
            if word == "SOURCES":
                into = sources
            elif word == "DEPENDS":
                into = depends
            elif word not in LIST_WORDS:
                into.add(word)
    return targets


def all_targets(server):
    """Name to (folder, source paths, dependencies) of every target under server/."""
    found = {}
    for lists in sorted(server.glob("*/**/CMakeLists.txt")):
        folder = lists.relative_to(server).parts[0]
        for name, (sources, depends) in cmake_targets(lists).items():
            paths = {(lists.parent / source).resolve() for source in sources if source.endswith(".cc")}
            found[name] = (folder, paths, depends)
    return found


def with_headers(paths):
    """The sources and the headers beside them that bear their names."""
    return paths | {path.with_suffix(".h") for path in paths if path.with_suffix(".h").exists()}


def dependency_faults(server, targets):
    folder_of = {name: folder for name, (folder, _, _) in targets.items()}
    for name, (folder, paths, depends) in sorted(targets.items()):
        if not paths or any(is_test(path.relative_to(server.resolve())) for path in paths):
            continue
        stated = {folder_of[word] for word in depends if word in folder_of}
        read = {other for path in with_headers(paths) if path.exists() for _, other, _ in included(path)}
        headers = {other for path in (server / folder).rglob("*.h") for _, other, _ in included(path)}
        place = f"server/{folder}/CMakeLists.txt: {name}"
        for other in sorted((read & set(folder_of.values())) - stated - {folder}):
            yield f"{place} includes {other}/ but does not depend on it"
        for other in sorted(stated - read - headers - {folder}):
            yield f"{place} depends on {other}/ but includes nothing of it"


def faults(root):
    server = root / "server"
    folders = [path for path in sorted(server.iterdir()) if path.is_dir()]
    for folder in folders:
        if folder.name not in ALLOWED:
            yield f"server/{folder.name}/: not in the table of scripts/check_directions.py"
            continue
        for path in sorted([*folder.rglob("*.cc"), *folder.rglob("*.h")]):
            yield from include_faults(server, path)
    yield from dependency_faults(server, all_targets(server))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    found = list(faults(parser.parse_args().root))
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
