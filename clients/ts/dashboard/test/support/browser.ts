/** Debian's Chromium, and pages in it that keep what they must not do. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { expect } from 'vitest';

const program = '/usr/bin/chromium';

/** Tests in a browser are skipped where there is none; `./dev` installs it. */
export const browserIsThere = existsSync(program);

// It may not look for updates, and root may not have its sandbox.
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export const launch = (): Promise<Browser> => chromium.launch({ executablePath: program, args: flags });

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A page of its own, that keeps everything it asks for and complains about. */
export class Visit {
  readonly requests: { readonly method: string; readonly url: URL }[] = [];
  readonly complaints: string[] = [];
  /** Streams of statuses that are open now, and the most that ever were. */
  streams = 0;
  mostStreams = 0;

  private constructor(
    readonly page: Page,
    readonly origin: string,
  ) {
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => void (message.type() === 'error' && this.complaints.push(message.text())));
    page.on('request', (request) => {
      this.requests.push({ method: request.method(), url: new URL(request.url()) });
      if (isStream(request.url())) this.mostStreams = Math.max(this.mostStreams, ++this.streams);
    });
    const over = (request: { url(): string }): void => void (isStream(request.url()) && this.streams--);
    page.on('requestfinished', over);
    page.on('requestfailed', over);
  }

  static async start(browser: Browser, origin: string, options: BrowserContextOptions = {}): Promise<Visit> {
    const context = await browser.newContext({ baseURL: origin, viewport: { width: 1280, height: 800 }, ...options });
    return new Visit(await context.newPage(), origin);
  }

  /** Of the page's whole life: nobody else was asked, and nothing was refused by the policy or thrown. */
  async end(): Promise<void> {
    const foreign = this.requests.filter(({ url }) => url.protocol !== 'data:' && url.origin !== this.origin);
    expect(foreign.map(({ url }) => url.href)).toEqual([]);
    expect(this.complaints).toEqual([]);
    await this.page.context().close();
  }

  /** What is wrong for those who see, hear or handle the page otherwise. */
  async barriers(): Promise<string[]> {
    await this.page.evaluate(axe);
    return this.page.evaluate(async () => {
      type Axe = { run: () => Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }> };
      const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run();
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
    });
  }

  /** What is wider than the window. */
  overflow(): Promise<number> {
    return this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  }

  asked(method: string, path: string): number {
    return this.requests.filter(({ method: its, url }) => its === method && url.pathname.startsWith(path)).length;
  }
}

const isStream = (url: string): boolean => new URL(url).pathname.endsWith('/events');
