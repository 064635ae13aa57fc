import type { WalrusClient } from '../client.js';
import type { Progress, Work, WorkOptions } from '../documents.js';
import { walrusErrorOf } from '../errors.js';
import { randomId } from '../http.js';
import { emptySnapshot } from '../store.js';
import type { Actions } from './actions.js';
import { Live } from './live.js';
import { viewOf, type View } from './view.js';

/** An upload or a crawl, from its first byte on. */
export interface SentWorkView extends View {
  readonly phase: 'idle' | 'sending' | 'processing';
  /** Of the request's body; 0 of 0 for a crawl. */
  readonly bytesSent: number;
  readonly bytesTotal: number;
  /** Known once the server has taken the work. */
  readonly documentId: string | null;
}

type Begin = (options: WorkOptions) => Work;

const idle: SentWorkView = {
  ...viewOf(emptySnapshot),
  isLoading: false,
  phase: 'idle',
  bytesSent: 0,
  bytesTotal: 0,
  documentId: null,
};

/**
 * Sends work to the server, one after the other, and follows the last one while somebody listens. What
 * was sent goes on whether or not somebody does.
 */
export class SentWork extends Live<SentWorkView> implements Actions {
  readonly #client: WalrusClient;
  #send: (() => Promise<string | null>) | undefined;
  #work: Work | undefined;
  #operationId: string | undefined;
  /** What the bytes have filled of the bar, below which the steps do not begin. */
  #floor = 0;
  #stop: (() => void) | undefined;

  constructor(client: WalrusClient) {
    super(idle);
    this.#client = client;
  }

  /** The document's id, once the server has taken the work; null where it has not, and `error` says why. */
  start(begin: Begin): Promise<string | null> {
    const idempotencyKey = randomId();
    this.#send = () => this.#begin((options) => begin({ ...options, idempotencyKey }));
    return this.#send();
  }

  /** Shows nothing any more. What was sent goes on. */
  reset = (): void => {
    this.#leave();
    this.#send = undefined;
    this.change(idle);
  };

  cancel = async (): Promise<boolean> => {
    if (this.#operationId !== undefined) return this.#client.operations.cancel(this.#operationId);
    return (await this.#work?.cancel()) ?? false;
  };

  retry = async (): Promise<void> => {
    if (this.#operationId !== undefined) await this.#client.operations.retry(this.#operationId);
    else if (!this.snapshot().isLoading) await this.#send?.();
  };

  protected override begin(): void {
    this.#listen();
  }

  protected override end(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  #leave(): void {
    this.end();
    this.#work = undefined;
    this.#operationId = undefined;
  }

  #begin(begin: Begin): Promise<string | null> {
    this.#leave();
    this.change({ ...idle, isLoading: true, phase: 'sending' });
    const taken = new AbortController();
    return new Promise((resolve) => {
      const onProgress = (progress: Progress): void => {
        const { operation_id, document_id } = progress.state;
        if (this.#work === work) this.#sent(progress);
        if (operation_id === null || taken.signal.aborted) return;
        // From here on it is followed like any, as long as somebody listens.
        taken.abort();
        resolve(document_id);
      };
      const work = begin({ onProgress, signal: taken.signal });
      this.#work = work;
      work.catch((error: unknown) => {
        if (taken.signal.aborted) return;
        if (this.#work === work) this.change({ ...idle, error: walrusErrorOf(error) });
        resolve(null);
      });
    });
  }

  #sent({ state, progress, bytes_sent, bytes_total }: Progress): void {
    this.change({ progress, bytesSent: bytes_sent, bytesTotal: bytes_total });
    if (state.operation_id === null || this.#operationId !== undefined) return;
    this.#floor = progress;
    this.#operationId = state.operation_id;
    this.change({ phase: 'processing', documentId: state.document_id });
    this.#listen();
  }

  #listen(): void {
    if (this.#operationId === undefined || this.#stop !== undefined || !this.listenedTo) return;
    this.#stop = this.#client.operations.subscribe(this.#operationId, () => this.#show());
    this.#show();
  }

  #show(): void {
    const view = viewOf(this.#client.operations.snapshot(this.#operationId as string));
    this.change({ ...view, progress: Math.max(this.#floor, view.progress) });
  }
}
