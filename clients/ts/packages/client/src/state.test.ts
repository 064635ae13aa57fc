import { readdirSync, readFileSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { messages, type Message } from './sse.js';
import { initialState, isAboutStream, isLast, reduce, type OperationState } from './state.js';

const golden = new URL('../../../../../contract/golden/', import.meta.url);
const cases = readdirSync(golden)
  .filter((name) => name.endsWith('.sse'))
  .map((name) => name.slice(0, -'.sse'.length));

const bytesOf = (name: string): Uint8Array => readFileSync(new URL(`${name}.sse`, golden));
const statesOf = (name: string): unknown[] =>
  readFileSync(new URL(`${name}.ndjson`, golden), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as unknown);

/** The bytes in pieces that end at the cuts. */
function pieces(bytes: Uint8Array, cuts: readonly number[]): ReadableStream<Uint8Array> {
  const ends = [...new Set(cuts.map((cut) => cut % bytes.length)), bytes.length].sort((a, b) => a - b);
  return new ReadableStream({
    start(controller) {
      let begin = 0;
      for (const end of ends) {
        controller.enqueue(bytes.slice(begin, end));
        begin = end;
      }
      controller.close();
    },
  });
}

async function read(bytes: Uint8Array, cuts: readonly number[] = []): Promise<Message[]> {
  const got: Message[] = [];
  for await (const message of messages(pieces(bytes, cuts), { stall: 1000, onRetry: () => {} })) got.push(message);
  return got;
}

function fold(got: readonly Message[]): OperationState[] {
  let state = initialState;
  return got.map(({ event, id }) => (state = reduce(state, event, id)));
}

function foldMany(got: readonly Message[]): Record<string, OperationState>[] {
  let states: Record<string, OperationState> = {};
  return got.map(({ event }) => {
    const id = event.operation_id as string;
    if (!isAboutStream(event)) states = { ...states, [id]: reduce(states[id] ?? initialState, event) };
    return states;
  });
}

describe('the golden traces', () => {
  it('are there', () => expect(cases.length).toBeGreaterThanOrEqual(10));

  it.each(cases)('%s gives the same states', async (name) => {
    const got = await read(bytesOf(name));
    const states: unknown[] = name.startsWith('many_') ? foldMany(got) : fold(got);
    expect(states).toEqual(statesOf(name));
  });

  it('are the same events however the bytes are split', async () => {
    const whole = new Map(await Promise.all(cases.map(async (name) => [name, await read(bytesOf(name))] as const)));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...cases), fc.array(fc.nat(), { maxLength: 200 }), async (name, cuts) => {
        expect(await read(bytesOf(name), cuts)).toEqual(whole.get(name));
      }),
      { numRuns: 200 },
    );
  });

  it('are the same events one byte at a time, with line ends of either kind', async () => {
    for (const end of ['\n', '\r\n']) {
      const bytes = new TextEncoder().encode(new TextDecoder().decode(bytesOf('external')).replaceAll('\n', end));
      expect(await read(bytes, [...bytes.keys()])).toEqual(await read(bytesOf('external')));
    }
  });
});

describe('reduce', () => {
  const oneOperation = ['upload', 'chat', 'external', 'upload_failed_and_retried', 'chat_failed_and_retried', 'chat_snapshot_on_the_way'];

  it('ends in the same state whatever is replayed', async () => {
    const traces = await Promise.all(oneOperation.map((name) => read(bytesOf(name))));
    fc.assert(
      fc.property(fc.constantFrom(...traces), fc.array(fc.tuple(fc.nat(), fc.nat())), (trace, replays) => {
        // Each replay repeats, at some point, one or more events that were told before it.
        const told = [...trace];
        for (const [at, from] of replays) {
          const end = 1 + (at % told.length);
          told.splice(end, 0, ...told.slice(from % end, end));
        }
        expect(fold(told).at(-1)).toEqual(fold(trace).at(-1));
      }),
    );
  });

  it('gives the very same object for a replay', async () => {
    const trace = await read(bytesOf('chat'));
    const end = fold(trace).at(-1) as OperationState;
    for (const { event, id } of trace) expect(reduce(end, event, id)).toBe(end);
  });

  it('never changes a state', async () => {
    for (const name of oneOperation) {
      let state = Object.freeze(initialState);
      for (const { event, id } of await read(bytesOf(name))) state = Object.freeze(reduce(state, event, id));
    }
  });

  it('never lets progress fall within an attempt', () => {
    const status = fc.record({
      type: fc.constant('status'),
      operation_id: fc.constant('a'),
      sequence: fc.nat(50),
      attempt: fc.integer({ min: 1, max: 3 }),
      processing_status: fc.constantFrom('processing', 'completed', 'failed'),
      processing_step: fc.constant('validating'),
      progress_percentage: fc.option(fc.nat(100)),
      status_message: fc.string(),
      eta_seconds: fc.constant(null),
      status_metadata: fc.constant({}),
      error: fc.constant(null),
    });
    fc.assert(
      fc.property(fc.array(status), (events) => {
        let before = initialState;
        for (const event of events) {
          const state = reduce(before, event);
          expect(state.sequence).toBeGreaterThanOrEqual(before.sequence);
          expect(state.attempt).toBeGreaterThanOrEqual(before.attempt);
          if (state.attempt === before.attempt) expect(state.progress ?? 0).toBeGreaterThanOrEqual(before.progress ?? 0);
          if (state.attempt === before.attempt && before.ended) expect({ ...state, sequence: 0 }).toEqual({ ...before, sequence: 0 });
          before = state;
        }
      }),
    );
  });
});

describe('isLast', () => {
  it.each(['upload', 'chat', 'external'])('is true of the last event of %s alone', async (name) => {
    const lasts = (await read(bytesOf(name))).map(({ event }) => isLast(event));
    expect(lasts.lastIndexOf(true)).toBe(lasts.length - 1);
    expect(lasts.filter(Boolean)).toHaveLength(1);
  });
});
