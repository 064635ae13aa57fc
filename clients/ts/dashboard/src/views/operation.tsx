import type { OperationStatus } from '@walrus/client';
import { useWalrus } from '@walrus/react';
import { documentOf, useFollowing, useReading, useStanding } from '../hooks.js';
import { Actions } from '../parts/actions.js';
import { Ago } from '../parts/ago.js';
import { Command } from '../parts/copy.js';
import { KindIcon } from '../parts/icons.js';
import { Badge, Bar, Now } from '../parts/progress.js';
import { Failure, Loading, Problem } from '../parts/states.js';
import { chatAddress, documentAddress, Link, useTitle } from '../router.js';
import { advice, clock, duration, hasEnded, kindName, sentence, standingOf, type Status } from '../words.js';
import { useName } from './operations.js';
import { eventOf, type HistoryEvent, Timeline } from './timeline.js';

/** One operation: where it stands, when each step was, and every event of it. */
export function Operation({ id }: { id: string }) {
  const client = useWalrus();
  const { status, failure } = useStanding(id);
  // What no event says: when it began, and what it is of.
  const read = useReading(`${status?.attempt} ${status?.processing_status}`, (signal) => client.operations.status(id, { signal }));
  if (read.value !== undefined) return <Shown read={read.value} status={status ?? read.value} />;
  const missing = read.failure ?? failure;
  return missing ? <Problem alone title="This operation cannot be shown" failure={missing} again={read.again} /> : <Loading what="the operation" />;
}

function Shown({ read, status }: { read: OperationStatus; status: Status }) {
  const client = useWalrus();
  const id = read.operation_id;
  const name = useName(read);
  useTitle(name);
  const history = useFollowing(`${status.attempt} ${status.sequence} ${status.processing_status}`, async (signal) =>
    (await client.operations.history(id, { signal })).map(eventOf),
  );
  const until = hasEnded(status) ? Date.parse(read.updated_at) : Date.now();
  return (
    <>
      <p className="trail">
        <Link href="/operations">Operations</Link>
      </p>
      <header className="title">
        <h1>
          <KindIcon kind={read.kind} />
          <span>{name}</span>
        </h1>
        <div className="title-actions">
          <Actions status={status} name={name} />
        </div>
      </header>
      <section className="panel" aria-label="Status">
        <div className="panel-head">
          <Badge standing={standingOf(status)} />
          <Subject status={read} />
        </div>
        <Bar status={status} />
        {status.error ? <Failure message={status.error.message} advice={advice(status)} /> : <Now status={status} />}
        <dl className="fact-table">
          <Fact name="Kind" value={kindName(read.kind)} />
          <Fact name="Attempt" value={status.attempt.toString()} />
          <Fact name={hasEnded(status) ? 'Took' : 'Running for'} value={duration((until - Date.parse(read.started_at)) / 1000)} />
          <div>
            <dt>Begun</dt>
            <dd>
              <Ago time={read.started_at} />
            </dd>
          </div>
          <div className="fact-wide">
            <dt>Id</dt>
            <dd>
              <code>{id}</code>
            </dd>
          </div>
        </dl>
      </section>
      {history.failure && <Problem title="The history cannot be read" failure={history.failure} again={history.again} />}
      {history.value === undefined && !history.failure && <Loading what="the history" />}
      {history.value && (
        <>
          <Timeline events={history.value} ended={hasEnded(status)} />
          <Events events={history.value} />
        </>
      )}
      <Commands id={id} />
    </>
  );
}

const Fact = ({ name, value }: { name: string; value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);

function Subject({ status }: { status: OperationStatus }) {
  const document = documentOf(status);
  if (document !== null) return <Link href={documentAddress(document)}>Open the document</Link>;
  const conversation = 'conversation_id' in status ? status.conversation_id : undefined;
  return conversation ? <Link href={chatAddress(conversation.replace(/^conv#/, ''))}>Open the conversation</Link> : null;
}

/** More than so many are not drawn; the newest are. */
const shownAtMost = 300;

function Events({ events }: { events: readonly HistoryEvent[] }) {
  const shown = events.slice(-shownAtMost).reverse();
  return (
    <section aria-labelledby="events">
      <h2 id="events">Events</h2>
      <div className="table" tabIndex={0} role="region" aria-label="Table of events">
        <table>
          <thead>
            <tr>
              <th scope="col">No.</th>
              <th scope="col">Time</th>
              <th scope="col">Step</th>
              <th scope="col">Message</th>
              <th scope="col">%</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((event) => (
              <tr key={event.sequence}>
                <td>{event.sequence}</td>
                <td>{clock(event.time)}</td>
                <td>{sentence(event.step)}</td>
                <td>{event.message}</td>
                <td>{event.percent ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {events.length > shownAtMost && <p className="quiet">{`The newest ${shownAtMost} of ${events.length}.`}</p>}
    </section>
  );
}

function Commands({ id }: { id: string }) {
  const at = `${location.origin}/v1/operations/${id}`;
  return (
    <section aria-labelledby="commands">
      <h2 id="commands">From a terminal</h2>
      <Command label="the status" command={`curl -s '${at}'`} />
      <Command label="the history" command={`curl -s '${at}/history'`} />
      <Command label="the live events" command={`curl -sN '${at}/events'`} />
    </section>
  );
}
