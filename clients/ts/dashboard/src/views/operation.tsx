import { useFollowing, useOperation, useShared } from '../hooks.js';
import type { Operation as Known } from '../ledger.js';
import { Actions } from '../parts/actions.js';
import { Ago } from '../parts/ago.js';
import { Command } from '../parts/copy.js';
import { KindIcon } from '../parts/icons.js';
import { Badge, Bar, Now } from '../parts/progress.js';
import { Failure, Loading, Problem } from '../parts/states.js';
import { chatAddress, documentAddress, Link, useTitle } from '../router.js';
import { advice, clock, duration, kindName, sentence, standingOf } from '../words.js';
import { useName } from './operations.js';
import { eventOf, type HistoryEvent, Timeline } from './timeline.js';

/** One operation: where it stands, when each step was, and every event of it. */
export function Operation({ id }: { id: string }) {
  const { operation, failure } = useOperation(id);
  if (operation === undefined) {
    return failure ? <Problem title="This operation cannot be shown" failure={failure} /> : <Loading what="the operation" />;
  }
  return <Shown operation={operation} />;
}

function Shown({ operation }: { operation: Known }) {
  const { client } = useShared();
  const { id, state, started, updated } = operation;
  const name = useName(operation);
  useTitle(name);
  const history = useFollowing(`${state.attempt} ${state.sequence} ${state.ended}`, async (signal) =>
    (await client.operations.history(id, { signal })).map(eventOf),
  );
  return (
    <>
      <p className="trail">
        <Link href="/operations">Operations</Link>
      </p>
      <header className="title">
        <h1>
          <KindIcon kind={state.kind} />
          <span>{name}</span>
        </h1>
        <div className="title-actions">
          <Actions operation={operation} name={name} />
        </div>
      </header>
      <section className="panel" aria-label="Status">
        <div className="panel-head">
          <Badge standing={standingOf(state)} />
          <Subject operation={operation} />
        </div>
        <Bar state={state} />
        {state.error ? <Failure message={state.error.message} advice={advice(state)} /> : <Now state={state} />}
        <dl className="fact-table">
          <Fact name="Kind" value={kindName(state.kind)} />
          <Fact name="Attempt" value={state.attempt.toString()} />
          <Fact name={state.ended ? 'Took' : 'Running for'} value={duration(((state.ended ? updated : Date.now()) - started) / 1000)} />
          <div>
            <dt>Begun</dt>
            <dd>
              <Ago time={started} />
            </dd>
          </div>
          <Fact name="Id" value={id} />
        </dl>
      </section>
      {history.failure && <Problem title="The history cannot be read" failure={history.failure} again={history.again} />}
      {history.value === undefined && !history.failure && <Loading what="the history" />}
      {history.value && (
        <>
          <Timeline events={history.value} state={state} />
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

function Subject({ operation: { state } }: { operation: Known }) {
  if (state.document_id !== null) return <Link href={documentAddress(state.document_id)}>Open the document</Link>;
  if (state.conversation_id !== null) return <Link href={chatAddress(state.conversation_id.replace(/^conv#/, ''))}>Open the conversation</Link>;
  return null;
}

/** More than so many are not drawn; the newest are. */
const shownAtMost = 300;

function Events({ events }: { events: readonly HistoryEvent[] }) {
  const shown = events.slice(-shownAtMost).reverse();
  return (
    <section aria-labelledby="events">
      <h2 id="events">Events</h2>
      <div className="table" tabIndex={0} role="region" aria-labelledby="events">
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
