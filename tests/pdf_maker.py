"""PDF files written by hand: small, valid, and what they hold is known."""
import textwrap


def text_stream(text):
    """Lines of text as a page's content."""
    lines = ["BT /F1 9 Tf 40 810 Td 11 TL"]
    for line in (wrapped for line in text.split("\n") for wrapped in textwrap.wrap(line, 100) or [""]):
        escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        lines.append(f"({escaped}) Tj T*")
    return "\n".join([*lines, "ET"])


def assemble(objects, trailer=""):
    """Objects (number to body) with their table."""
    out = bytearray(b"%PDF-1.4\n")
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    for number in sorted(places):
        out += f"{places[number]:010d} 00000 n \n".encode()
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer}>>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def page_objects(streams):
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }
    kids = []
    for index, stream in enumerate(streams):
        page, content = 4 + 2 * index, 5 + 2 * index
        kids.append(f"{page} 0 R")
        objects[page] = (f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {content} 0 R "
                         "/Resources << /Font << /F1 3 0 R >> >> >>").encode()
        encoded = stream.encode("latin-1")
        objects[content] = f"<< /Length {len(encoded)} >>\nstream\n".encode() + encoded + b"\nendstream"
    objects[2] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    return objects


def make_pdf(pages):
    """A PDF whose pages hold these texts."""
    return assemble(page_objects([text_stream(page) for page in pages]))


def make_pdf_without_text():
    """A page with a drawing alone, as a scan is."""
    return assemble(page_objects(["0 0 1 rg 100 100 200 300 re f"]))


def make_encrypted_pdf():
    """Asks for a password: nothing opens with the empty one."""
    objects = page_objects([text_stream("secret")])
    number = max(objects) + 1
    objects[number] = (b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> >>")
    return assemble(objects, f"/Encrypt {number} 0 R /ID [<{'43' * 16}> <{'43' * 16}>] ")
