import type { OperationStatus } from '@walrus/client';
import { useOperations, type OperationsResult } from '@walrus/react';
import { documentOf, useDocument, useShared } from '../hooks.js';
import { Ago } from '../parts/ago.js';
import { KindIcon } from '../parts/icons.js';
import { Badge, Bar } from '../parts/progress.js';
import { Empty, Loading, Problem } from '../parts/states.js';
import { go, Link, operationAddress, useTitle } from '../router.js';
import { count, duration, hasEnded, kindName, kindNames, standingOf, type Status } from '../words.js';

/** Every operation, live. What is filtered stands in the address. */
export function Operations({ query }: { query: URLSearchParams }) {
  useTitle('Operations');
  const kind = query.get('kind') ?? '';
  const failedOnly = query.get('status') === 'failed';
  const { latest } = useShared();
  const list = useOperations({ ...(kind !== '' && { kind }), ...(failedOnly && { status: 'failed' }) });
  const working = latest.operations.filter((operation) => !hasEnded(operation)).length;
  return (
    <>
      <h1>Operations</h1>
      <div className="filters" role="group" aria-label="Filter">
        <label className="field">
          <span>Kind</span>
          <select value={kind} onChange={(event) => filter(event.currentTarget.value, failedOnly)}>
            <option value="">All kinds</option>
            {kindsOf(latest.operations, kind).map((name) => (
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
      <List list={list} failedOnly={failedOnly} />
    </>
  );
}

function filter(kind: string, failedOnly: boolean): void {
  const query = new URLSearchParams({ ...(kind !== '' && { kind }), ...(failedOnly && { status: 'failed' }) }).toString();
  go(query === '' ? '/operations' : `/operations?${query}`, 'replace');
}

/** Walrus's own, and those of others that have been seen. */
function kindsOf(operations: readonly OperationStatus[], chosen: string): string[] {
  const seen = operations.map(({ kind }) => kind);
  return [...new Set([...Object.keys(kindNames), ...seen, ...(chosen === '' ? [] : [chosen])])];
}

function List({ list, failedOnly }: { list: OperationsResult; failedOnly: boolean }) {
  const { operations, isLoading, error, hasMore, more, reload } = list;
  if (operations.length === 0 && error) return <Problem title="The operations cannot be read" failure={error} again={() => void reload()} />;
  if (operations.length === 0 && isLoading) return <Loading rows={6} what="the operations" />;
  if (operations.length === 0) {
    return (
      <Empty icon="pipe" title={failedOnly ? 'Nothing has failed' : 'Nothing has happened yet'}>
        Uploads, crawls, answers and your own pipelines appear here the moment they begin.
      </Empty>
    );
  }
  return (
    <>
      <ul className="operations">
        {operations.map((operation) => (
          <Row key={operation.operation_id} operation={operation} />
        ))}
      </ul>
      {hasMore && (
        <button type="button" className="button more" disabled={isLoading} onClick={() => void more()}>
          Show older operations
        </button>
      )}
    </>
  );
}

function Row({ operation }: { operation: OperationStatus }) {
  const { started_at, updated_at, progress_percentage: percent } = operation;
  const ended = hasEnded(operation);
  return (
    <li>
      <Link className="operation-row" href={operationAddress(operation.operation_id)}>
        <KindIcon kind={operation.kind} />
        <span className="operation-name">
          <strong>{useName(operation)}</strong>
          <span className="quiet">{operation.error?.message ?? operation.status_message}</span>
        </span>
        <span className="operation-bar">{!ended && <Bar status={operation} />}</span>
        <Badge standing={standingOf(operation)} />
        <span className="operation-times quiet">
          <Ago time={started_at} />
          {ended && <span>{duration((Date.parse(updated_at) - Date.parse(started_at)) / 1000)}</span>}
          {!ended && percent !== null && <span>{percent} %</span>}
        </span>
      </Link>
    </li>
  );
}

/** What an operation is of, as people call it. */
export function useName(status: Status): string {
  const row = useDocument(documentOf(status));
  if ('title' in status && status.title) return status.title;
  return row?.filename ?? row?.url ?? kindName(status.kind);
}
