/** README.md's samples, drawn as they stand, against a real server. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

import * as walrus from '@walrus/client';
import { cleanup, render, waitFor } from '@testing-library/react';
import * as runtime from 'react/jsx-runtime';
import type { ComponentType } from 'react';
import ts from 'typescript';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { serverIsBuilt, WalrusServer } from '../../client/test/support/server.js';
import * as hooks from '../src/index.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const samples = [...readme.matchAll(/^```tsx\n(.*?)^```$/gms)].map((match) => match[1] ?? '');

/** What a sample exports. */
function run(sample: string): Record<string, ComponentType<object>> {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, jsx: ts.JsxEmit.ReactJSX };
  const { outputText } = ts.transpileModule(sample, { compilerOptions, fileName: 'sample.tsx' });
  const modules: Record<string, unknown> = { '@walrus/client': walrus, '@walrus/react': hooks, 'react/jsx-runtime': runtime };
  const exports = {};
  (new Function('exports', 'require', outputText) as (...given: unknown[]) => void)(exports, (name: string) => modules[name]);
  return exports;
}

describe('the samples', () => {
  it('are of eighteen lines at most', () => {
    expect(samples).toHaveLength(5);
    for (const sample of samples) expect(sample.trimEnd().split('\n').length, sample).toBeLessThanOrEqual(18);
  });

  it('are rightly typed, with the types that are published', () => {
    const files = samples.map((_, index) => fileURLToPath(new URL(`../dist/sample${index}.tsx`, import.meta.url)));
    for (const [index, file] of files.entries()) writeFileSync(file, samples[index] ?? '');
    const { JsxEmit, ModuleKind, ModuleResolutionKind, ScriptTarget } = ts;
    const lib = ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'];
    const options = { strict: true, noEmit: true, skipLibCheck: true, jsx: JsxEmit.ReactJSX, module: ModuleKind.NodeNext };
    const program = ts.createProgram(files, { ...options, moduleResolution: ModuleResolutionKind.NodeNext, target: ScriptTarget.ES2022, lib, types: [] });
    const wrong = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText);
    for (const file of files) rmSync(file);
    expect(wrong).toEqual([]);
  });
});

describe.skipIf(!serverIsBuilt)('the samples, drawn', () => {
  const [document, upload, crawl, chat, overview] = samples as [string, string, string, string, string];
  const patient = { timeout: 20_000 };
  let server: WalrusServer;
  let client: walrus.WalrusClient;
  let id: string;

  beforeAll(async () => {
    server = await WalrusServer.start('--crawl-allow', '127.0.0.0/8');
    client = new walrus.WalrusClient({ baseUrl: server.url });
    const end = await client.documents.upload(new Blob(['The lighthouse of Vardoe was lit in 1896.']), { filename: 'vardoe.txt' });
    id = end.document_id;
  });
  afterAll(() => server?.stop());
  afterEach(cleanup);

  const draw = (Sample: ComponentType<object> | undefined, props: object = {}): HTMLElement => {
    if (Sample === undefined) throw new Error('The sample does not export it.');
    return render(<hooks.WalrusProvider client={client}><Sample {...props} /></hooks.WalrusProvider>).container;
  };

  it('show a document', async () => {
    const { App } = run(document.replace('http://localhost:8000', server.url));
    const page = draw(App, { id });
    await waitFor(() => expect(page.textContent).toBe('Upload completed successfully'), patient);
    const other = draw(App, { id: 'no-such-id' });
    await waitFor(() => expect(other.textContent).toMatch(/^Document 'no-such-id' was not found/), patient);
  });

  it('upload a file', async () => {
    const page = draw(run(upload).Upload);
    expect(page.textContent).toBe('idle 0 % ');
    const input = page.querySelector('input') as HTMLInputElement;
    Object.defineProperty(input, 'files', { value: [new File(['It was built of stone.'], 'stone.txt')] });
    input.dispatchEvent(new window.Event('change', { bubbles: true }));
    await waitFor(() => expect(page.textContent).toBe('processing 100 % Upload completed successfully'), patient);
  });

  it('crawl a site', async () => {
    const site = createServer((request, response) => {
      response.writeHead(request.url === '/' ? 200 : 404, { 'Content-Type': 'text/html' });
      response.end('<p>The lighthouse was built of stone.</p><a href="/gone">gone</a>');
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
    const page = draw(run(crawl).Crawl, { url });
    page.querySelector('button')?.click();
    await waitFor(() => expect(page.textContent).toContain('1 crawled, 1 failed'), patient);
    await waitFor(() => expect(page.querySelectorAll('button')).toHaveLength(2));
    page.querySelectorAll('button')[1]?.click();
    await waitFor(() => expect(page.textContent).toContain(`${url}gone: failed`), patient);
    site.close();
    site.closeAllConnections();
  });

  it('ask a question', async () => {
    const page = draw(run(chat).Chat, { conversationId: 'readme' });
    const input = page.querySelector('input') as HTMLInputElement;
    input.value = 'When was the lighthouse lit?';
    input.dispatchEvent(new window.KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    await waitFor(() => expect(page.textContent).toMatch(/user: When was the lighthouse lit\?assistant: .*1896.*vardoe.txt/s), patient);
  });

  it('show many at once', async () => {
    const { operation_id } = await client.operations.begin({ kind: 'import', steps: [{ name: 'load', percent: 5 }] });
    const page = draw(run(overview).Overview, { ids: [id, 'no-such-id'] });
    await waitFor(() => expect(page.textContent).toContain('import: 0 %'), patient);
    expect(page.textContent).toContain("Upload completed successfullyDocument 'no-such-id' was not found.");
    await client.operations.report(operation_id, { status: 'completed' });
    await waitFor(() => expect(page.textContent).not.toContain('import'), patient);
  });
});
