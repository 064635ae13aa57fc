// How much the client adds to a page: a built entry, minified and gzipped.
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { rolldown } from 'rolldown';

/**
 * Bytes of everything that dist/ENTRY.js exports, with or without the package's one dependency.
 *
 * @param {string} entry
 * @param {{ dependency: boolean }} options
 */
export async function sizeOf(entry, { dependency }) {
  const input = fileURLToPath(new URL(`../dist/${entry}.js`, import.meta.url));
  const external = dependency ? [] : ['eventsource-parser'];
  const bundle = await rolldown({ input, external, platform: 'browser', logLevel: 'silent' });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  return gzipSync(output[0].code, { level: 9 }).length;
}
