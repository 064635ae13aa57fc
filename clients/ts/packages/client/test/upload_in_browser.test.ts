/** An upload as in a browser: by XMLHttpRequest, whose part is played by one that sends by `fetch`. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { TooLargeError, WalrusClient, type Progress } from '../src/index.js';
import { serverIsBuilt, WalrusServer } from './support/server.js';

class StandIn {
  static sent = 0;
  static aborted = 0;
  readonly upload: { onprogress?: (event: { loaded: number; total: number }) => void } = {};
  onload?: () => void;
  onerror?: () => void;
  onabort?: () => void;
  status = 0;
  responseText = '';
  readonly #headers: Record<string, string> = {};
  readonly #leaving = new AbortController();
  #request = { method: '', url: '' };
  #response: Response | undefined;

  open(method: string, url: string): void {
    this.#request = { method, url };
  }

  setRequestHeader(name: string, value: string): void {
    this.#headers[name] = value;
  }

  getAllResponseHeaders(): string {
    return [...(this.#response?.headers ?? [])].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  }

  abort(): void {
    StandIn.aborted++;
    this.#leaving.abort();
    this.onabort?.();
  }

  send(body: Blob): void {
    StandIn.sent++;
    this.upload.onprogress?.({ loaded: body.size / 2, total: body.size });
    void fetch(this.#request.url, { method: this.#request.method, headers: this.#headers, body, signal: this.#leaving.signal })
      .then(async (response) => {
        this.upload.onprogress?.({ loaded: body.size, total: body.size });
        [this.#response, this.status, this.responseText] = [response, response.status, await response.text()];
        this.onload?.();
      })
      .catch(() => this.onerror?.());
  }
}

describe.skipIf(!serverIsBuilt)('an upload in a browser', () => {
  let server: WalrusServer;
  let client: WalrusClient;
  beforeAll(async () => {
    server = await WalrusServer.start('--max-upload', '1MB');
    client = new WalrusClient({ baseUrl: server.url, random: () => 0, retries: 1 });
    vi.stubGlobal('XMLHttpRequest', StandIn);
  });
  afterEach(() => void (StandIn.sent = 0));
  afterAll(async () => {
    vi.unstubAllGlobals();
    await server?.stop();
  });

  it('tells of its bytes and steps', async () => {
    const told: Progress[] = [];
    const end = await client.documents.upload(new File(['Some text.'], 'a.txt'), { onProgress: (progress) => told.push(progress) });
    expect(end.status).toBe('completed');
    expect(told[0]).toMatchObject({ phase: 'sending', progress: 5 });
    expect(told[1]?.bytes_sent).toBe(told[1]?.bytes_total);
    expect(told.at(-1)?.progress).toBe(100);
    expect(StandIn.sent).toBe(1);
  });

  it('gives the answer to a refusal', async () => {
    const large = client.documents.upload(new File(['x'.repeat(2_000_000)], 'a.txt'));
    await expect(large).rejects.toMatchObject({ name: TooLargeError.name, errorType: 'payload_too_large' });
  });

  it('is aborted', async () => {
    const leaving = new AbortController();
    const onProgress = (): void => leaving.abort(new Error('gone'));
    await expect(client.documents.upload(new File(['Some text.'], 'a.txt'), { signal: leaving.signal, onProgress })).rejects.toThrow('gone');
    expect([StandIn.sent, StandIn.aborted]).toEqual([1, 1]);
    await expect(client.documents.upload(new File(['Some text.'], 'a.txt'), { signal: leaving.signal })).rejects.toThrow('gone');
    expect(StandIn.sent).toBe(1);
  });

  it('is repeated where no answer comes', async () => {
    const away = new WalrusClient({ baseUrl: 'http://127.0.0.1:1', random: () => 0, retries: 1 });
    await expect(away.documents.upload(new File(['Some text.'], 'a.txt'))).rejects.toMatchObject({ name: 'ConnectionError' });
    expect(StandIn.sent).toBe(2);
  });
});
