import { useEffect } from 'react';
import { useLedger, useNow, useShared } from './hooks.js';
import { Empty } from './parts/states.js';
import { Link, placeOf, useAddress, type Place } from './router.js';
import { Chat } from './views/chat.js';
import { Document } from './views/document.js';
import { Documents } from './views/documents.js';
import { Operation } from './views/operation.js';
import { Operations } from './views/operations.js';

export function App() {
  const place = placeOf(useAddress());
  useFollowed();
  return (
    <>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="top">
        <Link className="brand" href="/" aria-label="Walrus, documents">
          <Mark />
          <span>Walrus</span>
        </Link>
        <nav aria-label="Main">
          <Tab place={place} view="documents" href="/" name="Documents" />
          <Tab place={place} view="chat" href="/chat" name="Chat" />
          <Tab place={place} view="operations" href="/operations" name="Operations" />
        </nav>
        <Live />
      </header>
      <Reconnecting />
      <main id="main" tabIndex={-1} className={place.view}>
        <View place={place} />
      </main>
    </>
  );
}

/** Reads what there is, and follows it as long as the page is open. */
function useFollowed(): void {
  const { ledger, shelf } = useShared();
  useEffect(() => {
    const abort = new AbortController();
    void shelf.read();
    void ledger.follow(abort.signal);
    return () => abort.abort();
  }, [ledger, shelf]);
}

function View({ place: { view, id, query } }: { place: Place }) {
  const passage = query.get('passage');
  if (view === 'chat') return <Chat id={id} passage={passage} />;
  if (view === 'operations') return id === undefined ? <Operations query={query} /> : <Operation key={id} id={id} />;
  if (view === 'documents') return id === undefined ? <Documents /> : <Document key={id} id={id} passage={passage} />;
  return (
    <Empty icon="file" title="There is nothing at this address">
      <Link href="/">Go to the documents</Link>
    </Empty>
  );
}

const Tab = ({ place, view, href, name }: { place: Place; view: Place['view']; href: string; name: string }) => (
  <Link href={href} aria-current={place.view === view ? (place.id === undefined ? 'page' : 'true') : undefined}>
    {name}
  </Link>
);

const Mark = () => (
  <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
    <path className="mark-head" d="M4 14C4 7.5 9 4 16 4s12 3.5 12 10c0 5-4 8-7 8h-10c-3 0-7-3-7-8z" />
    <path className="mark-tusk" d="M11 19c-.5 4-.5 7 0 10 2-1.5 3.2-5.5 3.2-10zM21 19c.5 4 .5 7 0 10-2-1.5-3.2-5.5-3.2-10z" />
    <circle className="mark-eye" cx="11" cy="12" r="1.6" />
    <circle className="mark-eye" cx="21" cy="12" r="1.6" />
  </svg>
);

/** Whether what is shown is what is so now. */
function Live() {
  const { connection } = useLedger();
  const live = connection.transport !== null;
  const word = live ? (connection.transport === 'sse' ? 'Live' : 'Polling') : connection.was ? 'Reconnecting' : 'Connecting';
  return (
    <p className={live ? 'live' : 'live lost'} role="status">
      {word}
    </p>
  );
}

/** Says so where it lasts, with the way out. */
function Reconnecting() {
  const { connection } = useLedger();
  const lost = connection.transport === null && connection.was;
  const now = useNow(lost ? 1000 : null);
  const seconds = Math.floor((now - connection.since) / 1000);
  if (!lost || seconds < 2) return null;
  return (
    <div className="banner" role="alert">
      The connection to the server is lost, since {seconds} s. What you see is how it was; the page goes on by itself as soon as the server answers.
    </div>
  );
}
