/** One value for each client and key, however many ask for it. */
import { dropOldest } from '../bounded.js';
import type { WalrusClient } from '../client.js';
import { Conversation } from './conversation.js';
import { OperationList, type OperationFilter } from './operation_list.js';

class Shared<T extends { readonly listenedTo: boolean }> {
  readonly #clients = new WeakMap<WalrusClient, Map<string, T>>();

  of(client: WalrusClient, key: string, make: () => T): T {
    const values = this.#clients.get(client) ?? new Map<string, T>();
    this.#clients.set(client, values);
    const value = values.get(key) ?? make();
    values.set(key, value);
    dropOldest(values, (idle) => !idle.listenedTo);
    return value;
  }
}

const conversations = new Shared<Conversation>();
const operationLists = new Shared<OperationList>();

/** A conversation by its id; a new one where there is none, which is found by its id once it has one. */
export function conversationOf(client: WalrusClient, conversationId: string | null, userId?: string): Conversation {
  const key = (id: string): string => JSON.stringify([id.replace(/^conv#/, ''), userId]);
  if (conversationId !== null) {
    return conversations.of(client, key(conversationId), () => new Conversation(client, conversationId, userId));
  }
  const begun: Conversation = new Conversation(client, null, userId, (id) => void conversations.of(client, key(id), () => begun));
  return begun;
}

/** The operations that a filter lets through. */
export function operationListOf(client: WalrusClient, { kind, status, limit }: OperationFilter = {}): OperationList {
  const filter = { ...(kind !== undefined && { kind }), ...(status !== undefined && { status }), ...(limit !== undefined && { limit }) };
  return operationLists.of(client, JSON.stringify([kind, status, limit]), () => new OperationList(client, filter));
}
