import { conversationOf, type Actions, type ConversationView, type QuestionOptions } from '@walrus/client/bindings';
import { useMemo } from 'react';

import { useWalrus, type HookOptions } from './context.js';
import { useMade, useReadable } from './use_readable.js';

export interface ChatOptions extends HookOptions {
  /** A new conversation without one; `conversationId` of the result has it from the first question on. */
  readonly conversationId?: string | null | undefined;
  readonly userId?: string | undefined;
}

export interface ChatResult extends ConversationView, Actions {
  /** Asks. False where an answer is still coming: one at a time. */
  send(query: string, options?: QuestionOptions): Promise<boolean>;
  /** Reads the history again. */
  reload(): Promise<void>;
}

/** A conversation: its history, and the answer that is coming, whoever asked for it and when. */
export function useChat(options: ChatOptions = {}): ChatResult {
  const client = useWalrus(options);
  const { conversationId = null, userId } = options;
  const conversation = useMade(() => conversationOf(client, conversationId, userId), client, conversationId, userId);
  const view = useReadable(conversation);
  return useMemo(() => {
    const { send, cancel, retry, reload } = conversation;
    return { ...view, send, cancel, retry, reload };
  }, [view, conversation]);
}
