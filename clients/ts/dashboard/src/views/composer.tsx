import type { FormEvent, KeyboardEvent } from 'react';
import { useState } from 'react';
import { useShared } from '../hooks.js';
import type { Operation } from '../ledger.js';
import { useAct } from '../parts/dialog.js';
import { Icon } from '../parts/icons.js';

/** The longest question that the server takes. */
const longest = 4000;

export function Composer({ turn, ask }: { turn: Operation | undefined; ask: (query: string) => Promise<void> }) {
  const { client } = useShared();
  const [query, type] = useState('');
  const asking = useAct(async () => {
    await ask(query.trim());
    type('');
  });
  const running = turn !== undefined && !turn.state.ended;
  const stop = useAct(async () => turn && (await client.operations.cancel(turn.id)));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (query.trim() !== '' && !running && !asking.busy) void asking.run();
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) submit(event);
  };
  const failure = asking.failure ?? stop.failure;
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
      {running ? (
        <button type="button" className="button" disabled={stop.busy} onClick={stop.run}>
          <Icon name="stop" />
          Stop
        </button>
      ) : (
        <button type="submit" className="button primary" disabled={query.trim() === '' || asking.busy}>
          <Icon name="send" />
          Ask
        </button>
      )}
      {failure && (
        <p className="failure-line" role="alert">
          {failure.message}
        </p>
      )}
    </form>
  );
}
