/** The page itself: what it weighs and may do, and whether everybody can use it. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverIsBuilt, WalrusServer } from '../../packages/client/test/support/server.js';
import { browserIsThere, launch, Visit } from './support/browser.js';

const html = { Accept: 'text/html' };
/** Bytes of JavaScript on the wire. */
const budget = 60_000;

describe.skipIf(!serverIsBuilt || !browserIsThere)('the page', () => {
  let server: WalrusServer;
  let browser: Browser;
  const ids = { document: '', upload: '', failed: '', chunk: '' };

  beforeAll(async () => {
    [server, browser] = await Promise.all([WalrusServer.start(), launch()]);
    const done = await upload('lighthouse.txt', 'The lighthouse was lit in 1896. Its keeper was called Ida.');
    const failed = await upload('broken.pdf', '%PDF-1.4\nnothing of the kind');
    Object.assign(ids, { document: done.document_id, upload: done.operation_id, failed: failed.operation_id, chunk: `${done.document_id}:1:0` });
    const question = { query: 'When was the lighthouse lit?', session_id: 'beacon', stream: false };
    const headers = { 'Content-Type': 'application/json' };
    await fetch(`${server.url}/v1/chat/`, { method: 'POST', headers, body: JSON.stringify(question) });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function upload(name: string, text: string): Promise<{ document_id: string; operation_id: string }> {
    const form = new FormData();
    form.set('file', new File([text], name));
    const answer = await fetch(`${server.url}/v1/documents/`, { method: 'POST', body: form, headers: { Prefer: 'wait=30' } });
    return (await answer.json()) as { document_id: string; operation_id: string };
  }

  /** Every view, by its address, and something that is there once it is drawn. */
  const views = (): [string, string][] => [
    ['/', 'lighthouse.txt'],
    [`/documents/${ids.document}`, 'Passages'],
    [`/documents/${ids.document}?passage=${encodeURIComponent(ids.chunk)}`, 'Open the document'],
    ['/chat', 'What would you like to know?'],
    ['/chat/beacon', 'Sources'],
    ['/operations', 'broken.pdf'],
    [`/operations/${ids.upload}`, 'From a terminal'],
    [`/operations/${ids.failed}`, 'A retry alone will not help'],
    ['/operations/no-such-id', 'This operation cannot be shown'],
    ['/nowhere', 'There is nothing at this address'],
  ];
  const open = async (visit: Visit, address: string, sign: string): Promise<void> => {
    // The server answers its own addresses alone; the page shows any.
    if (address === '/nowhere') await visit.page.goto('/').then(() => visit.page.evaluate(() => history.pushState(null, '', '/nowhere') ?? dispatchEvent(new PopStateEvent('popstate'))));
    else await visit.page.goto(address);
    await visit.page.getByText(sign).or(visit.page.getByLabel(sign)).first().waitFor();
  };

  describe('as it is served', () => {
    it('is small', () => {
      const built = join(process.env['WALRUS_BUILD_DIR'] ?? fileURLToPath(new URL('../../../../build/release', import.meta.url)), 'dashboard/page.json');
      const files = JSON.parse(readFileSync(built, 'utf8')) as { name: string; gzip_size: number }[];
      const scripts = files.filter(({ name }) => name.endsWith('.js'));
      expect(scripts.length).toBeGreaterThan(0);
      expect(scripts.reduce((sum, { gzip_size }) => sum + gzip_size, 0)).toBeLessThanOrEqual(budget);
    });

    it('answers browsers at every address of its own, and others as before', async () => {
      for (const path of ['/', '/documents', `/documents/${ids.document}`, '/operations', '/operations/x', '/chat', '/chat/beacon']) {
        const page = await fetch(server.url + path, { headers: html });
        expect([path, page.status, page.headers.get('Content-Type')]).toEqual([path, 200, 'text/html; charset=utf-8']);
        const other = await fetch(server.url + path, { headers: { Accept: 'application/json' } });
        expect([path, other.status]).toEqual([path, path === '/' ? 200 : 404]);
      }
    });

    it('is kept for good by its parts and asked for anew as a whole', async () => {
      const page = await fetch(`${server.url}/`, { headers: html });
      expect(page.headers.get('Cache-Control')).toBe('no-cache');
      const again = await fetch(`${server.url}/`, { headers: { ...html, 'If-None-Match': page.headers.get('ETag') ?? '' } });
      expect(again.status).toBe(304);
      const assets = [...(await page.text()).matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path]) => path);
      expect(assets.length).toBeGreaterThanOrEqual(3);
      for (const path of assets) {
        const asset = await fetch(server.url + path);
        expect([asset.status, asset.headers.get('Cache-Control'), asset.headers.get('Content-Encoding')]).toEqual([
          200,
          'public, max-age=31536000, immutable',
          'gzip',
        ]);
      }
    });
  });

  it('may do nothing but what its policy says, which a browser holds it to', async () => {
    const visit = await Visit.start(browser, server.url);
    await visit.page.goto('/');
    const refused = await visit.page.evaluate(() => fetch('https://a.example/').then(() => 'answered', () => 'refused'));
    expect(refused).toBe('refused');
    // So the checks of all the other visits can fail.
    expect(visit.complaints.join()).toContain('Content Security Policy');
    expect(visit.requests.map(({ url }) => url.host)).not.toContain('a.example');
    await visit.page.context().close();
  });

  for (const [name, options] of Object.entries({
    'in light': { colorScheme: 'light' },
    'in dark': { colorScheme: 'dark' },
    'at 320 px': { viewport: { width: 320, height: 640 } },
    'at 320 px, in dark': { colorScheme: 'dark', viewport: { width: 320, height: 640 } },
  } as const)) {
    it(`has no barriers ${name}`, async () => {
      const visit = await Visit.start(browser, server.url, { ...options, reducedMotion: 'reduce' });
      for (const [address, sign] of views()) {
        await open(visit, address, sign);
        expect([address, await visit.overflow()]).toEqual([address, 0]);
        expect([address, await visit.barriers()]).toEqual([address, []]);
      }
      // The one operation that is not there, twice: the browser writes down each 404.
      visit.complaints.splice(0, Infinity, ...visit.complaints.filter((complaint) => !complaint.includes('404')));
      await visit.end();
    });
  }

  it('can be used by keyboard alone', async () => {
    const visit = await Visit.start(browser, server.url);
    const { page } = visit;
    const focused = (): Promise<string> =>
      page.evaluate(() => {
        const element = document.activeElement;
        if (element === null || element.matches('body, main')) return '';
        return element.getAttribute('aria-label') ?? element.textContent ?? '';
      });
    const tabTo = async (name: string): Promise<void> => {
      for (let presses = 0; !(await focused()).includes(name); presses++) {
        expect(presses, `to ${name}, from ${await focused()}`).toBeLessThan(25);
        await page.keyboard.press('Tab');
      }
      // Where the focus is can be seen.
      expect(await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle)).toBe('solid');
    };
    await page.goto('/');
    await page.getByText('lighthouse.txt').waitFor();
    await tabTo('Skip to the content');
    await page.keyboard.press('Enter');
    await tabTo('lighthouse.txt');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Passages' }).waitFor();
    await tabTo('Delete lighthouse.txt');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focused()).toContain('Delete lighthouse.txt');
    await page.goto('/chat/beacon');
    await page.getByRole('list', { name: 'Sources' }).waitFor();
    await tabTo('lighthouse.txt');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('Its keeper was called Ida.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByLabel('Your question').focus();
    await page.keyboard.type('Who was the keeper?');
    await page.keyboard.press('Enter');
    await page.locator('.question').getByText('Who was the keeper?').waitFor();
    await expect.poll(() => page.locator('.answer').count()).toBe(2);
    await visit.end();
  });

  it('lists every operation the moment it begins, and only what is asked for', async () => {
    const visit = await Visit.start(browser, server.url);
    const { page } = visit;
    await page.goto('/operations');
    const rows = page.locator('.operation-row');
    await rows.filter({ hasText: 'broken.pdf' }).waitFor();
    await upload('later.txt', 'The lighthouse was sold in 1971.');
    await rows.filter({ hasText: 'later.txt' }).getByText('Completed', { exact: true }).waitFor();
    await page.getByLabel('Failed only').check();
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByLabel('Kind').selectOption('chat');
    await page.getByText('Nothing has failed').waitFor();
    await page.reload();
    await page.getByText('Nothing has failed').waitFor();
    expect(await page.getByLabel('Failed only').isChecked()).toBe(true);
    await page.getByLabel('Failed only').uncheck();
    await rows.filter({ hasText: 'Answer' }).first().waitFor();
    expect(visit.mostStreams).toBe(1);
    await visit.end();
  });

  it('gives an operation its timeline, its events and its commands', async () => {
    const visit = await Visit.start(browser, server.url, { permissions: ['clipboard-read', 'clipboard-write'] });
    const { page } = visit;
    await page.goto(`/operations/${ids.upload}`);
    const history = await server.json<{ processing_step: string; status_message: string }[]>(`/v1/operations/${ids.upload}/history`);
    await expect.poll(() => page.locator('tbody tr').count()).toBe(history.length);
    expect(await page.locator('.timeline li').count()).toBe(5);
    await page.getByRole('button', { name: 'Copy the history as curl' }).click();
    await page.getByText('Copied').first().waitFor();
    const command = await page.evaluate(() => navigator.clipboard.readText());
    expect(JSON.parse(execFileSync('sh', ['-c', command], { encoding: 'utf8' }))).toEqual(history);
    await visit.end();
  });

  it('needs one stream for all that is shown, in every view', async () => {
    const visit = await Visit.start(browser, server.url);
    for (const [address, sign] of views().slice(0, 6)) {
      await open(visit, address, sign);
      await visit.page.locator('.live').getByText('Live').waitFor();
    }
    expect(visit.mostStreams).toBe(1);
    await visit.end();
  });
});
