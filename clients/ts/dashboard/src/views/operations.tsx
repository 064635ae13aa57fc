import type { ListOptions } from '@walrus/client';
import { useState } from 'react';
import { useDocument, useLedger, useReading, useShared } from '../hooks.js';
import type { Operation } from '../ledger.js';
import { Ago } from '../parts/ago.js';
import { KindIcon } from '../parts/icons.js';
import { Badge, Bar } from '../parts/progress.js';
import { Empty, Loading, Problem } from '../parts/states.js';
import { go, Link, operationAddress, useTitle } from '../router.js';
import { count, duration, kindName, kindNames, standingOf } from '../words.js';

/** Every operation, live. What is filtered stands in the address. */
export function Operations({ query }: { query: URLSearchParams }) {
  useTitle('Operations');
  const kind = query.get('kind') ?? '';
  const failedOnly = query.get('status') === 'failed';
  const { operations } = useLedger();
  const shown = operations.filter(({ state }) => (kind === '' || state.kind === kind) && (!failedOnly || state.status === 'failed'));
  const working = operations.filter(({ state }) => state.status === 'processing').length;
  return (
    <>
      <h1>Operations</h1>
      <div className="filters" role="group" aria-label="Filter">
        <label className="field">
          <span>Kind</span>
          <select value={kind} onChange={(event) => filter(event.currentTarget.value, failedOnly)}>
            <option value="">All kinds</option>
            {kindsOf(operations, kind).map((name) => (
              <option key={name} value={name}>
                {kindName(name)}
              </option>
            ))}
          </select>
        </label>
        <label className="choice">
          <input type="checkbox" checked={failedOnly} onChange={(event) => filter(kind, event.currentTarget.checked)} />
          Failed only
        </label>
        <p className="quiet" role="status">
          {working === 0 ? 'Nothing is going on' : `${count(working, 'operation')} going on`}
        </p>
      </div>
      <List key={`${kind} ${failedOnly}`} shown={shown} options={{ ...(kind !== '' && { kind }), ...(failedOnly && { status: 'failed' }) }} />
    </>
  );
}

function filter(kind: string, failedOnly: boolean): void {
  const query = new URLSearchParams({ ...(kind !== '' && { kind }), ...(failedOnly && { status: 'failed' }) }).toString();
  go(query === '' ? '/operations' : `/operations?${query}`, 'replace');
}

/** Walrus's own, and those of others that have been seen. */
function kindsOf(operations: readonly Operation[], chosen: string): string[] {
  const seen = operations.flatMap(({ state }) => state.kind ?? []);
  return [...new Set([...Object.keys(kindNames), ...seen, ...(chosen === '' ? [] : [chosen])])];
}

function List({ shown, options }: { shown: readonly Operation[]; options: ListOptions }) {
  const { ledger } = useShared();
  const first = useReading('', () => ledger.list(options));
  const [next, go] = useState<{ cursor: string | null } | null>(null);
  const cursor = next === null ? first.value : next.cursor;
  const readOlder = async (): Promise<void> => go({ cursor: await ledger.list({ ...options, cursor: cursor as string }) });
  if (first.failure) return <Problem title="The operations cannot be read" failure={first.failure} again={first.again} />;
  if (first.value === undefined && shown.length === 0) return <Loading rows={6} what="the operations" />;
  if (shown.length === 0) {
    return (
      <Empty icon="pipe" title={options.status === 'failed' ? 'Nothing has failed' : 'Nothing has happened yet'}>
        Uploads, crawls, answers and your own pipelines appear here the moment they begin.
      </Empty>
    );
  }
  return (
    <>
      <ul className="operations">
        {shown.map((operation) => (
          <Row key={operation.id} operation={operation} />
        ))}
      </ul>
      {cursor && (
        <button type="button" className="button more" onClick={() => void readOlder()}>
          Show older operations
        </button>
      )}
    </>
  );
}

function Row({ operation }: { operation: Operation }) {
  const { state, started, updated } = operation;
  const name = useName(operation);
  return (
    <li>
      <Link className="operation-row" href={operationAddress(operation.id)}>
        <KindIcon kind={state.kind} />
        <span className="operation-name">
          <strong>{name}</strong>
          <span className="quiet">{state.error?.message ?? state.message}</span>
        </span>
        <span className="operation-bar">{!state.ended && <Bar state={state} />}</span>
        <Badge standing={standingOf(state)} />
        <span className="operation-times quiet">
          <Ago time={started} />
          {state.ended && <span>{duration((updated - started) / 1000)}</span>}
          {!state.ended && state.progress !== null && <span>{state.progress} %</span>}
        </span>
      </Link>
    </li>
  );
}

/** What an operation is of, as people call it. */
export function useName({ state, title }: Operation): string {
  const row = useDocument(state.document_id);
  if (title !== null) return title;
  if (state.kind === 'chat') return `Answer in ${state.conversation_id?.replace(/^conv#/, '') ?? 'a conversation'}`;
  return row?.filename ?? row?.url ?? kindName(state.kind);
}
