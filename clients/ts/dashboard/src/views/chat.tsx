import { useChat, useWalrus, type ChatResult } from '@walrus/react';
import { useEffect } from 'react';
import { Confirmed } from '../parts/dialog.js';
import { Passage } from '../parts/passage.js';
import { Empty, Loading, Problem } from '../parts/states.js';
import { chatAddress, go, useTitle } from '../router.js';
import { Answer, Question, StoredAnswer } from './answer.js';
import { Composer } from './composer.js';
import { anyUser, Conversations } from './conversations.js';

export function Chat({ id, passage }: { id: string | undefined; passage: string | null }) {
  const chat = useChat({ conversationId: id ?? null });
  const title = chat.messages[0]?.text ?? (id === undefined ? 'Ask your documents' : 'Conversation');
  useTitle(id === undefined ? 'Chat' : title);
  // A conversation gets its address with its first question; from then on a reload finds it.
  useEffect(() => {
    if (id === undefined && chat.conversationId !== null) go(chatAddress(chat.conversationId));
  }, [id, chat.conversationId]);
  const close = (): void => go(location.pathname, 'replace');
  return (
    <div className="chat">
      <Conversations current={id} news={`${chat.messages.length} ${chat.isAnswering}`} />
      <section className="conversation" aria-label="Conversation">
        <header className="title">
          <h1 className="conversation-title">{title}</h1>
          {id !== undefined && chat.messages.length > 0 && <Forget id={id} title={title} />}
        </header>
        <Messages chat={chat} isNew={id === undefined} />
        <Composer key={id} chat={chat} />
      </section>
      {passage !== null && <Passage key={passage} chunkId={passage} onClose={close} />}
    </div>
  );
}

function Messages({ chat, isNew }: { chat: ChatResult; isNew: boolean }) {
  const { messages, isAnswering, isLoading, error, status } = chat;
  if (messages.length === 0 && isLoading) return <Loading what="the conversation" />;
  if (messages.length === 0 && error) return <Problem title="This conversation cannot be shown" failure={error} again={() => void chat.reload()} />;
  if (messages.length === 0) {
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
  const cutShort = !isAnswering && error !== null;
  return (
    <ol className="messages">
      {messages.map((message, i) =>
        message.role === 'user' ? <Question key={i} text={message.text} /> : <StoredAnswer key={i} message={message} />,
      )}
      {(isAnswering || cutShort) && <Answer key={status?.operation_id} chat={chat} />}
    </ol>
  );
}

function Forget({ id, title }: { id: string; title: string }) {
  const client = useWalrus();
  const forget = async (): Promise<void> => {
    await client.chat.delete(anyUser, id);
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
