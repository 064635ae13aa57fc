/** README.md's samples, run as they stand, in order, against a real server. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { QueryClient } from '@tanstack/query-core';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import * as walrus from '../src/index.js';
import * as queryOptions from '../src/query.js';
import * as webhooks from '../src/webhooks.js';
import { serverIsBuilt, WalrusServer } from './support/server.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const samples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1] ?? '');

/** What a sample prints; what it declares is kept for those that follow. */
async function run(sample: string, scope: Record<string, unknown>): Promise<string> {
  const declared = [...sample.matchAll(/^(?:export async function|const) (?:\{ ([^}]+) \}|(\w+))/gm)];
  const names = declared.flatMap(([, several, one]) => (several ?? one ?? '').split(', '));
  const statements = sample.replace(/^import .*$/gm, '').replace(/^export /gm, '');
  const typed = `async () => {\n${statements}\nreturn { ${names.join(', ')} };\n}`;
  const { outputText } = ts.transpileModule(`(${typed})`, { compilerOptions: { target: ts.ScriptTarget.ES2022 } });
  let printed = '';
  const print = (...values: unknown[]): void => void (printed += `${values.map((value) => String(value)).join(' ')}\n`);
  const given = { ...scope, console: { log: print }, process: { stdout: { write: (text: string) => (printed += text) } } };
  const make = new Function(...Object.keys(given), `return ${outputText}`) as (...values: unknown[]) => () => Promise<object>;
  Object.assign(scope, await make(...Object.values(given))());
  return printed;
}

describe('the samples', () => {
  it('are of ten lines at most', () => {
    expect(samples).toHaveLength(7);
    for (const sample of samples) expect(sample.trimEnd().split('\n').length, sample).toBeLessThanOrEqual(10);
  });

  it('are rightly typed, with the types that are published', () => {
    const file = fileURLToPath(new URL('../dist/samples.mts', import.meta.url));
    writeFileSync(file, `declare const secret: string;\ndeclare const queries: import('@tanstack/query-core').QueryClient;\n${samples.join('')}`);
    const { ModuleKind, ModuleResolutionKind, ScriptTarget } = ts;
    const lib = ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.asynciterable.d.ts'];
    const options = { strict: true, noEmit: true, module: ModuleKind.NodeNext, moduleResolution: ModuleResolutionKind.NodeNext };
    const program = ts.createProgram([file], { ...options, target: ScriptTarget.ES2022, lib, types: ['node'] });
    const wrong = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText);
    rmSync(file);
    expect(wrong).toEqual([]);
  });
});

describe.skipIf(!serverIsBuilt)('the samples, run', () => {
  const [start, chat, upload, many, errors, receiver, query] = samples as [string, string, string, string, string, string, string];
  let server: WalrusServer;
  const scope: Record<string, unknown> = { ...walrus, ...webhooks, ...queryOptions, queries: new QueryClient(), secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` };

  beforeAll(async () => {
    server = await WalrusServer.start();
    await run(start.replace('http://localhost:8000', server.url), scope);
    const client = scope.client as walrus.WalrusClient;
    await client.documents.upload(new Blob(['The lighthouse of Vardoe was lit in the autumn of 1896.']), { filename: 'a.txt' });
  });
  afterAll(() => server?.stop());

  it('stream an answer', async () => {
    const printed = await run(chat, scope);
    expect(printed).toMatch(/^by sse$/m);
    expect(printed).toMatch(/^initializing: Starting chat processing\.\.\.$/m);
    expect(printed).toMatch(/1896[^]*1896/);
  });

  it('upload a file', async () => {
    const printed = await run(upload, scope);
    expect(printed).toMatch(/^\d % sending$/m);
    expect(printed).toMatch(/^100 % Upload completed successfully$/m);
    expect(scope.document_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('watch many', async () => {
    const printed = await run(many, scope);
    expect(printed.match(/100 completed/g)).toHaveLength(2);
    expect(scope).toMatchObject({ not_found: ['no-such-id'], statuses: { [scope.document_id as string]: { progress_percentage: 100 } } });
  });

  it('tell errors apart', async () => expect(await run(errors, scope)).toMatch(/^404 not_found Document 'no-such-id' was not found/));

  it('ask through TanStack Query', async () => expect(await run(query, scope)).toMatch(/^Upload completed successfully 100$/m));

  it('refuse a message that is not signed', async () => {
    await run(receiver, scope);
    const post = scope.POST as (request: Request) => Promise<Response>;
    const request = new Request('http://localhost/', { method: 'POST', body: '{}' });
    await expect(post(request)).rejects.toBeInstanceOf(webhooks.WebhookVerificationError);
  });
});
