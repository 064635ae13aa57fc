"""The contract as one page for people: no script, nothing fetched from elsewhere."""
import base64
import hashlib
import html
import json
import pathlib
import re

METHODS = ("get", "post", "patch", "put", "delete")
# What every route may answer is said once, at the top.
EVERYWHERE = {"400", "403", "408", "413", "414", "421", "431", "500", "503"}


def escape(text):
    return html.escape(str(text), quote=True)


def code(text):
    return f"<code>{escape(text)}</code>"


def inline(text):
    """Code, bold and nothing else of Markdown."""
    parts = re.split(r"(`[^`]+`|\*\*[^*]+\*\*)", text)
    return "".join(
        code(part[1:-1]) if part.startswith("`") else
        f"<strong>{escape(part[2:-2])}</strong>" if part.startswith("**") else escape(part)
        for part in parts)


def prose(text):
    """Paragraphs and flat lists."""
    blocks = []
    for block in re.split(r"\n\s*\n", (text or "").strip()):
        lines = block.split("\n")
        if all(line.startswith("- ") for line in lines):
            blocks.append("<ul>" + "".join(f"<li>{inline(line[2:])}</li>" for line in lines) + "</ul>")
        elif block:
            blocks.append(f"<p>{inline(' '.join(lines))}</p>")
    return "\n".join(blocks)


def table(caption, heads, rows):
    head = "".join(f'<th scope="col">{escape(word)}</th>' for word in heads)
    body = "".join(
        "<tr>" + f'<th scope="row">{row[0]}</th>' + "".join(f"<td>{cell}</td>" for cell in row[1:]) + "</tr>\n"
        for row in rows)
    return (f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table><caption>'
            f"{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>")


def anchor(schema_name):
    return f"schema-{schema_name}"


