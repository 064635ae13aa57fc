import { useOperations } from '@walrus/react';
import { useEffect, useMemo, useState } from 'react';
import { SharedContext, useNow, useShared } from './hooks.js';
import type { Outbox } from './outbox.js';
import type { Shelf } from './shelf.js';
import { Empty } from './parts/states.js';
import { Link, placeOf, useAddress, type Place } from './router.js';
import { Chat } from './views/chat.js';
import { Document } from './views/document.js';
import { Documents } from './views/documents.js';
import { Operation } from './views/operation.js';
import { Operations } from './views/operations.js';

export function App({ shelf, outbox }: { shelf: Shelf; outbox: Outbox }) {
  const place = placeOf(useAddress());
  const latest = useOperations();
  const shared = useMemo(() => ({ shelf, outbox, latest }), [shelf, outbox, latest]);
  useEffect(() => void shelf.read(), [shelf]);
  return (
    <SharedContext.Provider value={shared}>
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
      <main id="main" tabIndex={-1} className={`view-${place.view}`}>
        <View place={place} />
      </main>
    </SharedContext.Provider>
  );
}

function View({ place: { view, id, query } }: { place: Place }) {
  const passage = query.get('passage');
  if (view === 'chat') return <Chat id={id} passage={passage} />;
  if (view === 'operations') return id === undefined ? <Operations query={query} /> : <Operation key={id} id={id} />;
  if (view === 'documents') return id === undefined ? <Documents /> : <Document key={id} id={id} passage={passage} />;
  return (
    <Empty alone icon="file" title="There is nothing at this address">
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
    <rect width="32" height="32" rx="8" />
    <path d="M6 14c0-5 4.5-8 10-8s10 3 10 8c0 4-3 6-6 6h-8c-3 0-6-2-6-6z" />
    <path d="M11.5 19.5 11 28c1.8-1 3-4.5 3-8.5zM20.5 19.5 21 28c-1.8-1-3-4.5-3-8.5z" />
    <circle cx="12" cy="12" r="1.5" />
    <circle cx="20" cy="12" r="1.5" />
  </svg>
);

/** Whether what is shown is what is so now. */
function Live() {
  const { reconnecting, isLoading, operations } = useShared().latest;
  const connecting = isLoading && operations.length === 0;
  const word = reconnecting ? 'Reconnecting' : connecting ? 'Connecting' : 'Live';
  return (
    <p className={word === 'Live' ? 'live' : 'live lost'} role="status">
      {word}
    </p>
  );
}

/** A loss that is over sooner is none to speak of; milliseconds. */
const shortLoss = 1500;

/** Says so where it lasts, and what becomes of what is shown. */
function Reconnecting() {
  const { reconnecting } = useShared().latest;
  const [since, lose] = useState<number | null>(null);
  useEffect(() => lose(reconnecting ? Date.now() : null), [reconnecting]);
  const now = useNow(since === null ? null : 500);
  if (since === null || now - since < shortLoss) return null;
  return (
    <div className="banner" role="alert">
      The server does not answer. What you see is how it was; the page goes on by itself as soon as it is back.
    </div>
  );
}
