"""Holds real answers to contract/openapi.json: the status code, the headers, the media type and every
field must be documented, and be as documented."""
import json
import os
import pathlib
import re

import jsonschema

ROOT = pathlib.Path(os.environ.get("WALRUS_SOURCE_DIR") or pathlib.Path(__file__).resolve().parent.parent)
METHODS = ("get", "post", "put", "patch", "delete")
# What the HTTP layer answers before it knows a route.
WITHOUT_ROUTE = {"400", "404", "405", "408", "413", "414", "421", "431", "501", "503", "505"}
EVENT_SCHEMAS = {"status": "ChatStatusEvent", "chunk": "ChunkEvent", "complete": "CompleteEvent",
                 "error": "ErrorEvent", "snapshot": "SnapshotEvent"}


def closed(node):
    """The schema with every object that lists its fields closed, so that an undocumented one is seen."""
    if isinstance(node, list):
        return [closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: closed(value) for key, value in node.items()}
    if isinstance(node.get("properties"), dict) and node.get("type") == "object":
        node.setdefault("additionalProperties", False)
    return node


def pointed(document, pointer):
    for word in pointer.split("/")[1:]:
        document = document[word.replace("~1", "/").replace("~0", "~")]
    return document


class Contract:
    def __init__(self):
        self.document = closed(json.loads((ROOT / "contract/openapi.json").read_text(encoding="utf-8")))
        self.channels = json.loads((ROOT / "contract/asyncapi.json").read_text(encoding="utf-8"))
        self.patterns = [(self.pattern(path), path) for path in sorted(self.document["paths"], key=self.names)]
        # (operationId, status) of every answer that was held to it.
        self.seen = set()

    @staticmethod
    def names(path):
        return path.count("{")

    @staticmethod
    def pattern(path):
        parts = (("[^/]+" if part.startswith("{") else re.escape(part)) for part in path.strip("/").split("/"))
        return re.compile("/" + "/".join(parts) + "/?$")

    def resolve(self, node):
        while "$ref" in node:
            node = pointed(self.document, node["$ref"][1:])
        return node

    def operation(self, method, target):
        """The documented operation of a request, or None."""
        path = target.split("?")[0]
        for pattern, template in self.patterns:
            if pattern.match(path):
                method = "get" if method == "HEAD" else method.lower()
                return self.document["paths"][template].get(method)
        return None

    def operations(self):
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield path, method, item[method]

    def schema(self, name):
        return self.document["components"]["schemas"][name]

    def validate(self, schema, value):
        resolver = jsonschema.RefResolver("", self.document)
        jsonschema.Draft202012Validator(schema, resolver=resolver).validate(value)

    def response(self, method, target, status):
        operation = self.operation(method, target)
        if operation is None:
            assert str(status) in WITHOUT_ROUTE, f"{method} {target}: a {status} where nothing is documented"
            return self.document["components"]["responses"]["BadRequest"]
        documented = operation["responses"]
        if str(status) in ("405", "501", "505"):
            return self.document["components"]["responses"]["BadRequest"]
        assert str(status) in documented, f"{method} {target}: {status} is not documented"
        self.seen.add((operation["operationId"], str(status)))
        return self.resolve(documented[str(status)])

    def check_headers(self, place, response, headers):
        for name, header in response.get("headers", {}).items():
            header = self.resolve(header)
            value = headers.get(name.lower())
            if value is None:
                assert not header.get("required"), f"{place}: lacks the header {name}"
                continue
            schema = self.resolve(header["schema"])
            self.validate(header["schema"], int(value) if schema.get("type") == "integer" else value)

    def check(self, method, target, answer, documented=True):
        if not documented:
            return
        response = self.response(method, target, answer.status)
        place = f"{method} {target}: {answer.status}"
        self.check_headers(place, response, answer.headers)
        if method == "HEAD" or "content" not in response:
            assert not answer.body, f"{place} has a body"
            return
        media_type = answer.headers.get("content-type", "").split(";")[0]
        content = response["content"].get(media_type) or response["content"].get("*/*")
        assert content, f"{place}: {media_type} is not documented"
        if media_type.endswith("json") and "*/*" not in response["content"]:
            self.validate(content["schema"], json.loads(answer.body))
        if answer.status == 405:
            assert answer.headers.get("allow"), f"{place}: lacks Allow"

    def check_stream_head(self, method, target, stream):
        response = self.response(method, target, stream.status)
        assert "text/event-stream" in response["content"], f"{method} {target}: a stream is not documented"
        self.check_headers(f"{method} {target}", response, stream.headers)
        assert stream.headers.get("x-accel-buffering") == "no", stream.headers
        assert stream.headers.get("cache-control") == "no-store", stream.headers

    def check_event(self, method, target, data):
        operation = self.operation(method, target)
        content = self.resolve(operation["responses"]["200"])["content"]["text/event-stream"]
        schema = self.resolve(content["x-event-schema"])
        documented = {choice["$ref"].rsplit("/", 1)[1] for choice in schema["oneOf"]}
        name = EVENT_SCHEMAS[data["type"]]
        if data["type"] == "status" and "processing_status" in data:
            own = self.document["components"]["schemas"]["Kind"]["enum"]
            name = "DocumentEvent" if data["kind"] in own else "ExternalEvent"
        if data["type"] == "error" and "step" not in data:
            name = "StreamErrorEvent"
        assert name in documented, f"{method} {target}: {name} is not documented"
        self.validate({"$ref": f"#/components/schemas/{name}"}, data)

    def check_message(self, channel, data):
        """A message of a WebSocket, held to one of those that contract/asyncapi.json has for its channel."""
        schemas = [self.channels["components"]["messages"][name]["payload"]["$ref"].removeprefix("openapi.json")
                   for name in self.channels["channels"][channel]["messages"]]
        failures = []
        for schema in schemas:
            try:
                return self.validate({"$ref": schema}, data)
            except jsonschema.ValidationError as failure:
                failures.append(f"{schema}: {failure.message}")
        raise AssertionError(f"{channel}: {data} is no documented message\n" + "\n".join(failures))


_contract = Contract()
check = _contract.check
check_stream_head = _contract.check_stream_head
check_event = _contract.check_event
check_message = _contract.check_message
seen_response = _contract.response
operations = _contract.operations
schema = _contract.schema
seen = _contract.seen