class Page:
    """Renders one pair of contract documents."""

    def __init__(self, openapi, asyncapi):
        self.openapi = openapi
        self.asyncapi = asyncapi
        self.schemas = openapi["components"]["schemas"]

    def resolve(self, node):
        while isinstance(node, dict) and "$ref" in node:
            target = self.openapi if node["$ref"].startswith(("#", "openapi.json#")) else None
            if node["$ref"].startswith("#/components/messages"):
                target = self.asyncapi
            for word in node["$ref"].split("#/")[1].split("/"):
                target = target[word.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    # --- Schemas

    def type_words(self, schema):
        """A schema in a few words, as HTML."""
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            return f'<a href="#{anchor(name)}">{escape(name)}</a>'
        if "const" in schema:
            return code(json.dumps(schema["const"]))
        if "enum" in schema:
            return "one of " + ", ".join(code(value) for value in schema["enum"])
        if "oneOf" in schema and "properties" not in schema:
            return " or ".join(self.type_words(choice) for choice in schema["oneOf"])
        if schema.get("type") == "array":
            return "array of " + self.type_words(schema.get("items", {}))
        kind = schema.get("type", "any")
        words = escape(" or ".join(kind) if isinstance(kind, list) else kind)
        return words + self.limits(schema)

    @staticmethod
    def limits(schema):
        said = []
        for low, high, unit in (("minimum", "maximum", ""), ("minLength", "maxLength", " characters")):
            if low in schema and high in schema:
                said.append(f"{schema[low]} to {schema[high]}{unit}")
            elif low in schema:
                said.append(f"at least {schema[low]}{unit}")
        if "format" in schema:
            said.append(schema["format"])
        if "default" in schema:
            said.append(f"default {schema['default']}")
        return f" <span>({escape(', '.join(said))})</span>" if said else ""

    def property_table(self, caption, schema):
        required = schema.get("required", [])
        rows = []
        for name, member in schema["properties"].items():
            must = ' <span class="required">required</span>' if name in required else ""
            described = member.get("description") or self.resolve(member).get("description", "")
            rows.append((code(name) + must, self.type_words(member), inline(described)))
        return table(caption, ("Field", "Type", "What it is"), rows)

    def example(self, schema, depth=0):
        """A value that the schema allows."""
        schema = self.resolve(schema)
        if schema.get("examples"):
            return schema["examples"][0]
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        if "properties" in schema:
            return {name: self.example(member, depth + 1) for name, member in schema["properties"].items()
                    if name in schema.get("required", []) or depth == 0 and "url" not in name and "crawl" not in name}
        if "oneOf" in schema:
            return self.example(schema["oneOf"][0], depth + 1)
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = kind[0]
        if kind == "array":
            return [self.example(schema["items"], depth + 1)]
        plain = {"string": "…", "integer": schema.get("default", schema.get("minimum", 1)), "number": 0.5,
                 "boolean": True, "object": {}}
        return plain.get(kind, None)

    def example_block(self, value, label="Example"):
        text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
        return f'<details><summary>{escape(label)}</summary><pre tabindex="0"><code>{escape(text)}</code></pre></details>'

    def content(self, content):
        """The bodies of a request or an answer."""
        parts = []
        for media_type, body in content.items():
            if media_type == "application/problem+json" and "examples" not in body:
                continue
            schema = body.get("x-event-schema", body.get("schema", {}))
            parts.append(f"<p>{code(media_type)}: {self.type_words(schema)}</p>")
            for name, shown in body.get("examples", {}).items():
                parts.append(self.example_block(shown["value"], shown.get("summary", f"Example: {name}")))
            target = self.resolve(schema)
            if "examples" not in body and media_type == "application/json" and target != {"type": "object"}:
                parts.append(self.example_block(self.example(schema)))
        return "".join(parts)

    # --- Routes

    def routes(self):
        for path, item in self.openapi["paths"].items():
            for method in METHODS:
                if method in item:
                    yield path, method, item, item[method]

    def route(self, path, method, item, operation):
        parts = [
            f'<article id="{operation["operationId"]}" aria-labelledby="{operation["operationId"]}-title">',
            f'<h3 id="{operation["operationId"]}-title"><span class="method {method}">{method.upper()}</span> '
            f'<span class="path">{escape(path)}</span> <span class="summary">{escape(operation["summary"])}</span></h3>',
            prose(operation.get("description")),
        ]
        parameters = [self.resolve(p) for p in [*item.get("parameters", []), *operation.get("parameters", [])]]
        if parameters:
            rows = [(code(p["name"]), escape(p["in"]), self.type_words(p["schema"]), inline(p.get("description", "")))
                    for p in parameters]
            parts.append(table("Parameters", ("Name", "In", "Type", "What it is"), rows))
        if "requestBody" in operation:
            parts.append("<h4>Request</h4>" + self.request(operation["requestBody"]["content"]))
        parts.append(self.answers(operation["responses"]))
        return "\n".join([*parts, "</article>"])

    def request(self, content):
        parts = [self.content(content)]
        for body in content.values():
            schema = self.resolve(body["schema"])
            if "oneOf" in schema:  # the first is the one that the others are made of
                schema = self.resolve(schema["oneOf"][0])
            parts.append(self.property_table("Fields of the request", schema))
        return "".join(parts)

    def answers(self, responses):
        rows = []
        for status, response in sorted(responses.items()):
            if status in EVERYWHERE and "$ref" in response:
                continue
            response = self.resolve(response)
            headers = ", ".join(code(name) for name in response.get("headers", {}) if name != "X-Request-Id")
            said = prose(response["description"]) + (f"<p>Headers: {headers}</p>" if headers else "")
            rows.append((code(status), said + self.content(response.get("content", {}))))
        return table("Answers", ("Status", "What it means"), rows)

    # --- Sections

    def everywhere(self):
        rows = []
        for name, response in self.openapi["components"]["responses"].items():
            statuses = {status for *_, operation in self.routes() for status, answer in operation["responses"].items()
                        if answer.get("$ref", "").endswith("/" + name)}
            for status in sorted(statuses & EVERYWHERE):
                rows.append((code(status), inline(response["description"])))
        return table("What every route may answer", ("Status", "What it means"), sorted(rows))

    def schema_section(self, name, schema):
        parts = [f'<article id="{anchor(name)}" aria-labelledby="{anchor(name)}-title">',
                 f'<h3 id="{anchor(name)}-title">{escape(name)}</h3>', prose(schema.get("description"))]
        if "properties" in schema:
            parts += [self.property_table(f"Fields of {name}", schema), self.example_block(self.example(schema))]
        else:
            parts.append(f"<p>{self.type_words(schema)}</p>")
        return "\n".join([*parts, "</article>"])

    def streams(self):
        parts = [prose(self.asyncapi["info"]["description"])]
        for name, channel in self.asyncapi["channels"].items():
            rows = []
            for message in channel["messages"].values():
                message = self.resolve(message)
                rows.append((self.type_words(message["payload"]), inline(message["summary"])))
            parts += [f'<article id="stream-{name}" aria-labelledby="stream-{name}-title"><h3 id="stream-{name}-title">'
                      f'<span class="path">{escape(channel["address"])}</span> '
                      f'<span class="summary">{escape(channel["title"])}</span></h3>',
                      prose(channel["description"]), table("Events", ("Event", "What it says"), rows), "</article>"]
        return "\n".join(parts)


def steps_tables(kinds):
    return "\n".join(
        table(f"Steps of {kind['name']}", ("Step", "%", "Message"),
              [(code(s["name"]), "" if s["percent"] is None else escape(s["percent"]), escape(s["message"]))
               for s in kind["steps"]])
        for kind in kinds)


def errors_table(errors):
    places = {"http": "an answer", "operation": "an operation"}
    by_name = {e["name"]: e for e in errors}
    rows = [(code(e["name"]), escape(e.get("status") or by_name[e["as_http"]]["status"]), " and ".join(places[s] for s in e["scope"]),
             "yes" if e["retryable"] else "no") for e in errors]
    return table("Error words", ("Word", "HTTP status", "Stands in", "Can a retry help?"), rows)


def navigation(page, tags):
    groups = []
    for tag in tags:
        links = "".join(
            f'<li><a href="#{o["operationId"]}"><span class="{m}">{m.upper()}</span> {escape(o["summary"])}</a></li>'
            for _, m, _, o in page.routes() if tag in o["tags"])
        groups.append(f'<div><h2>{escape(tag)}</h2><ul>{links}</ul></div>')
    reference = "".join(f'<li><a href="#{name}">{name.capitalize()}</a></li>'
                        for name in ("streams", "steps", "errors", "schemas"))
    return "\n".join([*groups, f"<div><h2>Reference</h2><ul>{reference}</ul></div>"])


def section(identity, title, *parts):
    return f'<section id="{identity}" aria-labelledby="{identity}-title">\n<h2 id="{identity}-title">{escape(title)}</h2>\n' \
        + "\n".join(parts) + "\n</section>"


def render(openapi, asyncapi, kinds, errors):
    page = Page(openapi, asyncapi)
    info = openapi["info"]
    style = (pathlib.Path(__file__).parent / "contract_page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    sections = [
        section(f"tag-{tag['name'].lower()}", tag["name"], prose(tag["description"]),
                *(page.route(*route) for route in page.routes() if tag["name"] in route[3]["tags"]))
        for tag in openapi["tags"]]
    sections += [
        section("streams", "Streams", page.streams()),
        section("steps", "Steps", steps_tables(kinds)),
        section("errors", "Errors", errors_table(errors)),
        section("schemas", "Schemas", *(page.schema_section(*pair) for pair in page.schemas.items())),
    ]
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(info["title"])} {escape(info["version"])}: the API</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<div class="page">
<nav aria-label="Routes">
{navigation(page, [tag["name"] for tag in openapi["tags"]])}
</nav>
<main id="content">
<h1>{escape(info["title"])} <small>{escape(info["version"])}</small></h1>
<p class="lead">{escape(info["summary"])}</p>
{prose(info["description"])}
<p>The same for programs: <a href="/openapi.json">openapi.json</a> and <a href="/asyncapi.json">asyncapi.json</a>.</p>
{page.everywhere()}
{"".join(sections)}
</main>
</div>
</body>
</html>
"""
