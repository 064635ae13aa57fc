import type { WalrusClient } from '../client.js';
import { NotFoundError, walrusErrorOf, type WalrusError } from '../errors.js';
import { randomId } from '../http.js';
import { emptySnapshot, type Snapshot } from '../store.js';
import type { ChatMessage, ChatRequest, SourceChunk } from '../types.js';
import type { Actions } from './actions.js';
import { follow, statusOf, viewOf, type Status } from './view.js';
import { Live, type Readable } from './live.js';

/** A message, with what its answer is drawn from where that is known: of those that came while it was shown. */
export interface ConversationMessage extends ChatMessage {
  readonly sources?: readonly SourceChunk[];
}

/** A conversation as it is shown. */
export interface ConversationView {
  /** Given, or made with the first question. */
  readonly conversationId: string | null;
  /** Oldest first; the answer that is still coming is not among them, its question is. */
  readonly messages: readonly ConversationMessage[];
  /** Of the answer that is coming, or of one that did not come to its end. */
  readonly text: string;
  /** Of the latest turn. */
  readonly status: Status | null;
  readonly step: Status['processing_step'];
  /** Of the latest answer that came while it was shown, in rank order. */
  readonly sources: readonly SourceChunk[];
  /** Whether the history is being read. */
  readonly isLoading: boolean;
  /** Whether an answer is coming. */
  readonly isAnswering: boolean;
  /** Why there is no answer, or no history; `error.retryable` says whether `retry` can help. */
  readonly error: WalrusError | null;
  readonly reconnecting: boolean;
}

/** What a question may have besides its words. */
export type QuestionOptions = Omit<ChatRequest, 'query' | 'session_id' | 'conversation_id' | 'user_id'>;

/** A conversation that belongs to nobody can be read under any label. */
const anyUser = 'anyone';
const messagesAtMost = 100;

/** A question that was sent, and the answer to it. */
interface Turn {
  readonly answer: Readable<Snapshot>;
  /** Leaves the answer's own stream, where it has one; the answer is written on. */
  readonly leave: () => void;
  /** Asks the same again, where the server is not known to have the question. */
  readonly again: (() => void) | undefined;
}

/**
 * One conversation. Its history is read with the first listener, and an answer that is being written is
 * followed, whoever asked for it.
 */
export class Conversation extends Live<ConversationView> implements Actions {
  readonly #client: WalrusClient;
  readonly #userId: string | undefined;
  readonly #onBegun: ((conversationId: string) => void) | undefined;
  #turn: Turn | undefined;
  #stop: (() => void) | undefined;
  /** The reading of the history, once it began. */
  #history: Promise<void> | undefined;

  /** `onBegun` is told of the id that a conversation without one gets with its first question. */
  constructor(client: WalrusClient, conversationId: string | null, userId?: string, onBegun?: (conversationId: string) => void) {
    const nothing = { messages: [], text: '', status: null, step: null, sources: [], isAnswering: false, error: null, reconnecting: false };
    super({ ...nothing, conversationId, isLoading: conversationId !== null });
    this.#client = client;
    this.#userId = userId;
    this.#onBegun = onBegun;
    if (conversationId === null) this.#history = Promise.resolve();
  }

  /** Asks. False where an answer is still coming: one at a time. */
  send = async (query: string, options: QuestionOptions = {}): Promise<boolean> => {
    await this.#load();
    if (this.snapshot().isAnswering) return false;
    const asked = { role: 'user', text: query, created_at: new Date().toISOString() } as const;
    this.change({ messages: [...this.snapshot().messages, asked], isAnswering: true });
    this.#ask({ ...options, ...this.#names(), query }, randomId());
    return true;
  };

  cancel = async (): Promise<boolean> => {
    const id = this.snapshot().status?.operation_id;
    return this.snapshot().isAnswering && id ? this.#client.operations.cancel(id) : false;
  };

