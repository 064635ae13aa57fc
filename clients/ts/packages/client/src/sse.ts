import { createParser } from 'eventsource-parser';

import { ConnectionError } from './errors.js';
import type { WireEvent } from './state.js';

/** One server-sent event. Without an `id` line it has none. */
export interface Message {
  readonly id: string | undefined;
  readonly event: WireEvent;
}

export interface Reading {
  /** How long nothing at all may come, in milliseconds. */
  readonly stall: number;
  /** Told of each `retry:` line, in milliseconds. */
  readonly onRetry: (milliseconds: number) => void;
}

/** The events of a body, however its bytes are split. It throws where the stream stalls or is cut. */
export async function* messages(body: ReadableStream<Uint8Array>, reading: Reading): AsyncGenerator<Message> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let parsed: Message[] = [];
  const parser = createParser({
    onEvent: ({ id, data }) => parsed.push({ id, event: parse(data) }),
    onRetry: reading.onRetry,
  });
  try {
    for (;;) {
      const { done, value } = await within(reading.stall, unbroken(reader.read()));
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      const batch = parsed;
      parsed = [];
      yield* batch;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** What is no JSON object is of no known type. */
function parse(data: string): WireEvent {
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value === 'object' && value !== null && 'type' in value) return value as WireEvent;
  } catch {
    // Taken as it came.
  }
  return { type: 'unknown', data };
}

/** An answer's JSON. */
export const jsonOf = <T>(response: Response): Promise<T> => unbroken(response.json() as Promise<T>);

/** What ends in the middle of an answer is a lost connection. */
async function unbroken<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    throw new ConnectionError('The answer broke off.', { cause });
  }
}

/** Throws where a promise takes longer than so many milliseconds. */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ConnectionError('Nothing came for too long.', { stalled: true })), milliseconds);
  });
  try {
    return await Promise.race([promise, stalled]);
  } finally {
    clearTimeout(timer);
  }
}
