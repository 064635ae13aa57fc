// Writes server/text/testdata/cl100k_golden.json: texts and the tokens gpt-tokenizer makes of them.
// Run after `npm ci` in assets/: node scripts/make_cl100k_golden.mjs
//
// U+0085 and U+FEFF stay out: JavaScript's \s differs there from Unicode's White_Space, which
// OpenAI's own tokeniser uses.
import { writeFileSync } from 'node:fs'
import { encode } from '../assets/node_modules/gpt-tokenizer/esm/encoding/cl100k_base.js'

const languages = [
  "It's been raining for days, hasn't it? We'll see; they'd said they'VE had ENOUGH of I'M-fine replies.",
  'Die Straßenbahn fährt um 7:45 Uhr ab – „pünktlich“, sagt man; Größe und Maß sind gleich.',
  "L'été dernier, nous n'avons guère voyagé : c'était trop cher, m'a-t-elle répondu.",
  '¿Dónde está la biblioteca? El niño pequeño comió piñas y jalapeños ayer.',
  'Съешь же ещё этих мягких французских булок, да выпей чаю! Цена: 1 234,56 ₽.',
  '人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心。',
  '吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。カタカナ、ｶﾅ。',
  '모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.',
  'يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق. وقد وهبوا عقلًا وضميرًا، ١٢٣٤٥.',
  'सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता प्राप्त है। १२३४',
  'มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ ๑๒๓๔',
  'Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền.',
  'Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια.',
  'כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם.',
  'Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. İIıi',
]
const code = [
  'int main(int argc, char** argv) {\n\tfor (int i = 0; i < 10; ++i) {\n\t\tprintf("%d\\n", i);\n\t}\n}\n',
  "def f(x):\n    return {'a': x**2, \"b\": [1, 2, 3]}  # it's fine\n\n\nprint(f(3.14159))\n",
  '<!DOCTYPE html>\r\n<html lang="en">\r\n  <body class="a b">&nbsp;&amp;</body>\r\n</html>\r\n',
  'SELECT * FROM users WHERE id IN (1,22,333,4444,55555) AND name LIKE \'%o\'\'reilly%\';',
  '{"key":"value","list":[1,2.5e-10,null,true],"nested":{"a":{}}}',
  'https://example.com/a/b?c=d&e=%20f#g user.name+tag@example.co.uk C:\\Windows\\System32',
  '$ git commit -m "x" && ./dev test 2>&1 | tee /tmp/log.txt; echo $?',
  '| a | b |\n|---|---|\n| 1 | 2 |\n\n```rust\nfn main() { let x = vec![1u8; 4]; }\n```',
]
const odd = [
  '', ' ', '  ', '\n', '\n\n', ' \n ', '\r\n\r\n', '\t\t', 'a ', ' a', '  a', 'a  ', 'a \n b', 'a\n\n  b',
  'a   \n   \n   b   ', '\u00a0x', 'x\u00a0\u00a0y', '\u3000全角\u3000', '\u2003 \u2009x', '\u2028x\u2029', '\v\fx',
  "'s", "'S 'T 'Re 'vE 'LL 'd 'M", "''s", "'", "don'tdon't", "'sx", "x's", "'l", "'lx", "'r", "l'l", "’s don’t",
  '1', '12', '123', '1234', '1234567890', '3.14159', '1,000,000', '½⅓', '²³', 'Ⅷ', '٣٤٥٦', 'a1b22c333d4444',
  '😀', '😀😃😄', '👩‍👩‍👧‍👦', '❤️‍🔥', '🇩🇪🇫🇷', '👍🏽 ok', 'a😀b', '...', '!?!?', ' !!!\n\n', '--\r\n--', '#$%^&*()',
  'é', 'e\u0301', '\u0301', 'क्ष', '\u200b', 'a\u200bb', 'x\u200dy', '\ufffd', '\u0000', 'a\u0000b', '\u001b[31mred',
  '<|endoftext|>', '<|im_start|>user', '𝔘𝔫𝔦𝔠𝔬𝔡𝔢', '𠀀𠀁', '\ue000', 'ﬁ ﬂ', 'ſ\u212a', 'ß', 'ǅ', 'ªº',
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'AbCdEfGhIjKlMnOpQrStUvWxYz', 'antidisestablishmentarianism',
  'x'.repeat(300), ' '.repeat(300), '\n'.repeat(90), '='.repeat(200), 'ab'.repeat(150), '漢'.repeat(100),
  'Zażółć gęślą jaźń '.repeat(10), '9'.repeat(100), ' \t'.repeat(40) + 'z', 'Donaudampfschifffahrtsgesellschaft',
]

// mulberry32, so that every run writes the same file.
let state = 20240115
function random(below) {
  state = (state + 0x6d2b79f5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) % below
}
const pick = list => list[random(list.length)]
const separators = ['', ' ', '  ', '\n', '\n\n', ' \n', '\t', "'s ", '1', '\u00a0', '\r\n', '   ']

function mixed() {
  let text = ''
  for (let parts = 2 + random(8); parts > 0; --parts) {
    const characters = [...pick(random(3) ? [...languages, ...code] : odd)]
    const start = random(characters.length + 1)
    text += characters.slice(start, start + random(24)).join('') + pick(separators)
  }
  return text
}

const texts = [...languages, ...code, ...odd]
for (let i = 0; i < 320; ++i) texts.push(mixed())
const disallowed = { disallowedSpecial: new Set() }
const lines = texts.map(text => JSON.stringify({ text, tokens: encode(text, disallowed) }))
const target = new URL('../server/text/testdata/cl100k_golden.json', import.meta.url)
writeFileSync(target, `[\n${lines.join(',\n')}\n]\n`)