  retry = async (): Promise<void> => {
    const { isAnswering, error, status } = this.snapshot();
    if (isAnswering || error === null) return;
    if (this.#turn?.again !== undefined && status === null) return this.#turn.again();
    if (status?.operation_id == null) return this.reload();
    await this.#client.operations.retry(status.operation_id);
    this.#takeUp(status.operation_id);
  };

  /** Reads the history again. */
  reload = (): Promise<void> => {
    if (!this.snapshot().isAnswering) this.#history = undefined;
    return this.#load();
  };

  protected override begin(): void {
    if (this.#turn === undefined) void this.#load();
    else this.#listen(this.#turn);
  }

  protected override end(): void {
    this.#unlisten();
    if (this.snapshot().isAnswering) this.#turn?.leave();
    // Who comes back may find more of it.
    else if (this.#turn === undefined) this.#history = undefined;
  }

  // --- The history

  #load(): Promise<void> {
    this.#history ??= this.#read();
    return this.#history;
  }

  async #read(): Promise<void> {
    const id = this.snapshot().conversationId;
    if (id === null) return;
    this.change({ isLoading: true, error: null });
    try {
      const { messages } = await this.#client.chat.history(this.#userId ?? anyUser, id, { limit: messagesAtMost });
      this.change({ messages, text: '', sources: [] });
      const last = messages.at(-1);
      if (last?.role === 'user' && last.operation_id !== undefined) this.#takeUp(last.operation_id);
    } catch (error) {
      // One that does not exist yet begins with its first question.
      if (!(error instanceof NotFoundError)) this.#miss(error);
    }
    this.change({ isLoading: false });
  }

  #miss(error: unknown): void {
    this.#history = undefined;
    this.change({ error: walrusErrorOf(error) });
  }

  // --- Turns

  #names(): Pick<ChatRequest, 'session_id' | 'conversation_id' | 'user_id'> {
    const userId = this.#userId;
    let { conversationId } = this.snapshot();
    if (conversationId === null) {
      conversationId = randomId();
      this.change({ conversationId });
      this.#onBegun?.(conversationId);
    }
    const id = conversationId.replace(/^conv#/, '');
    return { session_id: id, conversation_id: id, ...(userId !== undefined && { user_id: userId }) };
  }

  #ask(request: ChatRequest, idempotencyKey: string): void {
    const leaving = new AbortController();
    const stream = this.#client.chat.stream(request, { idempotencyKey, signal: leaving.signal });
    const leave = (): void => void stream.operationId.then((id) => this.#goOn(id, leaving), () => {});
    const answer = { subscribe: stream.subscribe, snapshot: stream.snapshot, initial: emptySnapshot };
    this.#follow({ answer, leave, again: () => this.#ask(request, idempotencyKey) });
  }

  /** Once nobody listens any more, and the server has the question: who comes back takes it up. */
  #goOn(operationId: string, leaving: AbortController): void {
    if (this.listenedTo) return;
    this.#turn = this.#operation(operationId);
    leaving.abort();
  }

  #takeUp(operationId: string): void {
    this.#follow(this.#operation(operationId));
  }

  #operation(id: string): Turn {
    return { answer: follow(this.#client.operations, id), leave: () => {}, again: undefined };
  }

  #follow(turn: Turn): void {
    this.#unlisten();
    this.#turn = turn;
    this.change({ isAnswering: true, text: '', status: null, step: null, sources: [], error: null });
    this.#listen(turn);
  }

  #listen(turn: Turn): void {
    if (this.#stop !== undefined) return;
    this.#stop = turn.answer.subscribe(() => this.#show(turn));
    this.#show(turn);
  }

  #unlisten(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  #show(turn: Turn): void {
    if (turn !== this.#turn) return;
    const snapshot = turn.answer.snapshot();
    const { status, step, error, reconnecting } = viewOf(snapshot);
    const { state, settled } = snapshot;
    if (settled && state.status === 'completed') return this.#finish(snapshot);
    this.change({ text: state.text, status, step, reconnecting, error, isAnswering: !settled });
  }

  #finish({ state }: Snapshot): void {
    this.#unlisten();
    this.#turn = undefined;
    const { sources = [], selected_model, latency_ms } = state.metadata as Partial<ChatAnswerFacts>;
    const answer: ConversationMessage = {
      role: 'assistant',
      text: state.text,
      created_at: new Date().toISOString(),
      ...(state.operation_id !== null && { operation_id: state.operation_id }),
      ...(selected_model !== undefined && { model_id: selected_model }),
      ...(latency_ms !== undefined && { latency_ms }),
      sources,
    };
    const messages = [...this.snapshot().messages, answer];
    this.change({ messages, sources, status: statusOf(state), step: state.step, text: '', isAnswering: false, reconnecting: false });
  }
}

interface ChatAnswerFacts {
  readonly sources: readonly SourceChunk[];
  readonly selected_model: string;
  readonly latency_ms: number;
}
