import { useMemo, useState } from 'react';
import { NotFoundError, type ConversationHistory } from '@walrus/client';
import { useLedger, useReading, useShared, type Shared } from '../hooks.js';
import type { Operation } from '../ledger.js';
import { Confirmed } from '../parts/dialog.js';
import { Passage } from '../parts/passage.js';
import { Empty, Loading, Problem } from '../parts/states.js';
import { chatAddress, go, useTitle } from '../router.js';
import { Answer, Question, StoredAnswer } from './answer.js';
import { Composer } from './composer.js';
import { Conversations } from './conversations.js';

/** Without accounts a user is only a label; conversations of this page have none. */
export const user = 'page';

/** A question that the server has not written down yet. */
interface Asked {
  readonly conversation: string;
  readonly query: string;
}

export function Chat({ id, passage }: { id: string | undefined; passage: string | null }) {
  // A new conversation has its id before its first question, so that the answer finds it.
  const fresh = useMemo(newId, [id]);
  const conversation = id ?? fresh;
  const shared = useShared();
  const turn = useTurn(conversation);
  const [asked, wait] = useState<Asked | null>(null);
  const history = useReading(`${conversation} ${turn?.id} ${turn?.state.attempt} ${turn?.state.ended}`, (signal) =>
    id === undefined ? Promise.resolve(null) : readHistory(shared, conversation, signal),
  );
  const title = history.value?.messages[0]?.text ?? asked?.query ?? 'New conversation';
  useTitle(id === undefined ? 'Chat' : title);
  const ask = async (query: string): Promise<void> => {
    wait({ conversation, query });
    try {
      await send(shared, conversation, query);
      if (id === undefined) go(chatAddress(conversation));
      else history.again();
    } catch (failure) {
      wait(null);
      throw failure;
    }
  };
  return (
    <div className="chat">
      <Conversations current={id} />
      <section className="conversation" aria-label="Conversation">
        <header className="title">
          <h1 className="conversation-title">{id === undefined ? 'Ask your documents' : title}</h1>
          {id !== undefined && history.value && <Forget id={conversation} title={title} />}
        </header>
        <Messages history={history.value} turn={turn} asked={asked?.conversation === conversation ? asked.query : null} isNew={id === undefined} />
        {history.failure && <Problem title="This conversation cannot be shown" failure={history.failure} again={history.again} />}
        <Composer key={conversation} turn={turn} ask={ask} />
      </section>
      {passage !== null && <Passage key={passage} chunkId={passage} onClose={() => go(chatAddress(conversation), 'replace')} />}
    </div>
  );
}

const newId = (): string => Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The conversation's latest turn, whether it was begun here, on another page, or before a reload. */
function useTurn(conversation: string): Operation | undefined {
  const { operations } = useLedger();
  return operations.find(({ state }) => state.conversation_id === `conv#${conversation}`);
}

async function readHistory({ client }: Shared, conversation: string, signal: AbortSignal): Promise<ConversationHistory | null> {
  try {
    return await client.chat.history(user, conversation, { limit: 100, signal });
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}

/** Sends a question. Its answer comes through the ledger, so that a reload changes nothing. */
async function send({ client, ledger }: Shared, conversation: string, query: string): Promise<void> {
  const detach = new AbortController();
  const stream = client.chat.stream({ query, session_id: conversation }, { signal: detach.signal });
  try {
    await ledger.seek(await stream.operationId);
  } finally {
    detach.abort();
  }
}

interface MessagesProps {
  readonly history: ConversationHistory | null | undefined;
  readonly turn: Operation | undefined;
  readonly asked: string | null;
  readonly isNew: boolean;
}

function Messages({ history, turn, asked, isNew }: MessagesProps) {
  const messages = history?.messages ?? [];
  const written = messages.some(({ role, operation_id }) => role === 'user' && operation_id === turn?.id);
  const answered = messages.some(({ role, operation_id }) => role === 'assistant' && operation_id === turn?.id);
  // The last question is shown at once, and until the history has it.
  const pending = asked !== null && messages.findLast(({ role }) => role === 'user')?.text !== asked;
  if (!isNew && history === undefined) return <Loading what="the conversation" />;
  if (messages.length === 0 && !pending && turn === undefined) {
    return isNew ? (
      <Empty icon="chat" title="What would you like to know?">
        Answers come from your documents, word by word, with the passages they stand on.
      </Empty>
    ) : (
      <Empty icon="chat" title="There is no such conversation">
        It may have been deleted. Ask something below to begin it.
      </Empty>
    );
  }
  return (
    <ol className="messages">
      {messages.map((message, i) =>
        message.role === 'user' ? <Question key={i} text={message.text} /> : <StoredAnswer key={i} message={message} />,
      )}
      {pending && <Question text={asked} />}
      {turn && !answered && (written || pending || !turn.state.ended) && <Answer operation={turn} />}
    </ol>
  );
}

function Forget({ id, title }: { id: string; title: string }) {
  const { client } = useShared();
  const forget = async (): Promise<void> => {
    await client.chat.delete(user, id);
    go('/chat');
  };
  return (
    <Confirmed
      icon="trash"
      label="Delete"
      of="this conversation"
      question="Delete this conversation?"
      consequence={`“${title}” and its answers go for good.`}
      dangerous
      act={forget}
    />
  );
}
