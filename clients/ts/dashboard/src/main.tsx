import { WalrusClient } from '@walrus/client';
import { render } from 'preact';
import { App } from './app.js';
import { SharedContext } from './hooks.js';
import { Ledger } from './ledger.js';
import { Outbox } from './outbox.js';
import { Shelf } from './shelf.js';
import './styles/base.css';
import './styles/parts.css';
import './styles/views.css';

// The server that the page came from.
const client = new WalrusClient();
const shelf = new Shelf(client);
const shared = { client, ledger: new Ledger(client), shelf, outbox: new Outbox(client, shelf) };

// A file that is on its way is lost with the page; everything else is not.
addEventListener('beforeunload', (event) => {
  if (shared.outbox.snapshot().some(({ failure }) => failure === null)) event.preventDefault();
});

render(
  <SharedContext.Provider value={shared}>
    <App />
  </SharedContext.Provider>,
  document.getElementById('page') as HTMLElement,
);
