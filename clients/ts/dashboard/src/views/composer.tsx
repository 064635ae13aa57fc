import type { ChatResult } from '@walrus/react';
import type { FormEvent, KeyboardEvent } from 'react';
import { useState } from 'react';
import { useAct } from '../parts/dialog.js';
import { Icon } from '../parts/icons.js';

/** The longest question that the server takes. */
const longest = 4000;

export function Composer({ chat: { isAnswering, send, cancel } }: { chat: ChatResult }) {
  const [query, type] = useState('');
  const stop = useAct(cancel);
  const submit = (event: FormEvent | KeyboardEvent): void => {
    event.preventDefault();
    if (query.trim() === '' || isAnswering) return;
    void send(query.trim());
    type('');
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) submit(event);
  };
  return (
    <form className="composer" onSubmit={submit}>
      <label className="unseen" htmlFor="query">
        Your question
      </label>
      <textarea
        id="query"
        rows={1}
        maxLength={longest}
        placeholder="Ask a question…"
        value={query}
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={press}
      />
      {isAnswering ? (
        <button type="button" className="button" disabled={stop.busy} onClick={stop.run}>
          <Icon name="stop" />
          Stop
        </button>
      ) : (
        <button type="submit" className="button primary" disabled={query.trim() === ''}>
          <Icon name="send" />
          Ask
        </button>
      )}
      {stop.failure && (
        <p className="failure-line" role="alert">
          {stop.failure.message}
        </p>
      )}
    </form>
  );
}
