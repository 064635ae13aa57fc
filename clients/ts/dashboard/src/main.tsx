import { WalrusClient } from '@walrus/client';
import { WalrusProvider } from '@walrus/react';
import { render } from 'preact';
import { App } from './app.js';
import { Outbox } from './outbox.js';
import { Shelf } from './shelf.js';
import './styles/base.css';
import './styles/parts.css';
import './styles/views.css';

// The server that the page came from.
const client = new WalrusClient();
const shelf = new Shelf(client);
const outbox = new Outbox(client, shelf);

// A file that is on its way is lost with the page; everything else is not.
addEventListener('beforeunload', (event) => {
  if (outbox.snapshot().some(({ failure }) => failure === null)) event.preventDefault();
});

render(
  <WalrusProvider client={client}>
    <App shelf={shelf} outbox={outbox} />
  </WalrusProvider>,
  document.getElementById('page') as HTMLElement,
);
