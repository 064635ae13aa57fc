#!/usr/bin/python3
"""Writes what the contract/ folder defines: code of steps.json and errors.json (C++, TypeScript and Python),
the Python client's types, the JSON twins of openapi.yaml and asyncapi.yaml, and the page that shows them
all. The TypeScript client's types of openapi.yaml are written by its own `npm run generate`.

    generate.py                        rewrites the generated files
    generate.py --check [--root DIR]   exits 1 where a generated file differs from what would be written
"""
import argparse
import json
import pathlib
import sys

import yaml

import contract_page
import generate_python

NOTICE = "// Generated from contract/{source} by scripts/generate.py. Do not edit.\n"


def constant(word):
    return "k" + "".join(part.capitalize() for part in word.split("_"))


def text(value):
    return json.dumps(value, ensure_ascii=True)


def flag(value):
    return "true" if value else "false"


def http(error):
    return error.get("as_http", error["name"])


def error_codes_header(errors):
    by_name = {error["name"]: error for error in errors}
    lines = [NOTICE.format(source="errors.json")]
    lines.append("#pragma once\n\n#include <array>\n#include <string_view>\n\nnamespace walrus {\n\n")
    lines.append("// Everything that can be wrong, as the wire spells it (api.md, Errors; status-model.md, Errors).\n")
    lines.append("enum class ErrorCode {\n")
    lines += [f"  {constant(e['name'])},\n" for e in errors]
    lines.append("};\n\n")
    lines.append("struct ErrorCodeInfo {\n  ErrorCode code;\n  std::string_view word;   // error_type on the wire\n")
    lines.append("  ErrorCode as_http;       // what an HTTP answer says: itself, but for ends of operations\n")
    lines.append("  int http_status;         // of as_http\n  std::string_view title;  // of the problem document\n")
    lines.append("  bool retryable;          // whether the same request can succeed later\n")
    lines.append("  bool ends_operation;     // may stand in an operation's error.type\n};\n\n")
    lines.append(f"inline constexpr std::array<ErrorCodeInfo, {len(errors)}> kErrorCodes{{{{\n")
    for e in errors:
        lines.append(
            f"    {{ErrorCode::{constant(e['name'])}, {text(e['name'])}, ErrorCode::{constant(http(e))}, "
            f"{by_name[http(e)]['status']}, {text(e['title'])}, "
            f"{flag(e['retryable'])}, {flag('operation' in e['scope'])}}},\n")
    lines.append("}};\n\nconstexpr const ErrorCodeInfo& info(ErrorCode code) {\n")
    lines.append("  return kErrorCodes[static_cast<size_t>(code)];\n}\n\n}  // namespace walrus\n")
    return "".join(lines)


def steps_header(kinds):
    names = list(dict.fromkeys(step["name"] for kind in kinds for step in kind["steps"]))
    total = sum(len(kind["steps"]) for kind in kinds)
    lines = [NOTICE.format(source="steps.json")]
    lines.append("#pragma once\n\n#include <array>\n#include <string_view>\n\nnamespace walrus::status {\n\n")
    lines.append("enum class Kind {\n" + "".join(f"  {constant(k['name'])},\n" for k in kinds))
    lines.append("  kExternal,  // a pipeline of somebody else's: the operation carries its own plan\n};\n\n")
    lines.append("// The steps of Walrus's own kinds. Those of an ExternalPlan count on from the last of them.\n")
    lines.append("enum class Step : int {\n" + "".join(f"  {constant(n)},\n" for n in names) + "};\n\n")
    lines.append("inline constexpr int kNoPercent = -1;  // a chat has no percentage\n\n")
    lines.append("struct PlannedStep {\n  Kind kind;\n  Step step;\n  std::string_view name;\n")
    lines.append("  int percent;               // on reaching the step, 0 to 100, or kNoPercent\n")
    lines.append("  std::string_view message;  // {n} stands for the number of chunks\n};\n\n")
    lines.append(f"// Walrus's own kinds.\ninline constexpr std::array<std::string_view, {len(kinds)}> kKindNames{{\n")
    lines += [f"    {text(k['name'])},\n" for k in kinds]
    lines.append("};\n\n")
    lines.append(f"inline constexpr std::array<std::string_view, {len(names)}> kStepNames{{\n")
    lines += [f"    {text(n)},\n" for n in names]
    lines.append("};\n\n// Every kind's plan, in order.\n")
    lines.append(f"inline constexpr std::array<PlannedStep, {total}> kPlannedSteps{{{{\n")
    for kind in kinds:
        for step in kind["steps"]:
            percent = "kNoPercent" if step["percent"] is None else step["percent"]
            lines.append(
                f"    {{Kind::{constant(kind['name'])}, Step::{constant(step['name'])}, {text(step['name'])}, "
                f"{percent}, {text(step['message'])}}},\n")
    lines.append("}};\n\n}  // namespace walrus::status\n")
    return "".join(lines)


