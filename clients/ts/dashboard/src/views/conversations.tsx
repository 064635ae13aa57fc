import { useLedger, useReading, useShared } from '../hooks.js';
import { Ago } from '../parts/ago.js';
import { Icon } from '../parts/icons.js';
import { chatAddress, Link } from '../router.js';
import { user } from './chat.js';

/** The conversations there are; read again whenever a turn begins or ends. */
export function Conversations({ current }: { current: string | undefined }) {
  const { client } = useShared();
  const { operations } = useLedger();
  const latest = operations.find(({ state }) => state.kind === 'chat');
  const { value, failure, again } = useReading(`${latest?.id} ${latest?.state.ended} ${current}`, (signal) =>
    client.chat.conversations(user, { limit: 50, signal }),
  );
  return (
    <nav className="conversations" aria-label="Conversations">
      <Link className="button" href="/chat">
        <Icon name="plus" />
        New conversation
      </Link>
      {failure && (
        <p className="failure-line">
          {failure.message} <button type="button" className="link" onClick={again}>Try again</button>
        </p>
      )}
      <ul>
        {value?.conversations.map(({ conversation_id, title, updated_at }) => {
          const id = conversation_id.replace(/^conv#/, '');
          return (
            <li key={id}>
              <Link href={chatAddress(id)} aria-current={id === current ? 'page' : undefined}>
                <span className="conversation-name">{title}</span>
                <Ago time={updated_at} />
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
