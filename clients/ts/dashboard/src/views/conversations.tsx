import { useWalrus } from '@walrus/react';
import { useReading, useShared } from '../hooks.js';
import { Ago } from '../parts/ago.js';
import { Icon } from '../parts/icons.js';
import { chatAddress, Link } from '../router.js';

/** Without accounts a user is only a label, and this page's conversations have none. */
export const anyUser = 'anyone';

/** The conversations there are; read again whenever a turn begins or ends, here (`news`) or elsewhere. */
export function Conversations({ current, news }: { current: string | undefined; news: string }) {
  const client = useWalrus();
  const { latest } = useShared();
  const turn = latest.operations.find(({ kind }) => kind === 'chat');
  const { value, failure, again } = useReading(`${turn?.operation_id} ${turn?.processing_status} ${news}`, (signal) =>
    client.chat.conversations(anyUser, { limit: 50, signal }),
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
