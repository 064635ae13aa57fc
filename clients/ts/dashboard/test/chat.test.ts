/** Answers: as they come, after a reload, and what they stand on. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Model } from '../../packages/client/test/support/model.js';
import { serverIsBuilt, WalrusServer } from '../../packages/client/test/support/server.js';
import { browserIsThere, launch, Visit } from './support/browser.js';

describe.skipIf(!serverIsBuilt || !browserIsThere)('answers', () => {
  let model: Model;
  let server: WalrusServer;
  let browser: Browser;
  let visit: Visit;

  beforeAll(async () => {
    model = await Model.start();
    [server, browser] = await Promise.all([WalrusServer.start(...model.options), launch()]);
    const form = new FormData();
    form.set('file', new File(['The lighthouse was lit in 1896. Its keeper was called Ida.'], 'lighthouse.txt'));
    await fetch(`${server.url}/v1/documents/`, { method: 'POST', body: form, headers: { Prefer: 'wait=30' } });
  });
  afterAll(async () => {
    await browser?.close();
    model?.stop();
    await server?.stop();
  });
  beforeEach(async () => {
    model.pieces = ['The ', 'lighthouse ', 'was lit ', 'in 1896. ', '[1]'];
    model.pause = 0;
    visit = await Visit.start(browser, server.url);
  });
  afterEach(() => visit.end());

  const slow = (): void => {
    model.pieces = Array.from({ length: 40 }, (_, i) => `piece${i} `);
    model.pause = 120;
  };
  const ask = async (question: string): Promise<void> => {
    await visit.page.goto('/chat');
    await visit.page.getByLabel('Your question').fill(question);
    await visit.page.getByRole('button', { name: 'Ask' }).click();
  };
  const answer = () => visit.page.locator('.answer-text');

  it('opens the passage that an answer stands on', async () => {
    const { page } = visit;
    await ask('When was the lighthouse lit?');
    await page.getByRole('list', { name: 'Sources' }).getByRole('link').click();
    const passage = page.getByRole('dialog', { name: 'Passage of lighthouse.txt' });
    await passage.getByText('Its keeper was called Ida.').waitFor();
    expect(visit.requests.some(({ url }) => /^\/v1\/documents\/[^/]+\/chunks\/[^/]+$/.test(url.pathname))).toBe(true);
    await page.reload();
    await passage.getByText('Its keeper was called Ida.').waitFor();
    await page.keyboard.press('Escape');
    await passage.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Source 1', exact: true }).click();
    await passage.waitFor();
  });

  it('goes on with an answer that was in flight when the page was reloaded', async () => {
    const { page } = visit;
    slow();
    await ask('What does the log say?');
    await page.getByText('Generating response...').waitFor();
    await answer().getByText('piece5').waitFor();
    await page.reload();
    await answer().getByText('piece0 piece1 piece2 piece3 piece4 piece5').waitFor();
    expect(await answer().textContent()).not.toContain('piece39');
    await answer().getByText('piece38 piece39').waitFor();
    await expect.poll(() => page.getByRole('button', { name: 'Ask' }).isVisible()).toBe(true);
    expect(await answer().textContent()).toBe(model.pieces.join(''));
    expect(visit.asked('POST', '/v1/chat')).toBe(1);
  });

  it('stops an answer, keeps what came of it, and asks again', async () => {
    const { page } = visit;
    slow();
    await ask('Will this end?');
    await answer().getByText('piece2').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('It was cancelled.').waitFor();
    expect(await answer().textContent()).toContain('piece2');
    model.pieces = ['Yes.'];
    await page.getByRole('button', { name: 'Ask again' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Ask again' }).click();
    await answer().getByText('Yes.').waitFor();
  });

  it('shows what others wrote as text, never as markup', async () => {
    model.pieces = ['<img src="https://a.example/b.png" onerror="document.title=1"> <b>bold</b>'];
    await ask('What is in the logs?');
    await answer().getByText('<b>bold</b>').waitFor();
    expect(await visit.page.locator('main img').count()).toBe(0);
  });

  it('lists conversations, and deletes one that was confirmed', async () => {
    const { page } = visit;
    await ask('Which conversation is this?');
    await answer().getByText('in 1896').waitFor();
    const listed = page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: /Which conversation/ });
    await listed.waitFor();
    await page.getByRole('button', { name: 'Delete this conversation' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await listed.waitFor({ state: 'detached' });
    expect(new URL(page.url()).pathname).toBe('/chat');
  });
});
