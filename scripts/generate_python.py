"""The Python client's share of what the contract/ folder defines: its words, and the shapes of its JSON."""
import re

NOTICE = '"""{summary}\n\nGenerated from contract/{source} by scripts/generate.py. Do not edit."""\n'
# What words.py defines from steps.json and errors.json; shapes.py takes it from there.
WORDS = ("ChatStep", "HttpErrorType", "Kind", "OperationErrorType", "Step")
SIMPLE = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


def literal(words):
    quoted = [f'"{word}"' for word in words]
    if len(quoted) <= 4:
        return f"Literal[{', '.join(quoted)}]"
    return "Literal[\n" + "".join(f"    {word},\n" for word in quoted) + "]"


def words_module(kinds, errors):
    """Steps with their percentages, and the words of errors."""
    lines = [NOTICE.format(summary="The words of the wire: kinds, steps and errors.", source="steps.json and errors.json")]
    lines.append("from typing import Dict, Literal, NamedTuple, Optional, Tuple\n\n")
    steps = {kind["name"]: [step["name"] for step in kind["steps"]] for kind in kinds}
    http = [error["name"] for error in errors if "http" in error["scope"]]
    ends = [error["name"] for error in errors if "operation" in error["scope"]]
    lines.append(f"Kind = {literal(steps)}\n")
    lines.append(f"Step = {literal(dict.fromkeys(sum(steps.values(), [])))}\n")
    lines.append(f"ChatStep = {literal(steps['chat'])}\n")
    lines.append(f"HttpErrorType = {literal(http)}\n")
    lines.append(f"OperationErrorType = {literal(ends)}\n\n\n")
    lines.append("class PlannedStep(NamedTuple):\n    name: str\n    percent: Optional[int]\n    message: str\n\n\n")
    lines.append("# Each kind's steps in order; a chat has no percentages.\n")
    lines.append("PLANS: Dict[str, Tuple[PlannedStep, ...]] = {\n")
    for kind in kinds:
        lines.append(f'    "{kind["name"]}": (\n')
        lines += [f'        PlannedStep("{s["name"]}", {s["percent"]}, "{s["message"]}"),\n' for s in kind["steps"]]
        lines.append("    ),\n")
    lines.append("}\n")
    return "".join(lines)


def shapes_module(openapi):
    """A TypedDict or an alias for each schema of the OpenAPI document."""
    return Shapes(openapi["components"]["schemas"]).module()


class Shapes:
    def __init__(self, schemas):
        self.schemas = schemas
        self.classes = []
        self.aliases = {}

    def module(self):
        for name, schema in self.schemas.items():
            if self.is_class(schema):
                self.add_class(name, schema)
            elif name not in WORDS and not self.is_inline(schema):
                self.aliases[name] = self.type_of(schema, name)
        head = NOTICE.format(summary="The shapes of the wire's JSON.", source="openapi.yaml")
        head += "from __future__ import annotations\n\nfrom typing import Any, Dict, List, Literal, TypedDict, Union\n\n"
        head += f"from .words import {', '.join(WORDS)}\n"
        return head + "".join(self.classes) + "\n\n" + "".join(self.ordered_aliases())

    @staticmethod
    def is_class(schema):
        return bool(schema.get("properties")) and schema.get("additionalProperties") is not True and "patternProperties" not in schema

    @staticmethod
    def is_inline(schema):
        """Plain texts, numbers and open objects have no name of their own."""
        return "enum" not in schema and "oneOf" not in schema and "anyOf" not in schema

    def type_of(self, schema, name):
        if "$ref" in schema:
            target = schema["$ref"].rpartition("/")[2]
            referred = self.schemas[target]
            return target if self.is_class(referred) or not self.is_inline(referred) else self.type_of(referred, target)
        if "const" in schema:
            return f"Literal[{schema['const']!r}]".replace("'", '"')
        if "enum" in schema:
            return literal(schema["enum"])
        for choice in ("oneOf", "anyOf"):
            if choice in schema:
                options = dict.fromkeys(self.type_of(option, f"{name}Object") for option in schema[choice])
                return f"Union[{', '.join(options)}]"
        if self.is_class(schema):
            self.add_class(name, schema)
            return name
        return self.simple(schema, name)

    def simple(self, schema, name):
        kind = schema.get("type", "object")
        if isinstance(kind, list):
            return f"Union[{', '.join(self.simple({**schema, 'type': one}, name) for one in kind)}]"
        if kind == "array":
            return f"List[{self.type_of(schema['items'], f'{name}Item')}]"
        if kind == "object":
            values = schema.get("additionalProperties")
            value = self.type_of(values, f"{name}Value") if isinstance(values, dict) and values else "Any"
            return f"Dict[str, {value}]"
        return SIMPLE[kind]

    def add_class(self, name, schema):
        fields = {key: self.type_of(value, name + "".join(part.title() for part in re.split("_", key)))
                  for key, value in schema["properties"].items()}
        required = [key for key in fields if key in schema.get("required", ())]
        optional = [key for key in fields if key not in required]
        # Python 3.9 has no NotRequired: what may be absent stands in a class of its own.
        base = "TypedDict"
        if required and optional:
            base = f"_{name}Required"
            self.classes.append(self.class_of(base, "TypedDict", {key: fields[key] for key in required}))
        if optional:
            self.classes.append(self.class_of(name, f"{base}, total=False", {key: fields[key] for key in optional}))
        else:
            self.classes.append(self.class_of(name, base, fields))

    @staticmethod
    def class_of(name, bases, fields):
        body = "".join(f"    {key}: {kind}\n" for key, kind in fields.items())
        return f"\n\nclass {name}({bases}):\n{body}"

    def ordered_aliases(self):
        """Those that are named by others before them."""
        done = {}

        def visit(name):
            if name in done:
                return
            for word in re.findall(r"\w+", self.aliases[name]):
                if word in self.aliases and word != name:
                    visit(word)
            done[name] = f"{name} = {self.aliases[name]}\n"

        for name in self.aliases:
            visit(name)
        return done.values()
