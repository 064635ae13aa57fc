"""Documents whose content is known, one of each format that is told apart."""
import json

import office_maker
import pdf_maker

STEPS = ["validating", "extracting_text", "chunking_text", "creating_embeddings", "storing_metadata", "finished"]
PERCENTS = dict(zip(STEPS, (10, 25, 50, 75, 95, 100)))
MESSAGES = {
    "validating": "Validating file format and size...",
    "extracting_text": "Extracting text content...",
    "chunking_text": "Splitting into chunks...",
    "storing_metadata": "Storing document metadata...",
    "finished": "Upload completed successfully",
}
CHAT_STEPS = ["initializing", "retrieving_context", "selecting_model", "generating_response", "storing_response", "finished"]

FACT = "The lighthouse of Vardoe was lit for the first time in the autumn of 1896."
PARAGRAPHS = [
    FACT,
    "Walruses rest on drifting ice between dives, and feed on clams that they find with their whiskers.",
    "Photosynthesis turns carbon dioxide and water into sugar, and gives off oxygen.",
    "The treaty was signed in Westphalia after thirty years of war.",
]


def long_text(words, seed=1):
    """So many words, no two paragraphs alike."""
    out = []
    for paragraph in range(words // 50):
        number = paragraph * 7919 + seed
        out.append(f"Section {paragraph} of report {seed}. " + " ".join(
            f"{noun}{(number * step) % 977}" for step, noun in enumerate(
                ("station measured", "river rose by", "harbour took in", "winter lasted", "glacier lost", "orchard gave") * 4, 3)))
    return "\n\n".join(out)


def of_every_format():
    """Extension to (content, canonical extension)."""
    plain = "\n\n".join(PARAGRAPHS)
    page = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    return {
        ".txt": plain.encode(),
        ".md": ("# Notes\n\n" + plain).encode(),
        ".html": f"<!doctype html><html><head><title>Notes</title></head><body><h1>Notes</h1>{page}</body></html>".encode(),
        ".pdf": pdf_maker.make_pdf(PARAGRAPHS),
        ".docx": office_maker.make_docx(PARAGRAPHS),
        ".csv": ("number,text\n" + "".join(f'{n},"{text}"\n' for n, text in enumerate(PARAGRAPHS))).encode(),
        ".json": json.dumps({"notes": PARAGRAPHS}).encode(),
    }
