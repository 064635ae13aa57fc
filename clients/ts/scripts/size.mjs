// How much a package adds to a page: a built entry, minified and gzipped.
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { rolldown } from 'rolldown';

/**
 * Bytes of everything that a built file exports, with what it imports except for `external`.
 *
 * @param {URL} file
 * @param {(string | RegExp)[]} external
 */
export async function sizeOf(file, external) {
  const bundle = await rolldown({ input: fileURLToPath(file), external, platform: 'browser', logLevel: 'silent' });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  return gzipSync(output[0].code, { level: 9 }).length;
}
