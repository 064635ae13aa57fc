import { WalrusClient } from '@walrus/client';

interface Stream {
  readonly path: string;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
}

/** A server that says what a test tells it to, in the place of `fetch`. */
export class Script {
  /** Every request: its method and path. */
  readonly asked: string[] = [];
  /** What a request gets: JSON, an answer, or an error that is thrown. Streams are not asked for here. */
  answer: (request: { method: string; path: string; body: unknown }) => unknown = () => new Response('{}', { status: 404 });
  readonly client: WalrusClient;
  readonly #streams = new Set<Stream>();

  constructor() {
    const fetch: typeof globalThis.fetch = (url, init) => this.#fetch(String(url as string), init ?? {});
    this.client = new WalrusClient({ baseUrl: '', fetch, random: () => 0 });
  }

  count(start: string): number {
    return this.asked.filter((one) => one.startsWith(start)).length;
  }

  /** Paths of the streams that are open. */
  get open(): string[] {
    return [...this.#streams].map(({ path }) => path);
  }

  tell(...events: object[]): void {
    const text = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
    for (const { controller } of this.#streams) controller.enqueue(new TextEncoder().encode(text));
  }

  /** Breaks all streams off. */
  cut(): void {
    for (const { controller } of this.#streams) controller.error(new TypeError('terminated'));
    this.#streams.clear();
  }

  #fetch(path: string, { method = 'GET', headers, body, signal }: RequestInit): Promise<Response> {
    this.asked.push(`${method} ${path}`);
    const isStream = (headers as Record<string, string>).Accept === 'text/event-stream';
    if (isStream && method === 'GET') return Promise.resolve(this.#stream(path, signal ?? null));
    const answer = this.answer({ method, path, body: typeof body === 'string' ? JSON.parse(body) : body });
    if (answer instanceof Error) return Promise.reject(answer);
    if (isStream && answer === 'stream') return Promise.resolve(this.#stream(path, signal ?? null));
    return Promise.resolve(answer instanceof Response ? answer : new Response(JSON.stringify(answer)));
  }

  #stream(path: string, signal: AbortSignal | null): Response {
    const { readable, stream } = this.#opened(path);
    signal?.addEventListener('abort', () => {
      if (this.#streams.delete(stream)) stream.controller.error(signal.reason);
    });
    const headers = { 'Content-Type': 'text/event-stream', 'X-Operation-Id': 'turn' };
    return new Response(readable, { headers });
  }

  #opened(path: string): { readable: ReadableStream<Uint8Array>; stream: Stream } {
    let stream: Stream | undefined;
    const readable = new ReadableStream<Uint8Array>({
      start: (controller) => void (stream = { path, controller }),
      cancel: () => void this.#streams.delete(stream as Stream),
    });
    this.#streams.add(stream as unknown as Stream);
    return { readable, stream: stream as unknown as Stream };
  }
}

/** A document's status on the wire. */
export const statusOf = (document_id: string, sequence: number, changes: object = {}): Record<string, unknown> => ({
  document_id,
  operation_id: `operation-of-${document_id}`,
  kind: 'document_upload',
  sequence,
  attempt: 1,
  processing_status: 'processing',
  processing_step: 'extracting_text',
  progress_percentage: 25,
  status_message: 'Extracting text content...',
  updated_at: '2024-01-15T10:30:45.120Z',
  started_at: '2024-01-15T10:30:42.007Z',
  eta_seconds: 3.5,
  status_metadata: { bytes_done: 10 },
  error: null,
  ...changes,
});

export const completed = { processing_status: 'completed', processing_step: 'finished', progress_percentage: 100, eta_seconds: null };

/** As an event of a stream. */
export const eventOf = (...status: Parameters<typeof statusOf>): object => ({ type: 'status', ...statusOf(...status) });

/** A script that knows the statuses of these documents. */
export function scriptOf(statuses: Record<string, Record<string, unknown>>): Script {
  const script = new Script();
  script.answer = ({ path }) => {
    const ids = new URL(path, 'http://localhost').searchParams.get('ids')?.split(',') ?? [];
    const found = ids.filter((id) => statuses[id] !== undefined).map((id) => [id, statuses[id]]);
    return { statuses: Object.fromEntries(found), not_found: ids.filter((id) => statuses[id] === undefined) };
  };
  return script;
}
