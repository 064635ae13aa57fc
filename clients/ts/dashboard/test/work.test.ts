/** What a visitor does with documents: upload, cancel, retry, crawl, and what is left after a power cut. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serverIsBuilt, WalrusServer } from '../../packages/client/test/support/server.js';
import { browserIsThere, launch, Visit } from './support/browser.js';
import { Site } from './support/site.js';

const words = (count: number): string => Array.from({ length: count }, (_, i) => `word${i}`).join(' ');
const file = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });

describe.skipIf(!serverIsBuilt || !browserIsThere)('documents', () => {
  let server: WalrusServer;
  let browser: Browser;
  let visit: Visit;

  beforeAll(async () => {
    [server, browser] = await Promise.all([WalrusServer.start('--crawl-allow', '127.0.0.0/8'), launch()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });
  beforeEach(async () => {
    visit = await Visit.start(browser, server.url);
    await visit.page.goto('/');
  });
  afterEach(() => visit.end());

  const card = (name: string) => visit.page.getByRole('listitem').filter({ has: visit.page.getByText(name, { exact: true }) });

  it('shows each step of a file that was chosen, to its end', async () => {
    const { page } = visit;
    await page.locator('input[type=file]').setInputFiles(file('steps.txt', words(12_000)));
    await card('steps.txt').getByRole('progressbar').waitFor();
    const percent = async (): Promise<number> => Number(await card('steps.txt').getByRole('progressbar').getAttribute('aria-valuenow'));
    expect(await percent()).toBeLessThan(100);
    await card('steps.txt').getByText('Completed').waitFor();
    await card('steps.txt').getByRole('link', { name: 'steps.txt' }).click();
    await page.getByRole('heading', { name: 'steps.txt' }).waitFor();
    await page.getByRole('heading', { name: 'Passages' }).waitFor();
    expect(page.url()).toContain('/documents/');
    await page.reload();
    await page.getByRole('heading', { name: 'steps.txt' }).waitFor();
  });

  it('takes files that are dropped, and says what the server does not take', async () => {
    const { page } = visit;
    const dropped = await page.evaluateHandle(() => {
      const data = new DataTransfer();
      data.items.add(new File(['The lighthouse was lit in 1896.'], 'dropped.txt'));
      data.items.add(new File(['\u0000\u0001\u0002\u0003'], 'unknown.bin'));
      return data;
    });
    await page.locator('.drop-zone').dispatchEvent('drop', { dataTransfer: dropped });
    await card('dropped.txt').getByText('Completed').waitFor();
    await card('unknown.bin').getByText('Not taken').waitFor();
    await page.getByRole('button', { name: 'Dismiss unknown.bin' }).click();
    await card('unknown.bin').waitFor({ state: 'detached' });
    // The browser itself writes down that the server answered 415.
    expect(visit.complaints.splice(0)).toEqual([expect.stringContaining('415')]);
  });

  it('cancels, and retries once that was confirmed', async () => {
    const { page } = visit;
    await page.locator('input[type=file]').setInputFiles(file('long.txt', words(150_000)));
    await page.getByRole('button', { name: 'Cancel long.txt' }).and(page.locator('li:has([role=progressbar]) *')).click();
    await card('long.txt').getByText('Cancelled', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Retry long.txt' }).click();
    const dialog = page.getByRole('dialog', { name: 'Retry long.txt?' });
    await dialog.getByRole('button', { name: 'Leave it' }).click();
    expect(visit.asked('POST', '/v1/operations')).toBe(1);
    await page.getByRole('button', { name: 'Retry long.txt' }).click();
    await dialog.getByRole('button', { name: 'Retry' }).click();
    await card('long.txt').getByText('Working').waitFor();
    await page.getByRole('button', { name: 'Cancel long.txt' }).click();
    await card('long.txt').getByText('Cancelled', { exact: true }).waitFor();
  });

  it('says why something failed, and what to do', async () => {
    const { page } = visit;
    await page.locator('input[type=file]').setInputFiles(file('broken.pdf', '%PDF-1.4\nnothing of the kind'));
    await card('broken.pdf').getByText('Failed', { exact: true }).waitFor();
    const [row] = (await server.json<{ operations: { error: { message: string } }[] }>('/v1/operations?status=failed')).operations;
    await card('broken.pdf').getByText(row?.error.message ?? 'none', { exact: true }).waitFor();
    await card('broken.pdf').getByText('A retry alone will not help').waitFor();
  });

  it('shows the pages of a site as they come in', async () => {
    const { page } = visit;
    const site = await Site.start(6);
    try {
      await page.getByLabel('Website to crawl').fill(site.url);
      await page.getByRole('button', { name: 'Crawl' }).click();
      await page.getByRole('heading', { name: 'Pages' }).waitFor();
      const pages = page.locator('.pages');
      await pages.getByRole('link', { name: 'The lighthouse' }).waitFor();
      await expect.poll(() => pages.locator('.queued').count()).toBe(6);
      expect(await pages.locator('.crawled').count()).toBe(1);
      site.release();
      await expect.poll(() => pages.locator('.crawled').count()).toBe(7);
      await pages.getByRole('link', { name: 'Keeper 6' }).waitFor();
      await page.getByText('Completed', { exact: true }).waitFor();
    } finally {
      site.stop();
    }
  });

  it('goes on by itself after the server was killed in the middle of an upload', async () => {
    const { page } = visit;
    await page.locator('input[type=file]').setInputFiles(file('survivor.txt', words(50_000)));
    await card('survivor.txt').getByText('Working').waitFor();
    await expect.poll(async () => Number(await card('survivor.txt').getByRole('progressbar').getAttribute('aria-valuenow'))).toBeGreaterThanOrEqual(76);
    const { port } = new URL(server.url);
    await server.kill();
    await page.locator('.live').getByText('Reconnecting').waitFor();
    await page.getByRole('alert').getByText('The server does not answer').waitFor();
    await server.restart(port);
    await page.locator('.live').getByText('Live').waitFor();
    await card('survivor.txt').getByText('Completed').waitFor({ timeout: 40_000 });
    await page.getByRole('alert').getByText('The server does not answer').waitFor({ state: 'detached' });
    // The browser writes down each request that found no server.
    expect(visit.complaints.splice(0).filter((complaint) => !/ERR_(CONNECTION|INCOMPLETE|EMPTY)/.test(complaint))).toEqual([]);
  });
});
