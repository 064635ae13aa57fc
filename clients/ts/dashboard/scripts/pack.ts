/** Makes two files of the built ones, for the server to have linked in: see server/api/page.h. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

function typeOf(name: string): string {
  const type = types[extname(name)];
  if (type === undefined) throw new Error(`${name} has no content type; give it one in ${import.meta.url}`);
  return type;
}

export function pack(): Plugin {
  return {
    name: 'walrus-pack',
    writeBundle({ dir }, bundle) {
      const files = Object.values(bundle).map((file) => {
        const bytes = Buffer.from(file.type === 'chunk' ? file.code : file.source);
        return { name: basename(file.fileName), bytes, gzip: gzipSync(bytes, { level: 9 }) };
      });
      const index = files.map(({ name, bytes, gzip }) => ({
        name,
        content_type: typeOf(name),
        tag: createHash('sha256').update(bytes).digest('hex').slice(0, 16),
        size: bytes.length,
        gzip_size: gzip.length,
      }));
      writeFileSync(join(dir as string, 'page.json'), JSON.stringify(index, null, 1));
      writeFileSync(join(dir as string, 'page.bin'), Buffer.concat(files.flatMap(({ bytes, gzip }) => [bytes, gzip])));
    },
  };
}
