/** The package as it is published: held to what README.md promises. `npm run check` builds it first. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { sizeOf } from '../../../scripts/size.mjs';
import { openapiTypes } from '../scripts/generate.mjs';

const folder = fileURLToPath(new URL('..', import.meta.url));
const repository = fileURLToPath(new URL('../../../../../', import.meta.url));
const read = (name: string): string => readFileSync(folder + name, 'utf8');
const description = JSON.parse(read('package.json')) as { dependencies: object; exports: Record<string, unknown> };
const entries = Object.keys(description.exports).filter((name) => !name.endsWith('.json'));

describe('the package', () => {
  it('has one dependency', () => expect(Object.keys(description.dependencies)).toEqual(['eventsource-parser']));

  it('has a core of at most 6 kB, gzipped', async () => {
    const dist = (entry: string): URL => new URL(`../dist/${entry}.js`, import.meta.url);
    const core = await sizeOf(dist('core'), ['eventsource-parser']);
    const whole = await sizeOf(dist('core'), []);
    const all = await sizeOf(dist('index'), []);
    console.log(`size: core ${core} bytes, ${whole} with its dependency; everything ${all} bytes`);
    expect(core).toBeLessThanOrEqual(6000);
    expect(whole).toBeLessThanOrEqual(6500);
    expect(all).toBeLessThanOrEqual(9500);
  });

  it.each(entries)('is the same as a module and as CommonJS: %s', async (entry) => {
    const name = entry.replace('.', '@walrus/client');
    const required = createRequire(import.meta.url)(name) as object;
    const imported = (await import(/* @vite-ignore */ name)) as object;
    expect(Object.keys(required).sort()).toEqual(Object.keys(imported).sort());
    expect(Object.keys(required).length).toBeGreaterThan(0);
  });

  it('uses nothing that a browser has not', () => {
    for (const file of readdirSync(`${folder}dist`).filter((name) => /\.c?js$/.test(name))) {
      const code = read(`dist/${file}`);
      expect(code, file).not.toMatch(/\bnode:|\bprocess\.|\bBuffer\b|\brequire\("(?!eventsource-parser|\.)/);
    }
  });

  it('has types that are those of contract/openapi.yaml: run `npm run generate` where not', async () => {
    expect(read('src/generated/openapi.ts') === (await openapiTypes())).toBe(true);
  });

  it('has plans that are those of contract/steps.json: run scripts/generate.py where not', () => {
    execFileSync('/usr/bin/python3', ['scripts/generate.py', '--check'], { cwd: repository });
  });
});