def typescript_union(name, comment, words):
    return f"/** {comment} */\nexport type {name} =\n" + "".join(f"  | {text(word)}\n" for word in words)[:-1] + ";\n\n"


def typescript_plans(kinds, errors):
    lines = [NOTICE.format(source="steps.json and errors.json")]
    lines.append(typescript_union("HttpErrorType", "What an HTTP answer's `error_type` may be.",
                                  [e["name"] for e in errors if "http" in e["scope"]]))
    lines.append(typescript_union("OperationErrorType", "What an operation's `error.type` may be.",
                                  [e["name"] for e in errors if "operation" in e["scope"]]))
    lines.append("export interface PlannedStep {\n  readonly name: string;\n")
    lines.append("  /** On reaching the step; null for a chat. */\n  readonly percent: number | null;\n")
    lines.append("  /** `{n}` stands for the number of chunks. */\n  readonly message: string;\n}\n\n")
    lines.append("/** The steps of Walrus's own kinds, in order: to draw a bar's marks before the first event. */\n")
    lines.append("export const plans = {\n")
    for kind in kinds:
        lines.append(f"  {kind['name']}: [\n")
        lines += [f"    {{ name: {text(s['name'])}, percent: {json.dumps(s['percent'])}, message: {text(s['message'])} }},\n"
                  for s in kind["steps"]]
        lines.append("  ],\n")
    lines.append("} as const satisfies Record<string, readonly PlannedStep[]>;\n\n")
    lines.append("export type Kind = keyof typeof plans;\n")
    lines.append("export type Step = (typeof plans)[Kind][number]['name'];\n")
    return "".join(lines)


def read_yaml(path):
    """A contract document without the pieces that only YAML merges in."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document.pop("x-shared", None)
    return document


def compact(document):
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"


def outputs(root):
    contract = root / "contract"
    errors = json.loads((contract / "errors.json").read_text())["errors"]
    kinds = json.loads((contract / "steps.json").read_text())["kinds"]
    openapi = read_yaml(contract / "openapi.yaml")
    asyncapi = read_yaml(contract / "asyncapi.yaml")
    return {
        root / "server/base/error_codes.h": error_codes_header(errors),
        root / "server/status/steps.h": steps_header(kinds),
        root / "clients/ts/packages/client/src/generated/plans.ts": typescript_plans(kinds, errors),
        root / "clients/python/src/walrus/words.py": generate_python.words_module(kinds, errors),
        root / "clients/python/src/walrus/shapes.py": generate_python.shapes_module(openapi),
        contract / "openapi.json": compact(openapi),
        contract / "asyncapi.json": compact(asyncapi),
        contract / "docs.html": contract_page.render(openapi, asyncapi, kinds, errors),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    options = parser.parse_args()
    stale = []
    for path, content in outputs(options.root).items():
        if path.exists() and path.read_text(encoding="utf-8") == content:
            continue
        stale.append(path.relative_to(options.root).as_posix())
        if not options.check:
            path.write_text(content, encoding="utf-8")
    if options.check and stale:
        print("stale, run scripts/generate.py:", *stale, sep="\n  ")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
