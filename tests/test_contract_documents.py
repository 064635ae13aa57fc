"""The contract's documents by themselves: every reference resolves, every example is what its schema
says, and the words are those of steps.json and errors.json."""
import json
import pathlib
import re
import sys
import unittest

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONTRACT = ROOT / "contract"
METHODS = {"get", "post", "put", "patch", "delete"}


def read(name):
    return json.loads((CONTRACT / name).read_text(encoding="utf-8"))


def nodes(node, path="#"):
    """Every (path, object) of a document."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from nodes(value, f"{path}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from nodes(value, f"{path}/{index}")


def pointed(document, pointer):
    for word in pointer.split("/")[1:]:
        document = document[word.replace("~1", "/").replace("~0", "~")]
    return document


class ContractDocuments(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.openapi = read("openapi.json")
        cls.asyncapi = read("asyncapi.json")
        cls.schemas = cls.openapi["components"]["schemas"]
        cls.kinds = read("steps.json")["kinds"]
        cls.errors = read("errors.json")["errors"]

    def operations(self):
        for path, item in self.openapi["paths"].items():
            for method, operation in item.items():
                if method in METHODS:
                    yield path, method, item, operation

    def resolve(self, node):
        while "$ref" in node:
            node = pointed(self.openapi, node["$ref"])
        return node

    def test_every_reference_resolves(self):
        documents = {"": None, "openapi.json": self.openapi}
        for document in (self.openapi, self.asyncapi):
            for path, node in nodes(document):
                if "$ref" in node:
                    with self.subTest(path=path):
                        file, pointer = node["$ref"].split("#")
                        pointed(documents[file] or document, pointer)

    def test_every_component_is_used(self):
        used = {node["$ref"].split("#")[1] for document in (self.openapi, self.asyncapi)
                for _, node in nodes(document) if "$ref" in node}
        for group, components in self.openapi["components"].items():
            for name in components:
                if (group, name) == ("headers", "Allow"):  # of 405, which belongs to no operation
                    continue
                self.assertIn(f"/components/{group}/{name}", used)

    def test_no_text_is_cut_at_a_comma(self):
        """In `{ description: Of all, not of this page. }` YAML reads a second key, without a value."""
        for document in (self.openapi, self.asyncapi):
            for path, node in nodes(document):
                if "/examples/" not in path:
                    self.assertNotIn(None, node.values(), path)

    def test_every_stream_has_its_channel(self):
        documented = {path for path, *_, operation in self.operations()
                      if "101" in operation["responses"] or "text/event-stream" in self.content_of(operation)}
        self.assertEqual({channel["address"] for channel in self.asyncapi["channels"].values()}, documented)

    def content_of(self, operation):
        return self.resolve(operation["responses"].get("200", {})).get("content", {})

    def test_schemas_are_schemas(self):
        for name, schema in self.schemas.items():
            with self.subTest(schema=name):
                jsonschema.Draft202012Validator.check_schema(schema)

    def validator(self, schema):
        resolver = jsonschema.RefResolver("", self.openapi)
        return jsonschema.Draft202012Validator(
            schema, resolver=resolver, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)

    def test_examples_are_valid(self):
        count = 0
        for path, node in nodes(self.openapi):
            if isinstance(node.get("examples"), list):
                for example in node["examples"]:
                    with self.subTest(path=path):
                        self.validator(node).validate(example)
                        count += 1
            if isinstance(node.get("examples"), dict) and node["schema"] != {"type": "string"}:
                for example in node["examples"].values():
                    with self.subTest(path=path):
                        self.validator(node["schema"]).validate(example["value"])
                        count += 1
        self.assertGreater(count, 20)

    def test_the_streamed_example_is_valid(self):
        body = self.openapi["paths"]["/v1/chat/"]["post"]["responses"]["200"]["content"]["text/event-stream"]
        data = re.findall(r"^data: (.*)$", body["examples"]["answer"]["value"], re.MULTILINE)
        self.assertEqual(len(data), 8)
        for line in data:
            self.validator(body["x-event-schema"]).validate(json.loads(line))

    def test_a_wrong_value_is_seen(self):
        """The validator used above can fail."""
        status = dict(self.schemas["DocumentStatus"]["examples"][0])
        for name, wrong in (("progress_percentage", 101), ("processing_step", "thinking"), ("sequence", "42"),
                            ("updated_at", "2024-01-15 10:30"), ("error", {"type": "internal"})):
            with self.subTest(name=name), self.assertRaises(jsonschema.ValidationError):
                self.validator(self.schemas["DocumentStatus"]).validate({**status, name: wrong})

    def test_steps_are_those_of_the_table(self):
        names = {step["name"] for kind in self.kinds for step in kind["steps"]}
        chat = next(kind for kind in self.kinds if kind["name"] == "chat")
        self.assertEqual(set(self.schemas["Step"]["enum"]), names)
        self.assertEqual(self.schemas["ChatStep"]["enum"], [step["name"] for step in chat["steps"]])
        self.assertEqual(self.schemas["Kind"]["enum"], [kind["name"] for kind in self.kinds])

    def test_error_words_are_those_of_the_table(self):
        for scope, schema in (("http", "HttpErrorType"), ("operation", "OperationErrorType")):
            words = {error["name"] for error in self.errors if scope in error["scope"]}
            self.assertEqual(set(self.schemas[schema]["enum"]), words)

    def test_parameters_of_a_path_are_described(self):
        for path, method, item, operation in self.operations():
            with self.subTest(route=f"{method} {path}"):
                described = [self.resolve(p) for p in [*item.get("parameters", []), *operation.get("parameters", [])]]
                in_path = [p["name"] for p in described if p["in"] == "path"]
                self.assertEqual(sorted(in_path), sorted(re.findall(r"{(\w+)}", path)))
                self.assertTrue(all(p.get("description") for p in described))

    def test_operations_are_named_once(self):
        names = [operation["operationId"] for *_, operation in self.operations()]
        self.assertEqual(len(names), len(set(names)))

    def test_answers_carry_what_every_answer_carries(self):
        for path, method, _, operation in self.operations():
            for status, response in operation["responses"].items():
                response = self.resolve(response)
                with self.subTest(route=f"{method} {path}", status=status):
                    self.assertIn("X-Request-Id", response["headers"])
                    if int(status) >= 400:
                        self.assertIn("application/problem+json", response["content"])
                    if status == "503":
                        self.assertIn("Retry-After", response["headers"])

    def test_only_what_changes_something_can_be_forbidden(self):
        for path, method, _, operation in self.operations():
            unsafe = method != "get" or "101" in operation["responses"]
            self.assertEqual("403" in operation["responses"], unsafe, f"{method} {path}")

    def test_streams_are_the_same_in_both_documents(self):
        for channel in self.asyncapi["channels"].values():
            item = self.openapi["paths"][channel["address"]]
            operation = item.get("get") or item["post"]
            if "ws" in channel.get("bindings", {}):
                self.assertIn("101", operation["responses"])
                continue
            schema = self.resolve(operation["responses"]["200"]["content"]["text/event-stream"]["x-event-schema"])
            in_openapi = {choice["$ref"].rsplit("/", 1)[1] for choice in schema["oneOf"]}
            messages = [pointed(self.asyncapi, m["$ref"][1:]) for m in channel["messages"].values()]
            self.assertEqual({m["payload"]["$ref"].rsplit("/", 1)[1] for m in messages}, in_openapi)

    def test_the_page_shows_every_route_and_fetches_nothing(self):
        page = (CONTRACT / "docs.html").read_text(encoding="utf-8")
        for *_, operation in self.operations():
            self.assertIn(f'<article id="{operation["operationId"]}"', page)
        self.assertNotIn("<script", page)
        self.assertNotRegex(page, r'(src|href)="https?:')
        identities = re.findall(r'\bid="([^"]+)"', page)
        self.assertEqual(len(identities), len(set(identities)))
        for target in re.findall(r'href="#([^"]+)"', page):
            self.assertIn(target, identities)


if __name__ == "__main__":
    sys.exit(unittest.main())
