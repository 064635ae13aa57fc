/** The package as it is published: held to what README.md promises. `npm run check` builds it first. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { describe, expect, it } from 'vitest';

import { sizeOf } from '../../../scripts/size.mjs';

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const { peerDependencies, dependencies } = JSON.parse(read('package.json')) as { peerDependencies: object; dependencies?: object };

describe('the package', () => {
  it('needs the client and React alone', () => {
    expect(Object.keys(peerDependencies)).toEqual(['@walrus/client', 'react']);
    expect(dependencies).toBeUndefined();
    for (const file of ['dist/index.js', 'dist/index.cjs']) {
      const asked = [...read(file).matchAll(/(?:from |require\()"([^"]+)"/g)].map((match) => match[1]);
      expect(new Set(asked), file).toEqual(new Set(['react', '@walrus/client/bindings']));
    }
  });

  it('is of the client, where a framework has components of the server', () => {
    expect(read('dist/index.js')).toMatch(/^'use client';/);
    expect(read('dist/index.cjs')).toMatch(/^'use client';/);
  });

  it('is the same as a module and as CommonJS', async () => {
    const name = '@walrus/react';
    const required = createRequire(import.meta.url)(name) as object;
    const imported = (await import(/* @vite-ignore */ name)) as object;
    expect(Object.keys(required).sort()).toEqual(Object.keys(imported).sort());
    expect(Object.keys(required)).toContain('useDocumentStatus');
  });

  it('adds at most 5 kB to a page that has React and the client, gzipped', async () => {
    const dist = (name: string): URL => new URL(`../${name}`, import.meta.url);
    const own = await sizeOf(dist('dist/index.js'), [/^@walrus/, 'react']);
    const bindings = await sizeOf(dist('../client/dist/bindings.js'), [/store-|chat-|errors-/, 'eventsource-parser']);
    console.log(`size: ${own} bytes, and ${bindings} bytes of bindings`);
    expect(own + bindings).toBeLessThanOrEqual(5000);
  });
});
