import { createServer, request as ask, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the proxy saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly key: string | undefined;
  readonly lastEventId: string | undefined;
  /** Of the answer; 0 until there is one. */
  status: number;
}

/** What happens to an answer; what is absent does not. */
export interface Fate {
  /** Cut after so many bytes of its body. */
  readonly cutAfter?: number;
  /** The cut is a proper end, as by a proxy that has had enough. */
  readonly cleanly?: boolean;
  /** Cut before its head. */
  readonly lost?: boolean;
  /** Held back until it is whole. */
  readonly buffered?: boolean;
  /** Answered so, and never passed on. */
  readonly refused?: { readonly status: number; readonly headers?: Record<string, string> };
}

/** Stands between a client and a server, counts requests, and does to the answers what a test says. */
export class Proxy {
  readonly seen: Seen[] = [];
  cuts = 0;
  /** Answers that are under way. */
  open = 0;
  fate: (seen: Seen) => Fate = () => ({});
  readonly #server: Server;
  /** Where requests go on to; it may change. */
  target: string;

  private constructor(target: string) {
    this.target = target;
    this.#server = createServer((request, response) => this.#pass(request, response));
  }

  static async start(target: string): Promise<Proxy> {
    const proxy = new Proxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  count(method: string, path: string): number {
    return this.seen.filter((one) => one.method === method && one.path.startsWith(path)).length;
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '', headers } = request;
    const key = headers['idempotency-key'] as string | undefined;
    const seen: Seen = { method, path: url, key, lastEventId: headers['last-event-id'] as string | undefined, status: 0 };
    this.seen.push(seen);
    const fate = this.fate(seen);
    if (fate.refused !== undefined) {
      request.resume();
      response.writeHead(fate.refused.status, fate.refused.headers).end();
      return;
    }
    const target = new URL(this.target);
    const onward = ask({ host: target.hostname, port: target.port, method, path: url, headers: { ...headers, host: target.host } });
    onward.on('response', (answer) => this.#answer(seen, answer, response, fate));
    onward.on('error', () => response.destroy());
    this.open++;
    response.on('close', () => {
      this.open--;
      onward.destroy();
    });
    request.pipe(onward);
  }

  #answer(seen: Seen, answer: IncomingMessage, response: ServerResponse, fate: Fate): void {
    seen.status = answer.statusCode ?? 0;
    if (fate.lost) {
      this.cuts++;
      response.destroy();
      return;
    }
    const pieces: Buffer[] = [];
    let left = fate.cutAfter ?? Infinity;
    const send = (bytes: Buffer): void => {
      if (left === 0) return;
      response.write(bytes.subarray(0, left));
      left = Math.max(0, left - bytes.length);
      if (left === 0) this.#cut(response, fate.cleanly ?? false);
    };
    if (!fate.buffered) response.writeHead(seen.status, answer.headers);
    if (!fate.buffered) response.flushHeaders();
    answer.on('data', (bytes: Buffer) => (fate.buffered ? pieces.push(bytes) : send(bytes)));
    answer.on('error', () => response.destroy());
    answer.on('end', () => {
      if (fate.buffered) response.writeHead(seen.status, answer.headers).end(Buffer.concat(pieces));
      else if (left > 0) response.end();
    });
  }

  #cut(response: ServerResponse, cleanly: boolean): void {
    this.cuts++;
    if (cleanly) response.end();
    // What was written is sent first: a cut that takes it along would tell nothing of splits.
    else response.write('', () => response.destroy());
  }
}
