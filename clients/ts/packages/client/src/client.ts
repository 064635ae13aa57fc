import { Chat } from './chat.js';
import { DocumentStore } from './document_store.js';
import { Documents } from './documents.js';
import { Http, type CallOptions, type ClientOptions } from './http.js';
import { Operations } from './operations.js';
import { StatusCache } from './status_cache.js';
import { OperationStore } from './store.js';
import type { SearchRequest, SearchResponse } from './types.js';

/** One server. Whoever shares a client shares its streams. */
export class WalrusClient {
  readonly documents: Documents;
  readonly operations: Operations;
  readonly chat: Chat;
  readonly #http: Http;

  constructor(options: ClientOptions = {}) {
    const http = new Http(options);
    const store = new OperationStore(http);
    const statuses = new StatusCache(http);
    this.#http = http;
    this.operations = new Operations(http, store, statuses);
    this.documents = new Documents(http, this.operations, new DocumentStore(http, store), statuses);
    this.chat = new Chat(http);
  }

  /** Passages without a model, best first. */
  search(request: SearchRequest, options?: CallOptions): Promise<SearchResponse> {
    return this.#http.post('/v1/search', request, options);
  }
}
