// Generated from contract/openapi.yaml by `npm run generate`. Do not edit.

export interface paths {
    "/v1/documents/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List documents
         * @description Newest first. Where there are more, the header `X-Next-Cursor` holds the next page's cursor.
         */
        get: operations["list_documents"];
        put?: never;
        /**
         * Upload a document
         * @description Takes in a file. What can be seen at once is answered at once: an empty file (422), a type that cannot be told or is not supported (415), more than 50 MB (413). A 202 means that the operation and its file are on disk; whatever needs a parser ends the operation as `failed`, in its step, with the reason.
         *
         *     The format is told by the content first and the name second. Supported: plain text, Markdown, HTML, PDF, DOCX, XLSX, PPTX, ODT, EPUB, CSV and JSON.
         */
        post: operations["upload_document"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/documents/{document_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        /** Get a document */
        get: operations["get_document"];
        put?: never;
        post?: never;
        /**
         * Delete a document
         * @description Removes the document with its chunks, its original and its statuses. One that is being worked on is cancelled first; whoever watches it gets the end. Another change of it that has begun is waited for, ten seconds at most; after that it is a 409.
         */
        delete: operations["delete_document"];
        options?: never;
        head?: never;
        /**
         * Replace a document's content
         * @description Same id, new content. The old chunks can be found until the new ones are ready; the switch is one moment. Where the new file fails, the old content stays. While an operation of the document runs it is a 409.
         */
        patch: operations["replace_document"];
        trace?: never;
    };
    "/v1/documents/website/{document_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a crawled site
         * @description As `DELETE /v1/documents/{document_id}`, for a document of type `web_crawl`; any other is a 404.
         */
        delete: operations["delete_website"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/documents/crawl": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Crawl a website
         * @description Begins at `url` and follows links, breadth first: `max_depth` 1 is that page alone, 2 adds the pages it links to, and so on. Only what lies below the folder of `url` (same scheme, host and port) is crawled, redirects included. `max_pages` counts URLs whose content was asked for; redirects and robots.txt do not count.
         *
         *     robots.txt, `X-Robots-Tag`, meta robots and `rel=nofollow` are obeyed, as is a site's wish to be asked more slowly. Addresses that are not public are refused, unless the server was told otherwise: the operation then ends as `failed` with `forbidden_address`. Pages that fail do not fail a crawl that has others.
         */
        post: operations["crawl_website"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/documents/{document_id}/pages": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        /**
         * List a crawled site's pages
         * @description Every URL that the crawl knows of, in the order in which they were found, also while it goes on. The header `X-Next-Cursor` holds the next page's cursor. A document that is no crawled site is a 404.
         */
        get: operations["list_pages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/documents/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the statuses of many documents
         * @description Up to 100 at once. An id that is not known, or that is another's, is in `not_found`.
         */
        get: operations["get_document_statuses"];
        put?: never;
        /**
         * Get the statuses of many documents, named in a body
         * @description As `GET`, for lists that are too long for a URL.
         */
        post: operations["query_document_statuses"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/documents/{document_id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        /**
         * Get a document's status
         * @description The latest state of its latest operation. Poll until `processing_status` is no longer `processing`; with `If-None-Match` an unchanged state costs a 304 without a body.
         */
        get: operations["get_document_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/documents/{document_id}/status/history": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        /**
         * Get a document's status history
         * @description Every status event of its latest operation so far, all attempts, oldest first.
         */
        get: operations["get_document_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/documents/{document_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        /**
         * Watch a document
         * @description Its latest operation's stream, as `GET /v1/operations/{operation_id}/events`.
         */
        get: operations["watch_document"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/documents/{document_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a document's operation
         * @description Its latest operation, as `POST /v1/operations/{operation_id}/cancel`. A 202 means that the wish is on disk: the work stops within a second, and the end is `failed` with `error.type` `cancelled`, whatever happens in between. The status in the answer may still be `processing`. One that has ended is a 409.
         */
        post: operations["cancel_document"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/documents/{document_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry a document's operation
         * @description Its latest operation, as `POST /v1/operations/{operation_id}/retry`. Another attempt of one that failed or was cancelled, under the same id: `attempt` is one more, the sequence goes on, `started_at` is new. It begins at the step that failed, whose percentage applies from there; text that was extracted and chunks that were embedded are not made again. A 202 means that the attempt is on disk and shows on every route.
         *
         *     It is a 409 where it has not failed, where the document was replaced since, and where its file is no longer kept (a failed one's is for 24 hours).
         */
        post: operations["retry_document"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/documents/{document_id}/chunks": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        /**
         * List a document's chunks
         * @description In the order of the text: those that can be found now. A document that is not finished has none. The header `X-Next-Cursor` holds the next page's cursor.
         */
        get: operations["list_chunks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/documents/{document_id}/chunks/{chunk_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
                /** @description As search and chat give it. */
                chunk_id: components["schemas"]["ChunkId"];
            };
            cookie?: never;
        };
        /** Get a chunk */
        get: operations["get_chunk"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/documents/{document_id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        /**
         * Download the original
         * @description The stored file, byte for byte, as an attachment.
         */
        get: operations["get_content"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List operations
         * @description Newest first, as each is now. `next_cursor` is the next page's `cursor`, or null on the last one.
         */
        get: operations["list_operations"];
        put?: never;
        /**
         * Begin an operation of your own pipeline
         * @description For work that is done elsewhere: any worker, in any language, then reports with `POST /v1/operations/{operation_id}/events`, and gets the same durable log, streams and watchdog as Walrus's own work. The operation waits at its first step, with nothing done, until the first report.
         *
         *     It ends by a report, or as `failed` with the type `timeout` once nothing was reported for `timeout_seconds`; after a restart of the server that time begins anew. At most 10,000 may be open on a server at once; one more is a 503.
         */
        post: operations["begin_operation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/{operation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                operation_id: components["parameters"]["operation_id"];
            };
            cookie?: never;
        };
        /** Get an operation's status */
        get: operations["get_operation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/{operation_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                operation_id: components["parameters"]["operation_id"];
            };
            cookie?: never;
        };
        /**
         * Watch an operation
         * @description Server-sent events without an `event:` field: read `onmessage` and switch on `type`. The `id` of an event is its sequence. `retry:` comes once, a comment line at least every 15 s.
         *
         *     Whoever asks for what follows a position (`Last-Event-ID`, or `after`; the header wins) gets every later event, in order, once, then live ones. Without a position the stream begins at the current attempt's first event. It ends after the operation's last event; asking again from there answers 204, so that a browser's `EventSource` stops. A position that is not known, or is older than what is kept, gets a `snapshot` first.
         *
         *     A chat's events are those of `POST /v1/chat/`; generation goes on while nobody listens. The text that a worker reports comes as `chunk` events.
         */
        get: operations["watch_operation"];
        put?: never;
        /**
         * Report how far your own pipeline is
         * @description One report, or an array of up to 100, which is taken whole or not at all. A 202 says that it is durable. A report without anything is a sign of life.
         *
         *     Steps and progress only go forward: a step before the current one, a report after the end, and one to an operation of Walrus's own are a 409 and change nothing. Reports with a `report_id` that was taken before are passed over, also after the end, so that whoever lost an answer can ask again; an `Idempotency-Key` means nothing here.
         *
         *     `cancel_requested` says that somebody wants the work to stop. From then on the operation's end is `cancelled`, whatever `status` is reported; 10 seconds later it comes by itself.
         */
        post: operations["report_events"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/{operation_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                operation_id: components["parameters"]["operation_id"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel an operation
         * @description A 202 means that the wish is on disk: the work stops within a second, and the end is `failed` with `error.type` `cancelled`, whatever happens in between. The status in the answer may still be `processing`. One that has ended is a 409.
         *
         *     Another pipeline's worker is told by `cancel_requested` in the answer to its next report; the end comes with the `status` that it reports, or by itself after 10 seconds.
         */
        post: operations["cancel_operation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/{operation_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                operation_id: components["parameters"]["operation_id"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry an operation
         * @description Another attempt of one that failed or was cancelled, under the same id: `attempt` is one more, the sequence goes on, `started_at` is new. An upload begins at the step that failed, whose percentage applies from there; text that was extracted and chunks that were embedded are not made again. Of a chat the answer begins anew, to the same question. A 202 means that the attempt is on disk and shows on every route.
         *
         *     It is a 409 where it has not failed, where the document was replaced or the conversation has gone on since, and where the upload's file is no longer kept (a failed one's is for 24 hours). Nor can another pipeline's be retried: its worker begins a new operation.
         */
        post: operations["retry_operation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/{operation_id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                operation_id: components["parameters"]["operation_id"];
            };
            cookie?: never;
        };
        /**
         * Get an operation's history
         * @description Every status event so far, all attempts, oldest first: of a document or another pipeline in the shape of its status, of a chat as the objects of its stream without the chunks, with `sequence`, `attempt` and `created_at`.
         */
        get: operations["get_operation_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch many operations
         * @description One stream for many operations: the events are those of each operation's own stream, told apart by `operation_id`. Each `id` is an opaque cursor that resumes all of them at once; one that is not understood begins the stream anew.
         *
         *     With `operations`, each begins at its current attempt's first event, the stream ends when all have ended, and asking again from there answers 204. An id that is not known, or that is another's, gets one `error` event with `error_type` `not_found`; the rest goes on.
         *
         *     Without `operations` it is of all the caller's own and never ends: those that are open when it begins, from their current attempt's first event, and every one that begins later. What ended before the stream began is not told. After a loss the cursor goes on with those that were open, and tells what began, and even ended, meanwhile. It follows 100 open operations at once; beyond that an `error` event says so, with `error_type` `rate_limited`.
         */
        get: operations["watch_operations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Search the documents
         * @description Best first. Only finished documents are searched, each in one version.
         */
        post: operations["search"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask a question
         * @description Answers from the documents, as a stream or as one JSON object. `stream: false` answers JSON. Otherwise it streams when `Accept` names `text/event-stream`, or when `stream` is true and `Accept` does not ask for JSON alone.
         *
         *     One turn at a time in a conversation: a second query while one runs is a 409 that names the running `operation_id`. A client that loses the stream goes on at `GET /v1/operations/{operation_id}/events` with `Last-Event-ID`. The contents of the chunks, joined, are exactly the stored response.
         */
        post: operations["chat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ws": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow operations over a WebSocket
         * @description A WebSocket (RFC 6455, version 13, no extensions): the events of up to 100 operations at once, each as one text message that carries `operation_id` and `sequence`. The AsyncAPI document has every message.
         *
         *     Send `{"action":"subscribe","operations":[…],"after":{"id":41}}`; what follows the sequence in `after` comes in order and once, then what is live. Without a position the events begin with the current attempt's first. A position that is not known gets a `snapshot` first. A subscription ends with its operation's last event.
         *
         *     Messages are text of up to 64 KiB. The socket is closed with 1002 for a broken frame, 1003 for binary data, 1007 for text that is not UTF-8, 1009 for a message too big, 1008 for a flood or for nonsense again and again, 1013 for reading too slowly (come back with `after`), and 1001 when the server stops. Pings are answered; who answers none is cut.
         */
        get: operations["follow_operations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ws/chat/{session_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The conversation's id, too, where a question names no other. */
                session_id: components["schemas"]["Label"];
            };
            cookie?: never;
        };
        /**
         * Chat over a WebSocket
         * @description A WebSocket (as `/v1/ws`): send `{"query":"…"}`, with the other fields of `POST /v1/chat/` as needed, and get the events of its stream as text messages; `metadata.session_id` stands in `complete`. One turn at a time: a question while one runs gets an `error` (`conflict`) and harms nothing. `{"action":"cancel"}` ends the turn as `cancelled`. A turn goes on when its socket is gone.
         */
        get: operations["chat_over_web_socket"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/conversations/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A label. A conversation that has a user is found under that one alone; one that has none, under any. */
                user_id: components["parameters"]["user_id"];
            };
            cookie?: never;
        };
        /**
         * List conversations
         * @description Those of the user and those without one, newest first.
         */
        get: operations["list_conversations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/conversations/{user_id}/{conversation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A label. A conversation that has a user is found under that one alone; one that has none, under any. */
                user_id: components["parameters"]["user_id"];
                /** @description With or without the prefix `conv#` (percent-encoded, `conv%23`). */
                conversation_id: components["parameters"]["conversation_id"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a conversation
         * @description Removes its messages and statuses. A turn that runs is cancelled first; whoever watches it gets the end.
         */
        delete: operations["delete_conversation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/conversations/{user_id}/{conversation_id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A label. A conversation that has a user is found under that one alone; one that has none, under any. */
                user_id: components["parameters"]["user_id"];
                /** @description With or without the prefix `conv#` (percent-encoded, `conv%23`). */
                conversation_id: components["parameters"]["conversation_id"];
            };
            cookie?: never;
        };
        /**
         * Get a conversation's messages
         * @description The newest `limit` messages, oldest first.
         */
        get: operations["get_conversation_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/conversations/{user_id}/{conversation_id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A label. A conversation that has a user is found under that one alone; one that has none, under any. */
                user_id: components["parameters"]["user_id"];
                /** @description With or without the prefix `conv#` (percent-encoded, `conv%23`). */
                conversation_id: components["parameters"]["conversation_id"];
            };
            cookie?: never;
        };
        /**
         * Get a conversation's statuses
         * @description The newest `limit` statuses of all turns, oldest first. Statuses live 24 hours: an empty list where they have expired while the conversation exists.
         */
        get: operations["get_conversation_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the models */
        get: operations["list_models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What this server is
         * @description A browser (`Accept` naming `text/html`) gets a page that shows documents, conversations and operations live. It asks this API alone, and loads nothing from elsewhere. `/documents/{document_id}`, `/operations/{operation_id}` and `/chat/{conversation_id}` are its views' own addresses.
         */
        get: operations["get_service"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/documents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The page, at the documents
         * @description For browsers alone (`Accept` naming `text/html`).
         */
        get: operations["show_documents_page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/documents/{document_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        /**
         * The page, at a document
         * @description For browsers alone (`Accept` naming `text/html`).
         */
        get: operations["show_document_page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The page, at all operations
         * @description For browsers alone (`Accept` naming `text/html`).
         */
        get: operations["show_operations_page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/{operation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                operation_id: components["parameters"]["operation_id"];
            };
            cookie?: never;
        };
        /**
         * The page, at an operation
         * @description For browsers alone (`Accept` naming `text/html`).
         */
        get: operations["show_operation_page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/chat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The page, at a new conversation
         * @description For browsers alone (`Accept` naming `text/html`).
         */
        get: operations["show_chat_page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/chat/{conversation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description With or without the prefix `conv#` (percent-encoded, `conv%23`). */
                conversation_id: components["parameters"]["conversation_id"];
            };
            cookie?: never;
        };
        /**
         * The page, at a conversation
         * @description For browsers alone (`Accept` naming `text/html`).
         */
        get: operations["show_conversation_page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the page names it. */
                name: string;
            };
            cookie?: never;
        };
        /**
         * A file that the page needs
         * @description Its name changes with its content, so it can be kept for good.
         */
        get: operations["get_page_asset"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process is alive */
        get: operations["get_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether work can be taken */
        get: operations["get_readiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics
         * @description In Prometheus' text format.
         */
        get: operations["get_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["get_openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/asyncapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The streams, as an AsyncAPI document */
        get: operations["get_asyncapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document, for people */
        get: operations["get_docs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhooks
         * @description By name. Secrets are never shown.
         */
        get: operations["list_webhooks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The caller's own name for it. */
                name: components["parameters"]["webhook_name"];
            };
            cookie?: never;
        };
        /** Get a webhook */
        get: operations["get_webhook"];
        /**
         * Make or replace a webhook
         * @description From now on, each event that is asked for is sent to `url` by `POST`, at least once and in no promised order: what is to be sent is made durable together with the event, so a crash loses nothing.
         *
         *     Messages are those of the [Standard Webhooks](https://www.standardwebhooks.com/) specification: `webhook-id` (the same in every attempt: use it to drop repeats), `webhook-timestamp` and `webhook-signature`, and a body of `{"type", "timestamp", "data"}` where `data` is the operation's status. An answer of 2xx within 15 seconds is a delivery. `410` disables the webhook until it is put again. Everything else, redirects too, is tried again after 5 seconds, 5 minutes, 30 minutes, 2, 5, 10 and 10 hours.
         *
         *     A webhook without a `secret` gets a new one, which this answer alone shows. An owner has at most 20 webhooks (409).
         */
        put: operations["put_webhook"];
        post?: never;
        /**
         * Delete a webhook
         * @description What was not delivered yet is not any more, and its log goes, too. Another change of it is waited for, ten seconds at most; after that it is a 409.
         */
        delete: operations["delete_webhook"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{name}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The caller's own name for it. */
                name: components["parameters"]["webhook_name"];
            };
            cookie?: never;
        };
        /**
         * List a webhook's deliveries
         * @description Those that wait and those that ended in the last 7 days, newest first.
         */
        get: operations["list_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{name}/test": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The caller's own name for it. */
                name: components["parameters"]["webhook_name"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test message
         * @description Of the type `webhook.test`, signed, logged and tried again like any other. A disabled webhook is a 409.
         */
        post: operations["test_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Format: date-time
         * @description ISO 8601, UTC.
         * @example 2024-01-15T10:30:45.123Z
         */
        Time: string;
        /**
         * Format: uuid
         * @description A UUIDv7, made by the server.
         * @example 01980d3a-6a00-7f52-8a3e-3b1f6d0e4c11
         */
        DocumentId: string;
        /**
         * Format: uuid
         * @description A UUIDv7, made by the server; ids sort by time.
         * @example 01980d3a-7c1e-7b3a-9c2d-5e6f7a8b9c0d
         */
        OperationId: string;
        /**
         * @description `<document_id>:<version>:<index>`.
         * @example 01980d3a-6a00-7f52-8a3e-3b1f6d0e4c11:1:0
         */
        ChunkId: string;
        /**
         * @description 1 to 128 bytes, without `/` and control characters.
         * @example session_001
         */
        Label: string;
        /**
         * @description With its prefix `conv#`.
         * @example conv#session_001
         */
        ConversationId: string;
        /**
         * @description Strictly increasing per document (per operation where there is no document), also through replacement. It is the `id` in streams and the `ETag`.
         * @example 42
         */
        Sequence: number;
        /**
         * @description Counts what users asked for, from 1.
         * @example 1
         */
        Attempt: number;
        /**
         * @description Walrus's own.
         * @enum {unknown}
         */
        Kind: "document_upload" | "web_crawl" | "chat";
        /**
         * @description Of somebody else's pipeline; none of Walrus's own.
         * @example nightly_import
         */
        ExternalKind: string;
        /**
         * @description One of the operation's own steps.
         * @example load
         */
        ExternalStep: string;
        /** @example load */
        Name: string;
        /**
         * @description Nothing else exists. A queued operation is `processing`, a cancelled or interrupted one `failed`.
         * @enum {unknown}
         */
        ProcessingStatus: "processing" | "completed" | "failed";
        /**
         * @description The steps of every kind; see the tables of steps.
         * @enum {unknown}
         */
        Step: "validating" | "extracting_text" | "chunking_text" | "creating_embeddings" | "storing_metadata" | "finished" | "initializing" | "crawling" | "processing_content" | "retrieving_context" | "selecting_model" | "generating_response" | "storing_response";
        /** @enum {unknown} */
        ChatStep: "initializing" | "retrieving_context" | "selecting_model" | "generating_response" | "storing_response" | "finished";
        /** @enum {unknown} */
        HttpErrorType: "bad_request" | "unauthorized" | "forbidden" | "not_found" | "method_not_allowed" | "conflict" | "gone" | "payload_too_large" | "unsupported_media_type" | "misdirected_request" | "validation_error" | "rate_limited" | "internal_error" | "upstream_error" | "not_ready" | "storage_unavailable" | "timeout";
        /** @enum {unknown} */
        OperationErrorType: "storage_unavailable" | "timeout" | "cancelled" | "interrupted" | "invalid_input" | "unsupported_format" | "too_large" | "empty_document" | "encrypted_document" | "extraction_failed" | "forbidden_address" | "robots_denied" | "fetch_failed" | "embedding_failed" | "model_unavailable" | "model_failed" | "internal";
        /** @enum {unknown} */
        DocumentType: "file_upload" | "web_crawl";
        /**
         * @description The canonical extension of the detected format, with its dot.
         * @example .pdf
         */
        FileType: string;
        /** @description Problem details (RFC 9457). The media type is `application/problem+json`. */
        Problem: {
            type: string;
            title: string;
            status: number;
            /** @description What was wrong and what to do. Never a path, a key or another's data. */
            detail: string;
            /** @description The same as `status`. */
            status_code: number;
            error_type: components["schemas"]["HttpErrorType"];
            request_id: string;
            /** @description Only where fields are named. */
            errors?: components["schemas"]["FieldError"][];
            operation_id?: components["schemas"]["OperationId"];
            document_id?: components["schemas"]["DocumentId"];
            error?: components["schemas"]["OperationError"];
        };
        FieldError: {
            /** @description A JSON pointer into the body or form, or the name of a query parameter or header. */
            pointer: string;
            message: string;
        };
        /**
         * @example {
         *       "type": "encrypted_document",
         *       "message": "The PDF is protected by a password. Remove the password and upload it again.",
         *       "step": "extracting_text",
         *       "retryable": false
         *     }
         */
        OperationError: {
            type: components["schemas"]["OperationErrorType"];
            /** @description For the person who uploaded or asked. */
            message: string;
            step: components["schemas"]["Step"];
            /** @description Whether the same can succeed later. */
            retryable: boolean;
        };
        /**
         * @description Counters and facts, each where it makes sense; more may be added.
         * @example {
         *       "chunks_created": 15,
         *       "total_tokens": 3200
         *     }
         */
        StatusMetadata: {
            chunks_created?: number;
            total_tokens?: number;
            pages_total?: number;
            pages_done?: number;
            bytes_total?: number;
            bytes_done?: number;
            chunks_embedded?: number;
            pages_crawled?: number;
            pages_failed?: number;
            pages_skipped?: number;
            current_url?: string;
            /** @description Its place among the owner's own operations that wait, 1 being the next; owners take turns. It may be wrong by a fifth, but not for long among the next ten. Gone once the work begins. */
            queue_position?: number;
        } & {
            [key: string]: unknown;
        };
        UploadForm: {
            /** @description One file of 1 to 52,428,800 bytes. Its name is shown and helps to tell the format. */
            file: string;
            /** @description A JSON object of up to 4 KiB of the uploader's own; kept, shown, and usable in `retrieval_filter`. */
            metadata?: string;
        };
        /**
         * @example {
         *       "document_id": "01980d3a-6a00-7f52-8a3e-3b1f6d0e4c11",
         *       "operation_id": "01980d3a-7c1e-7b3a-9c2d-5e6f7a8b9c0d",
         *       "filename": "paper.pdf",
         *       "file_type": ".pdf",
         *       "status": "processing",
         *       "chunks_created": 0,
         *       "total_tokens": 0,
         *       "status_url": "/v1/documents/01980d3a-6a00-7f52-8a3e-3b1f6d0e4c11/status",
         *       "events_url": "/v1/operations/01980d3a-7c1e-7b3a-9c2d-5e6f7a8b9c0d/events"
         *     }
         */
        UploadAccepted: {
            document_id: components["schemas"]["DocumentId"];
            operation_id: components["schemas"]["OperationId"];
            filename: string;
            file_type?: components["schemas"]["FileType"];
            /** @constant */
            status: "processing";
            /** @constant */
            chunks_created: 0;
            /** @constant */
            total_tokens: 0;
            status_url: string;
            events_url: string;
        };
        UploadFinished: {
            document_id: components["schemas"]["DocumentId"];
            operation_id: components["schemas"]["OperationId"];
            filename: string;
            file_type?: components["schemas"]["FileType"];
            /** @constant */
            status: "success";
            chunks_created: number;
            total_tokens: number;
            status_url: string;
            events_url: string;
        };
        /**
         * @example {
         *       "url": "https://example.com/docs/",
         *       "max_depth": 3,
         *       "max_pages": 200
         *     }
         */
        CrawlRequest: {
            /** @description http or https, without a user name. */
            url: string;
            /** @default 2 */
            max_depth?: number;
            /** @default 50 */
            max_pages?: number;
            /** @description Only URLs of one of these patterns. `*` stands for any characters. One that begins with `/` is held against path and query, another one against the whole URL. */
            include?: string[];
            /** @description No URLs of these patterns. */
            exclude?: string[];
            /**
             * @description Begins with the URLs of the site's sitemaps, too.
             * @default false
             */
            sitemap?: boolean;
            /**
             * @description URLs that differ in the parameters of campaigns and advertisers alone (`utm_source`, `gclid`) are one page.
             * @default false
             */
            drop_tracking?: boolean;
            /**
             * @description Reserved; only `false` is taken.
             * @default false
             */
            render?: boolean;
        };
        CrawlAccepted: {
            document_id: components["schemas"]["DocumentId"];
            operation_id: components["schemas"]["OperationId"];
            /** @description In its normal form. */
            url: string;
            /** @constant */
            status: "processing";
            /** @constant */
            chunks_created: 0;
            /** @constant */
            total_tokens: 0;
            /** @description `max_depth` */
            crawl_depth: number;
            /** @description `max_pages` */
            crawl_pages: number;
            status_url: string;
            events_url: string;
            pages_url: string;
        };
        CrawlFinished: {
            document_id: components["schemas"]["DocumentId"];
            operation_id: components["schemas"]["OperationId"];
            url: string;
            /** @constant */
            status: "success";
            chunks_created: number;
            total_tokens: number;
            crawl_depth: number;
            crawl_pages: number;
            status_url: string;
            events_url: string;
            pages_url: string;
        };
        /**
         * @example {
         *       "url": "https://example.com/docs/",
         *       "state": "crawled",
         *       "depth": 1,
         *       "title": "Docs",
         *       "chunks_created": 3
         *     }
         * @example {
         *       "url": "https://example.com/blog/",
         *       "state": "skipped",
         *       "depth": 2,
         *       "reason": "off-prefix"
         *     }
         */
        CrawledPage: {
            url: string;
            /**
             * @description A page that is a copy of another one, word for word, is `skipped` with the reason `duplicate`, and counts as crawled.
             * @enum {unknown}
             */
            state: "queued" | "crawled" | "failed" | "skipped";
            depth: number;
            /** @description Why it failed or was skipped. */
            reason?: string;
            /** @description The URL of a page with the same text or, where this one is `crawled`, nearly the same. */
            dup_of?: string;
            title?: string;
            chunks_created?: number;
        };
        /**
         * @example {
         *       "document_id": "01980d3a-6a00-7f52-8a3e-3b1f6d0e4c11",
         *       "document_type": "file_upload",
         *       "created_at": "2024-01-15T10:30:42.007Z",
         *       "chunks_created": 15,
         *       "total_tokens": 3200,
         *       "status": "success",
         *       "filename": "paper.pdf",
         *       "file_type": ".pdf"
         *     }
         */
        DocumentRow: {
            document_id: components["schemas"]["DocumentId"];
            /**
             * Format: uuid
             * @description Its latest operation.
             */
            operation_id?: string;
            document_type: components["schemas"]["DocumentType"];
            created_at: components["schemas"]["Time"];
            /** @description Chunks that can be found now. */
            chunks_created: number;
            /** @description Tokens of those chunks (cl100k). */
            total_tokens: number;
            /**
             * @description About the document's content; what a failed replacement was is in its status route.
             * @enum {unknown}
             */
            status: "processing" | "success" | "failed";
            /** @description As the client named it, without control characters and folders. */
            filename?: string;
            file_type?: components["schemas"]["FileType"];
            /** @description Of a crawled site. */
            url?: string;
            /** @description Of a crawled site, how far from its first page. */
            crawl_depth?: number;
            /** @description Of a crawled site, the pages that were crawled. */
            crawl_pages?: number;
        };
        Document: {
            document_id: components["schemas"]["DocumentId"];
            /**
             * Format: uuid
             * @description Its latest operation.
             */
            operation_id?: string;
            document_type: components["schemas"]["DocumentType"];
            created_at: components["schemas"]["Time"];
            /** @description Chunks that can be found now. */
            chunks_created: number;
            /** @description Tokens of those chunks (cl100k). */
            total_tokens: number;
            /**
             * @description About the document's content; what a failed replacement was is in its status route.
             * @enum {unknown}
             */
            status: "processing" | "success" | "failed";
            /** @description As the client named it, without control characters and folders. */
            filename?: string;
            file_type?: components["schemas"]["FileType"];
            /** @description Of a crawled site. */
            url?: string;
            /** @description Of a crawled site, how far from its first page. */
            crawl_depth?: number;
            /** @description Of a crawled site, the pages that were crawled. */
            crawl_pages?: number;
            /** @description The same as `chunks_created`. */
            chunk_count: number;
            metadata: components["schemas"]["DocumentMetadata"];
        };
        /** @description Facts about the file, and the uploader's own in `custom`. */
        DocumentMetadata: {
            filename?: string;
            file_type?: components["schemas"]["FileType"];
            content_type?: string;
            upload_date?: components["schemas"]["Time"];
            updated_at?: components["schemas"]["Time"];
            /** @description Of the operation that made the current content; 0 until there is one. */
            processing_time_ms?: number;
            url?: string;
            size_bytes?: number;
            sha256?: string;
            /** @description As the document gives it, or empty. */
            title?: string;
            /** @description ISO 639-1, or empty. */
            language?: string;
            /** @description Of the content that can be found; 0 while there is none. */
            version?: number;
            /** @description What the upload's `metadata` field held. */
            custom?: {
                [key: string]: unknown;
            };
        };
        DocumentDeleted: {
            document_id: components["schemas"]["DocumentId"];
            /** @constant */
            status: "deleted";
            chunks_deleted: number;
            document_type: components["schemas"]["DocumentType"];
        };
        /**
         * @example {
         *       "document_id": "01980d3a-6a00-7f52-8a3e-3b1f6d0e4c11",
         *       "operation_id": "01980d3a-7c1e-7b3a-9c2d-5e6f7a8b9c0d",
         *       "kind": "document_upload",
         *       "sequence": 42,
         *       "attempt": 1,
         *       "processing_status": "processing",
         *       "processing_step": "creating_embeddings",
         *       "progress_percentage": 75,
         *       "status_message": "Creating embeddings for 15 chunks...",
         *       "updated_at": "2024-01-15T10:30:45.120Z",
         *       "started_at": "2024-01-15T10:30:42.007Z",
         *       "eta_seconds": 3.2,
         *       "status_metadata": {
         *         "chunks_created": 15,
         *         "total_tokens": 3200
         *       },
         *       "error": null
         *     }
         */
        DocumentStatus: {
            document_id: components["schemas"]["DocumentId"];
            operation_id: components["schemas"]["OperationId"];
            kind: components["schemas"]["Kind"];
            sequence: components["schemas"]["Sequence"];
            attempt: components["schemas"]["Attempt"];
            processing_status: components["schemas"]["ProcessingStatus"];
            processing_step: components["schemas"]["Step"];
            /** @description Reaching a step sets its documented percentage; inside a step it moves toward the next one as the work is counted. It never falls within an attempt, and is 100 exactly when completed. Null for a chat. */
            progress_percentage: number | null;
            /** @description The step's documented words, and counted facts. */
            status_message: string;
            updated_at: components["schemas"]["Time"];
            /**
             * Format: date-time
             * @description When the attempt started.
             */
            started_at: string;
            /** @description Seconds to the end, or null until there is something to estimate from. */
            eta_seconds: number | null;
            status_metadata: components["schemas"]["StatusMetadata"];
            /** @description Why it failed; null unless it did. */
            error: components["schemas"]["OperationError"] | null;
        };
        /** @description A status of any kind of operation. */
        OperationStatus: components["schemas"]["OwnStatus"] | components["schemas"]["ExternalStatus"];
        ExternalError: {
            type: components["schemas"]["OperationErrorType"];
            message: string;
            step: components["schemas"]["ExternalStep"];
            /** @description Whether the same can succeed later. */
            retryable: boolean;
        };
        /** @description A status of an operation of somebody else's pipeline. */
        ExternalStatus: {
            operation_id: components["schemas"]["OperationId"];
            kind: components["schemas"]["ExternalKind"];
            sequence: components["schemas"]["Sequence"];
            attempt: components["schemas"]["Attempt"];
            processing_status: components["schemas"]["ProcessingStatus"];
            processing_step: components["schemas"]["ExternalStep"];
            /** @description Reaching a step sets its percentage; inside a step it moves toward the next one as the work is counted. It never falls, and is 100 exactly when completed. */
            progress_percentage: number;
            /** @description The step's documented words, and counted facts. */
            status_message: string;
            updated_at: components["schemas"]["Time"];
            /**
             * Format: date-time
             * @description When the attempt started.
             */
            started_at: string;
            /** @description Seconds to the end, or null until there is something to estimate from. */
            eta_seconds: number | null;
            /** @description What the worker gave, at most 4 KiB of JSON. */
            status_metadata: {
                [key: string]: unknown;
            };
            /** @description Why it failed; null unless it did. */
            error: components["schemas"]["ExternalError"] | null;
            /** @description As it was begun with; absent where it has none. */
            title?: string;
        };
        /** @description A status of somebody else's pipeline as an event. In the last one `processing_status` is no longer `processing`. */
        ExternalEvent: {
            /** @constant */
            type: "status";
            operation_id: components["schemas"]["OperationId"];
            kind: components["schemas"]["ExternalKind"];
            sequence: components["schemas"]["Sequence"];
            attempt: components["schemas"]["Attempt"];
            processing_status: components["schemas"]["ProcessingStatus"];
            processing_step: components["schemas"]["ExternalStep"];
            /** @description Reaching a step sets its percentage; inside a step it moves toward the next one as the work is counted. It never falls, and is 100 exactly when completed. */
            progress_percentage: number;
            /** @description The step's documented words, and counted facts. */
            status_message: string;
            updated_at: components["schemas"]["Time"];
            /**
             * Format: date-time
             * @description When the attempt started.
             */
            started_at: string;
            /** @description Seconds to the end, or null until there is something to estimate from. */
            eta_seconds: number | null;
            /** @description What the worker gave, at most 4 KiB of JSON. */
            status_metadata: {
                [key: string]: unknown;
            };
            /** @description Why it failed; null unless it did. */
            error: components["schemas"]["ExternalError"] | null;
            /** @description As it was begun with; absent where it has none. */
            title?: string;
        };
        /**
         * @example {
         *       "kind": "nightly_import",
         *       "title": "Orders of May",
         *       "steps": [
         *         {
         *           "name": "fetch",
         *           "percent": 0,
         *           "message": "Fetching orders..."
         *         },
         *         {
         *           "name": "load",
         *           "percent": 60,
         *           "message": "Loading..."
         *         }
         *       ]
         *     }
         */
        NewOperation: {
            kind: components["schemas"]["ExternalKind"];
            title?: string;
            /** @description In order, with names that differ and percentages that rise. */
            steps: {
                name: components["schemas"]["Name"];
                /** @description On reaching the step. */
                percent: number;
                /** @description Shown while nothing else was reported; the name where it is absent. */
                message?: string;
            }[];
            /** @description At most 4 KiB of JSON. */
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * @description How long it may be silent.
             * @default 300
             */
            timeout_seconds?: number;
        };
        /**
         * @example {
         *       "step": "load",
         *       "done": 3,
         *       "total": 10
         *     }
         * @example {
         *       "status": "completed"
         *     }
         */
        Report: {
            /** @description The worker's own; a repeat is harmless. */
            report_id?: string;
            step?: components["schemas"]["ExternalStep"];
            /** @description Work done inside the step; with `total`. */
            done?: number;
            /** @description Work there is inside the step; with `done`. */
            total?: number;
            /** @description Shown until the next step. */
            message?: string;
            /** @description Taken over member by member; at most 4 KiB of JSON altogether. */
            metadata?: {
                [key: string]: unknown;
            };
            /** @description Text, at most 64 KiB of UTF-8; becomes a `chunk` event. */
            content?: string;
            /**
             * @description The end.
             * @enum {unknown}
             */
            status?: "completed" | "failed";
            /** @description With the status `failed`; a string is its message alone. */
            error?: string | {
                message: string;
                type?: components["schemas"]["OperationErrorType"];
                /** @description As the type has it where it is absent. */
                retryable?: boolean;
            };
        };
        /**
         * @example {
         *       "sequence": 7,
         *       "cancel_requested": false
         *     }
         */
        ReportTaken: {
            sequence: components["schemas"]["Sequence"];
            /** @description The worker is to stop. */
            cancel_requested: boolean;
        };
        /** @description A status of Walrus's own work, on a document or in a conversation. */
        OwnStatus: {
            document_id?: components["schemas"]["DocumentId"];
            conversation_id?: components["schemas"]["ConversationId"];
            operation_id: components["schemas"]["OperationId"];
            kind: components["schemas"]["Kind"];
            sequence: components["schemas"]["Sequence"];
            attempt: components["schemas"]["Attempt"];
            processing_status: components["schemas"]["ProcessingStatus"];
            processing_step: components["schemas"]["Step"];
            /** @description Reaching a step sets its documented percentage; inside a step it moves toward the next one as the work is counted. It never falls within an attempt, and is 100 exactly when completed. Null for a chat. */
            progress_percentage: number | null;
            /** @description The step's documented words, and counted facts. */
            status_message: string;
            updated_at: components["schemas"]["Time"];
            /**
             * Format: date-time
             * @description When the attempt started.
             */
            started_at: string;
            /** @description Seconds to the end, or null until there is something to estimate from. */
            eta_seconds: number | null;
            status_metadata: components["schemas"]["StatusMetadata"];
            /** @description Why it failed; null unless it did. */
            error: components["schemas"]["OperationError"] | null;
        } & (unknown | unknown);
        OperationList: {
            operations: components["schemas"]["OperationStatus"][];
            next_cursor: string | null;
        };
        DocumentStatuses: {
            statuses: {
                [key: string]: components["schemas"]["DocumentStatus"];
            };
            not_found: string[];
        };
        DocumentStatusesRequest: {
            document_ids: components["schemas"]["DocumentId"][];
        };
        /** @description A document's status as an event. In the last one `processing_status` is no longer `processing`. */
        DocumentEvent: {
            /** @constant */
            type: "status";
            document_id: components["schemas"]["DocumentId"];
            operation_id: components["schemas"]["OperationId"];
            kind: components["schemas"]["Kind"];
            sequence: components["schemas"]["Sequence"];
            attempt: components["schemas"]["Attempt"];
            processing_status: components["schemas"]["ProcessingStatus"];
            processing_step: components["schemas"]["Step"];
            /** @description Reaching a step sets its documented percentage; inside a step it moves toward the next one as the work is counted. It never falls within an attempt, and is 100 exactly when completed. Null for a chat. */
            progress_percentage: number | null;
            /** @description The step's documented words, and counted facts. */
            status_message: string;
            updated_at: components["schemas"]["Time"];
            /**
             * Format: date-time
             * @description When the attempt started.
             */
            started_at: string;
            /** @description Seconds to the end, or null until there is something to estimate from. */
            eta_seconds: number | null;
            status_metadata: components["schemas"]["StatusMetadata"];
            /** @description Why it failed; null unless it did. */
            error: components["schemas"]["OperationError"] | null;
        };
        /**
         * @description A step of a chat turn was reached.
         * @example {
         *       "type": "status",
         *       "status": "processing",
         *       "step": "retrieving_context",
         *       "message": "Retrieving relevant context...",
         *       "operation_id": "01980d3a-7c1e-7b3a-9c2d-5e6f7a8b9c0d"
         *     }
         */
        ChatStatusEvent: {
            /** @constant */
            type: "status";
            status: components["schemas"]["ProcessingStatus"];
            step: components["schemas"]["ChatStep"];
            message: string;
            operation_id: components["schemas"]["OperationId"];
            sequence?: components["schemas"]["Sequence"];
            attempt?: components["schemas"]["Attempt"];
            metadata?: {
                [key: string]: unknown;
            };
        };
        /**
         * @description The next piece of an answer, or of what a worker reports.
         * @example {
         *       "type": "chunk",
         *       "content": "Artificial intelligence"
         *     }
         */
        ChunkEvent: {
            /** @constant */
            type: "chunk";
            content: string;
            operation_id?: components["schemas"]["OperationId"];
            sequence?: components["schemas"]["Sequence"];
            attempt?: components["schemas"]["Attempt"];
        };
        /**
         * @description The turn is done and stored. Nothing follows.
         * @example {
         *       "type": "complete",
         *       "metadata": {
         *         "status": "completed",
         *         "latency_ms": 1250,
         *         "response_length": 485,
         *         "selected_model": "extractive",
         *         "chunks_retrieved": 0,
         *         "sources": []
         *       }
         *     }
         */
        CompleteEvent: {
            /** @constant */
            type: "complete";
            metadata: components["schemas"]["CompleteMetadata"];
            operation_id?: components["schemas"]["OperationId"];
            sequence?: components["schemas"]["Sequence"];
            attempt?: components["schemas"]["Attempt"];
        };
        CompleteMetadata: {
            /** @constant */
            status: "completed";
            latency_ms: number;
            /** @description Of the whole answer. */
            response_length: number;
            selected_model: string;
            chunks_retrieved: number;
            sources: components["schemas"]["Source"][];
            session_id?: string;
            processing_approach?: components["schemas"]["Approach"];
        } & {
            [key: string]: unknown;
        };
        /**
         * @description The turn failed. Nothing follows.
         * @example {
         *       "type": "error",
         *       "error": "The model stopped answering. Ask again.",
         *       "error_type": "model_failed",
         *       "step": "generating_response",
         *       "retryable": true
         *     }
         */
        ErrorEvent: {
            /** @constant */
            type: "error";
            /** @description For the person who asked. */
            error: string;
            error_type: components["schemas"]["OperationErrorType"];
            step: components["schemas"]["Step"];
            retryable: boolean;
            operation_id?: components["schemas"]["OperationId"];
            sequence?: components["schemas"]["Sequence"];
            attempt?: components["schemas"]["Attempt"];
        };
        /** @description Of a stream of many operations, about one that it cannot tell of, or about the stream. The rest goes on. */
        StreamErrorEvent: {
            /** @constant */
            type: "error";
            error: string;
            /** @enum {unknown} */
            error_type: "not_found" | "rate_limited";
            /** @description As it was asked for. */
            operation_id?: string;
        };
        /** @description The state as it is, where the events asked for are not kept; never a silent gap. Its `id` is its `sequence`. */
        SnapshotEvent: {
            /** @constant */
            type: "snapshot";
            operation_id: components["schemas"]["OperationId"];
            sequence: components["schemas"]["Sequence"];
            kind: components["schemas"]["Name"];
            status: components["schemas"]["OperationStatus"];
            /** @description Of a chat, the answer so far; of another pipeline, the text reported so far; else empty. */
            content: string;
        };
        ChatEvent: components["schemas"]["ChatStatusEvent"] | components["schemas"]["ChunkEvent"] | components["schemas"]["CompleteEvent"] | components["schemas"]["ErrorEvent"];
        /** @description Whatever an operation's stream may hold. */
        Event: components["schemas"]["DocumentEvent"] | components["schemas"]["ExternalEvent"] | components["schemas"]["ChatStatusEvent"] | components["schemas"]["ChunkEvent"] | components["schemas"]["CompleteEvent"] | components["schemas"]["ErrorEvent"] | components["schemas"]["SnapshotEvent"];
        /** @description An event of a chat's stream, with its place and time. */
        ChatHistoryEvent: components["schemas"]["ChatHistoryStatus"] | components["schemas"]["ChatHistoryComplete"] | components["schemas"]["ChatHistoryError"];
        ChatHistoryStatus: {
            /** @constant */
            type: "status";
            status: components["schemas"]["ProcessingStatus"];
            step: components["schemas"]["ChatStep"];
            message: string;
            operation_id: components["schemas"]["OperationId"];
            sequence: components["schemas"]["Sequence"];
            attempt: components["schemas"]["Attempt"];
            metadata?: {
                [key: string]: unknown;
            };
            created_at: components["schemas"]["Time"];
        };
        ChatHistoryComplete: {
            /** @constant */
            type: "complete";
            metadata: components["schemas"]["CompleteMetadata"];
            operation_id?: components["schemas"]["OperationId"];
            sequence: components["schemas"]["Sequence"];
            attempt: components["schemas"]["Attempt"];
            created_at: components["schemas"]["Time"];
        };
        ChatHistoryError: {
            /** @constant */
            type: "error";
            /** @description For the person who asked. */
            error: string;
            error_type: components["schemas"]["OperationErrorType"];
            step: components["schemas"]["Step"];
            retryable: boolean;
            operation_id?: components["schemas"]["OperationId"];
            sequence: components["schemas"]["Sequence"];
            attempt: components["schemas"]["Attempt"];
            created_at: components["schemas"]["Time"];
        };
        Chunk: {
            chunk_id: components["schemas"]["ChunkId"];
            /** @description In the document, from 0. */
            index: number;
            text: string;
            /** @description From 1, where there are pages. */
            page?: number;
            heading?: string;
            /** @description Where it begins in the document's text. */
            start: number;
            /** @description Where it ends. */
            end: number;
            token_count: number;
            /** @description Of a crawled page. */
            url?: string;
        };
        /**
         * @description Only chunks of documents that match all of it. A key `metadata.<key>` asks for a value of the upload's own `metadata`. An unknown key is a 422.
         * @example {
         *       "file_type": ".pdf",
         *       "metadata.year": 1650
         *     }
         */
        RetrievalFilter: {
            document_id?: components["schemas"]["DocumentId"];
            document_type?: components["schemas"]["DocumentType"];
            /** @description With or without its dot. */
            file_type?: string;
        } & {
            [key: string]: string | number | boolean | null;
        };
        /**
         * @example {
         *       "query": "What is artificial intelligence?",
         *       "k": 3
         *     }
         */
        SearchRequest: {
            query: components["schemas"]["QueryText"];
            /**
             * @description At most so many results.
             * @default 8
             */
            k?: number;
            retrieval_filter?: components["schemas"]["RetrievalFilter"];
        };
        QueryText: string;
        SearchResponse: {
            results: components["schemas"]["SearchResult"][];
            took_ms: number;
        };
        SearchResult: {
            document_id: components["schemas"]["DocumentId"];
            chunk_id: components["schemas"]["ChunkId"];
            /** @description Of an uploaded file. */
            filename?: string;
            /** @description Of a crawled page. */
            url?: string;
            /** @description Of this query alone; higher is nearer. */
            score: number;
            text: string;
            page?: number;
            heading?: string;
            start: number;
            end: number;
        };
        /** @description A retrieved chunk. */
        Source: {
            document_id: components["schemas"]["DocumentId"];
            chunk_id: components["schemas"]["ChunkId"];
            /** @description Of an uploaded file. */
            filename?: string;
            /** @description Of a crawled page. */
            url?: string;
            /** @description Of this query alone; higher is nearer. */
            score: number;
            page?: number;
            heading?: string;
            snippet: string;
        };
        /** @enum {unknown} */
        Approach: "search_focused" | "explanation_focused" | "analysis_focused" | "summary_focused";
        /**
         * @example {
         *       "action": "subscribe",
         *       "operations": [
         *         "01980d3a-7c1e-7b3a-9c2d-5e6f7a8b9c0d"
         *       ],
         *       "after": {
         *         "01980d3a-7c1e-7b3a-9c2d-5e6f7a8b9c0d": 41
         *       }
         *     }
         */
        Subscribe: {
            /** @constant */
            action: "subscribe";
            operations: components["schemas"]["OperationId"][];
            /** @description By operation, the sequence of the last event that the client has. */
            after?: {
                [key: string]: components["schemas"]["Sequence"];
            };
        };
        Unsubscribe: {
            /** @constant */
            action: "unsubscribe";
            operations: components["schemas"]["OperationId"][];
        };
        Ping: {
            /** @constant */
            action: "ping";
        };
        Subscribed: {
            /** @constant */
            type: "subscribed";
            operations: components["schemas"]["OperationId"][];
        };
        Unsubscribed: {
            /** @constant */
            type: "unsubscribed";
            operations: components["schemas"]["OperationId"][];
        };
        Pong: {
            /** @constant */
            type: "pong";
        };
        /**
         * @example {
         *       "type": "error",
         *       "error": "Operation '01980d3a-0000-7000-8000-000000000000' was not found. The id may be wrong, it may not exist yet, or be gone.",
         *       "error_type": "not_found",
         *       "operation_id": "01980d3a-0000-7000-8000-000000000000"
         *     }
         */
        Refused: {
            /** @constant */
            type: "error";
            /** @description What was wrong, and what to do. */
            error: string;
            error_type: components["schemas"]["HttpErrorType"] | components["schemas"]["OperationErrorType"];
            /** @description What it is about, where it is about one; as it was sent. */
            operation_id?: string;
        };
        /**
         * @example {
         *       "query": "What is AI?"
         *     }
         */
        Question: {
            query: components["schemas"]["QueryText"];
            user_id?: components["schemas"]["Label"];
            /** @description The `session_id` of the path, where it is absent. */
            conversation_id?: string;
            /**
             * @description At most so many chunks of context.
             * @default 8
             */
            retrieval_k?: number;
            retrieval_filter?: components["schemas"]["RetrievalFilter"];
            /** @description A `model_id`; the one that suits the question where it is absent. */
            model?: string;
        };
        Cancel: {
            /** @constant */
            action: "cancel";
        };
        /**
         * @example {
         *       "query": "What is AI?",
         *       "session_id": "user_123",
         *       "stream": true
         *     }
         */
        ChatRequest: {
            query: components["schemas"]["QueryText"];
            session_id: components["schemas"]["Label"];
            /** @description A label; a conversation that has another one is a 409. */
            user_id?: string;
            /** @description The `session_id`, where it is absent. */
            conversation_id?: string;
            /**
             * @description At most so many chunks of context.
             * @default 8
             */
            retrieval_k?: number;
            retrieval_filter?: components["schemas"]["RetrievalFilter"];
            stream?: boolean;
            /** @description A `model_id`; the one that suits the question where it is absent. */
            model?: string;
        };
        ChatResponse: {
            response: string;
            session_id: string;
            conversation_id: components["schemas"]["ConversationId"];
            operation_id: components["schemas"]["OperationId"];
            metadata: components["schemas"]["ChatMetadata"];
        };
        ChatMetadata: {
            selected_model: string;
            processing_approach: components["schemas"]["Approach"];
            chunks_retrieved: number;
            latency_ms: number;
            /** @description The retrieved chunks in rank order, `chunks_retrieved` of them. */
            sources: components["schemas"]["Source"][];
        } & {
            [key: string]: unknown;
        };
        ConversationList: {
            user_id: string;
            conversations: components["schemas"]["Conversation"][];
            /** @description Of all, not of this page. */
            total: number;
        };
        Conversation: {
            conversation_id: components["schemas"]["ConversationId"];
            title: string;
            created_at: components["schemas"]["Time"];
            updated_at: components["schemas"]["Time"];
            message_count: number;
            /**
             * @description Of its latest turn.
             * @enum {unknown}
             */
            status: "processing" | "completed" | "failed";
            operation_id?: components["schemas"]["OperationId"];
        };
        ConversationHistory: {
            conversation_id: components["schemas"]["ConversationId"];
            user_id: string;
            messages: components["schemas"]["Message"][];
            /** @description Of all messages. */
            total: number;
        };
        Message: {
            /** @enum {unknown} */
            role: "user" | "assistant";
            text: string;
            created_at: components["schemas"]["Time"];
            operation_id?: components["schemas"]["OperationId"];
            model_id?: string;
            latency_ms?: number;
        };
        /**
         * @description A row of the `chat` table.
         * @example {
         *       "conversation_id": "conv#session_001",
         *       "turn_id": "status#2024-01-15T10:30:05Z#120000-000007",
         *       "status": "completed",
         *       "step": "finished",
         *       "message": "Chat processing completed successfully",
         *       "created_at": "2024-01-15T10:30:05Z",
         *       "metadata": {
         *         "latency_ms": 1250,
         *         "response_length": 485
         *       }
         *     }
         */
        ChatStatusItem: {
            conversation_id: components["schemas"]["ConversationId"];
            turn_id: string;
            status: components["schemas"]["ProcessingStatus"];
            step: components["schemas"]["ChatStep"];
            message: string;
            /** @description In whole seconds. */
            created_at: string;
            /** @description The last one of a turn has `latency_ms` and `response_length`. */
            metadata?: {
                [key: string]: unknown;
            };
        };
        ConversationDeleted: {
            conversation_id: components["schemas"]["ConversationId"];
            user_id: string;
            /** @constant */
            status: "deleted";
            messages_deleted: number;
        };
        Model: {
            /** @description The built-in one is `extractive`. */
            model_id: string;
            provider: string;
            strengths: components["schemas"]["Approach"][];
            /** @description In tokens. */
            context_length: number;
            available: boolean;
        };
        /**
         * @example {
         *       "name": "walrus",
         *       "version": "0.1.0",
         *       "endpoints": {
         *         "documents": "/v1/documents/",
         *         "crawl": "/v1/documents/crawl",
         *         "chat": "/v1/chat/",
         *         "conversations": "/v1/chat/conversations/{user_id}",
         *         "search": "/v1/search",
         *         "operations": "/v1/operations",
         *         "events": "/v1/events",
         *         "webhooks": "/v1/webhooks/",
         *         "events_web_socket": "/v1/ws",
         *         "chat_web_socket": "/ws/chat/{session_id}",
         *         "models": "/v1/models/",
         *         "health": "/health",
         *         "ready": "/ready",
         *         "metrics": "/metrics",
         *         "openapi": "/openapi.json",
         *         "asyncapi": "/asyncapi.json",
         *         "docs": "/docs"
         *       },
         *       "features": [
         *         "document_upload",
         *         "web_crawl",
         *         "chat",
         *         "search",
         *         "sse",
         *         "websocket",
         *         "resume",
         *         "status_history",
         *         "webhooks",
         *         "external_operations"
         *       ]
         *     }
         */
        Service: {
            /** @constant */
            name: "walrus";
            version: string;
            /** @description A short name of each resource and its path. */
            endpoints: {
                [key: string]: string;
            };
            /** @description What this version can do, a word for each. */
            features: string[];
        };
        Health: {
            /** @constant */
            status: "ok";
            version: string;
        };
        Readiness: {
            /** @enum {unknown} */
            status: "ready" | "not_ready";
            /** @description Each part's state, by its name. */
            parts: {
                [key: string]: components["schemas"]["PartState"];
            };
        };
        PartState: {
            /**
             * @description `degraded`: work goes on, with less.
             * @enum {unknown}
             */
            status: "ok" | "degraded" | "unavailable";
            detail?: string;
        };
        /** @example build-server */
        WebhookName: string;
        /**
         * @description `operation.step` is each step reached; `operation.*` is all.
         * @example [
         *       "operation.completed",
         *       "operation.failed"
         *     ]
         */
        WebhookEvents: ("operation.completed" | "operation.failed" | "operation.step" | "operation.*")[];
        WebhookDefinition: {
            /**
             * @description https to a public address, on port 443 or 80. Other ports, plain http and addresses that are not public only where the operator has opened their range. No user name, no password.
             * @example https://hooks.example.com/walrus
             */
            url: string;
            events: components["schemas"]["WebhookEvents"];
            /** @description `whsec_` and the base64 of 24 to 64 bytes. Without one a new one is made. */
            secret?: string | null;
        };
        Webhook: {
            name: components["schemas"]["WebhookName"];
            url: string;
            events: components["schemas"]["WebhookEvents"];
            /** @description False once its receiver answered 410; putting it again enables it. */
            enabled: boolean;
            created_at: components["schemas"]["Time"];
            updated_at: components["schemas"]["Time"];
        };
        WebhookPut: {
            name: components["schemas"]["WebhookName"];
            url: string;
            events: components["schemas"]["WebhookEvents"];
            /** @description False once its receiver answered 410; putting it again enables it. */
            enabled: boolean;
            created_at: components["schemas"]["Time"];
            updated_at: components["schemas"]["Time"];
            /** @description Only where it was made here. It is not shown again. */
            secret?: string;
        };
        WebhookList: {
            webhooks: components["schemas"]["Webhook"][];
        };
        WebhookDeleted: {
            name: components["schemas"]["WebhookName"];
            /** @constant */
            status: "deleted";
        };
        TestAccepted: {
            delivery_id: components["schemas"]["DeliveryId"];
        };
        /**
         * @description The message's `webhook-id`.
         * @example msg_01980d3a7c1e7b3a9c2d5e6f7a8b9c0d_12_build-server
         */
        DeliveryId: string;
        Delivery: {
            delivery_id: components["schemas"]["DeliveryId"];
            /**
             * Format: uuid
             * @description Null for a test.
             */
            operation_id: string | null;
            /** @enum {unknown} */
            type: "operation.completed" | "operation.failed" | "operation.step" | "webhook.test";
            /**
             * @description A failed one is not tried again.
             * @enum {unknown}
             */
            state: "pending" | "delivered" | "failed";
            attempts: number;
            /** @description The answer to the last attempt; null where none came. */
            status_code: number | null;
            /** @description Why the last attempt failed; null if it did not. */
            error: string | null;
            /**
             * Format: date-time
             * @description Null once it has ended.
             */
            next_attempt_at: string | null;
            /**
             * Format: date-time
             * @description When the event happened.
             */
            created_at: string;
            updated_at: components["schemas"]["Time"];
        };
        DeliveryList: {
            deliveries: components["schemas"]["Delivery"][];
            /** @description The next page's `cursor`; null on the last page. */
            next_cursor: string | null;
        };
    };
    responses: {
        /** @description The request is broken; `detail` says where. */
        BadRequest: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The request came from a page of another origin. */
        Forbidden: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description There is no such thing; the id may be wrong, or the thing be gone. */
        NotFound: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The original is no longer kept. */
        Gone: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The `Idempotency-Key` is of a question whose conversation was deleted since. */
        ConversationGone: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description There is no such status. The id may be wrong, the document not exist yet, or be gone. */
        StatusNotFound: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The request's body came too slowly. */
        RequestTimeout: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Something else is going on; `operation_id` names it where there is one. */
        Conflict: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is too large, or the route takes none. */
        PayloadTooLarge: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The request line is too long. */
        UriTooLong: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A body or a file of a type that is not supported; `detail` lists what is. */
        UnsupportedMediaType: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The `Host` is not this server. */
        MisdirectedRequest: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A value is not as it must be; `errors` names the fields. */
        ValidationError: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A value is not as it must be, and `errors` names the fields. Or, with `Prefer: wait`, the work has failed within it: then `document_id`, `operation_id` and `error` are there. */
        UploadRefused: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Preference-Applied": components["headers"]["Preference-Applied"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description This path is a WebSocket; the request is no handshake of version 13. */
        UpgradeRequired: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                /** @description The protocol to ask for. */
                Upgrade: "websocket";
                /** @description The version to ask for. */
                "Sec-WebSocket-Version": 13;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The header fields are too large or too many. */
        HeadersTooLarge: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A fault of the server; its log has more under the request's id. */
        InternalError: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The model failed; `operation_id` names the turn. */
        UpstreamError: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The model was too slow; `operation_id` names the turn. */
        UpstreamTimeout: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Storage is away, too much work is waiting or open already, there are too many connections, or the server is shutting down. */
        Unavailable: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The statuses of those that were found, by id, and the ids of the others. */
        DocumentStatuses: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["DocumentStatuses"];
            };
        };
        /** @description Done on disk, and the status as it is now. */
        DocumentStatusAccepted: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "X-Operation-Id": components["headers"]["X-Operation-Id"];
                "Cache-Control": components["headers"]["Cache-Control-Status"];
                Vary: components["headers"]["Vary-Status"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["DocumentStatus"];
            };
        };
        /** @description Done on disk, and the status as it is now. */
        OperationStatusAccepted: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "X-Operation-Id": components["headers"]["X-Operation-Id"];
                "Cache-Control": components["headers"]["Cache-Control-Status"];
                Vary: components["headers"]["Vary-Status"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OperationStatus"];
            };
        };
        /** @description The status is the one of `If-None-Match`, or no newer one came within `wait`. No body. */
        NotModified: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                ETag: components["headers"]["ETag"];
                "Cache-Control": components["headers"]["Cache-Control-Status"];
                Vary: components["headers"]["Vary-Status"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The position is the operation's last event; nothing will follow. No body. */
        StreamEnded: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content?: never;
        };
    };
    parameters: {
        /** @description The caller's own name for it. */
        webhook_name: components["schemas"]["WebhookName"];
        /** @description A malformed one is a 404. */
        document_id: components["schemas"]["DocumentId"];
        /** @description A malformed one is a 404. */
        operation_id: components["schemas"]["OperationId"];
        /** @description A label. A conversation that has a user is found under that one alone; one that has none, under any. */
        user_id: components["schemas"]["Label"];
        /** @description With or without the prefix `conv#` (percent-encoded, `conv%23`). */
        conversation_id: components["schemas"]["Label"];
        /** @description At most so many entries. */
        limit: number;
        /** @description Where the page before this one ended, from `X-Next-Cursor`. A malformed one is a 400. */
        cursor: string;
        /** @description An `ETag` of an earlier answer; 304 where nothing has changed since. */
        "If-None-Match": string;
        /** @description Seconds to wait for something newer; the answer comes as soon as there is, or is a 304 when the time is up, or at once where the operation has ended. */
        wait: number;
        /** @description With `wait`, the sequence that is known; absent, the one at the time of the request. */
        wait_after: number;
        /** @description The `id` of the last event that was read. Browsers send it by themselves. */
        "Last-Event-ID": string;
        /** @description The same as `Last-Event-ID`, which wins over it. */
        after: number;
        /** @description Makes the request safe to repeat: for 24 hours, the same key and the same body on this path give the first answer, and nothing is done anew. The same key with another body is a 422. A repeated chat attaches to the first one's stream, from its first event, or waits for its answer. A status in an answer is the one that was given first: the work may be further by now. */
        "Idempotency-Key": string;
        /** @description `wait=N`: holds the answer for up to N seconds (60 at most) until the work ends. Then it has the real counts, or is a 422 with the error; when time is up it is the plain 202. The work does not depend on anybody waiting for it. */
        Prefer: string;
    };
    requestBodies: never;
    headers: {
        /** @description The request's id, for the log and for questions. */
        "X-Request-Id": string;
        /** @description The operation that began, or that the stream is of. */
        "X-Operation-Id": components["schemas"]["OperationId"];
        /** @description The next page's `cursor`; absent on the last page. */
        "X-Next-Cursor": string;
        /** @description The status' sequence, in quotes. */
        ETag: string;
        /** @description Where the status is. */
        Location: string;
        /** @description The wait that was granted, where `Prefer` asked for one. */
        "Preference-Applied": string;
        /** @description Seconds after which asking again makes sense. */
        "Retry-After": number;
        /** @description The methods that the path has. */
        Allow: string;
        /** @description `private, no-cache`: revalidation is the cache. */
        "Cache-Control-Status": "private, no-cache";
        /** @description `Authorization, Cookie`. */
        "Vary-Status": string;
        /** @description `Accept-Encoding`, and `Accept` where others than browsers are answered otherwise. */
        "Vary-Page": string;
        /** @description Of the content, in the coding it was sent in. */
        "ETag-Page": string;
        /** @description `no-cache` for the page: it is asked for anew each time, by its ETag. Its files are kept for good. */
        "Cache-Control-Page": string;
        /** @description `gzip` for whoever takes it. */
        "Content-Encoding": "gzip";
        /** @description Nothing from elsewhere, and nothing inline. */
        "Content-Security-Policy": string;
        /** @description `no-store`. */
        "Cache-Control-Stream": "no-store";
        /** @description `no`: proxies pass the stream on as it comes. */
        "X-Accel-Buffering": "no";
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_documents: {
        parameters: {
            query?: {
                /** @description Only documents of this type. */
                document_type?: components["schemas"]["DocumentType"];
                /** @description At most so many entries. */
                limit?: components["parameters"]["limit"];
                /** @description Where the page before this one ended, from `X-Next-Cursor`. A malformed one is a 400. */
                cursor?: components["parameters"]["cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of documents. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "X-Next-Cursor": components["headers"]["X-Next-Cursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentRow"][];
                };
            };
            400: components["responses"]["BadRequest"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    upload_document: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat: for 24 hours, the same key and the same body on this path give the first answer, and nothing is done anew. The same key with another body is a 422. A repeated chat attaches to the first one's stream, from its first event, or waits for its answer. A status in an answer is the one that was given first: the work may be further by now. */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
                /** @description `wait=N`: holds the answer for up to N seconds (60 at most) until the work ends. Then it has the real counts, or is a 422 with the error; when time is up it is the plain 202. The work does not depend on anybody waiting for it. */
                Prefer?: components["parameters"]["Prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["UploadForm"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`: the work has ended within it, and the document can be found. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "X-Operation-Id": components["headers"]["X-Operation-Id"];
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadFinished"];
                };
            };
            /** @description Accepted and durable. Follow `events_url` or ask `status_url`. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "X-Operation-Id": components["headers"]["X-Operation-Id"];
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadAccepted"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["UploadRefused"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    get_document: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Document"];
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    delete_document: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentDeleted"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    replace_document: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat: for 24 hours, the same key and the same body on this path give the first answer, and nothing is done anew. The same key with another body is a 422. A repeated chat attaches to the first one's stream, from its first event, or waits for its answer. A status in an answer is the one that was given first: the work may be further by now. */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
                /** @description `wait=N`: holds the answer for up to N seconds (60 at most) until the work ends. Then it has the real counts, or is a 422 with the error; when time is up it is the plain 202. The work does not depend on anybody waiting for it. */
                Prefer?: components["parameters"]["Prefer"];
            };
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["UploadForm"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`: the work has ended within it, and the new content can be found. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "X-Operation-Id": components["headers"]["X-Operation-Id"];
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadFinished"];
                };
            };
            /** @description Accepted and durable. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "X-Operation-Id": components["headers"]["X-Operation-Id"];
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadAccepted"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["UploadRefused"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    delete_website: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentDeleted"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    crawl_website: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat: for 24 hours, the same key and the same body on this path give the first answer, and nothing is done anew. The same key with another body is a 422. A repeated chat attaches to the first one's stream, from its first event, or waits for its answer. A status in an answer is the one that was given first: the work may be further by now. */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
                /** @description `wait=N`: holds the answer for up to N seconds (60 at most) until the work ends. Then it has the real counts, or is a 422 with the error; when time is up it is the plain 202. The work does not depend on anybody waiting for it. */
                Prefer?: components["parameters"]["Prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CrawlRequest"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`: the work has ended within it, and the site can be found. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "X-Operation-Id": components["headers"]["X-Operation-Id"];
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CrawlFinished"];
                };
            };
            /** @description Accepted and durable. Follow `events_url` or ask `status_url`. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "X-Operation-Id": components["headers"]["X-Operation-Id"];
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CrawlAccepted"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["UploadRefused"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    list_pages: {
        parameters: {
            query?: {
                /** @description At most so many entries. */
                limit?: components["parameters"]["limit"];
                /** @description Where the page before this one ended, from `X-Next-Cursor`. A malformed one is a 400. */
                cursor?: components["parameters"]["cursor"];
            };
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of pages. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "X-Next-Cursor": components["headers"]["X-Next-Cursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CrawledPage"][];
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    get_document_statuses: {
        parameters: {
            query: {
                /** @description Document ids, separated by commas. */
                ids: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["DocumentStatuses"];
            400: components["responses"]["BadRequest"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    query_document_statuses: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DocumentStatusesRequest"];
            };
        };
        responses: {
            200: components["responses"]["DocumentStatuses"];
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    get_document_status: {
        parameters: {
            query?: {
                /** @description Seconds to wait for something newer; the answer comes as soon as there is, or is a 304 when the time is up, or at once where the operation has ended. */
                wait?: components["parameters"]["wait"];
                /** @description With `wait`, the sequence that is known; absent, the one at the time of the request. */
                after?: components["parameters"]["wait_after"];
            };
            header?: {
                /** @description An `ETag` of an earlier answer; 304 where nothing has changed since. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The status. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control-Status"];
                    Vary: components["headers"]["Vary-Status"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentStatus"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            404: components["responses"]["StatusNotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    get_document_history: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentStatus"][];
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["StatusNotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    watch_document: {
        parameters: {
            query?: {
                /** @description The same as `Last-Event-ID`, which wins over it. */
                after?: components["parameters"]["after"];
            };
            header?: {
                /** @description The `id` of the last event that was read. Browsers send it by themselves. */
                "Last-Event-ID"?: components["parameters"]["Last-Event-ID"];
            };
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The stream. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "X-Operation-Id": components["headers"]["X-Operation-Id"];
                    "Cache-Control": components["headers"]["Cache-Control-Stream"];
                    "X-Accel-Buffering": components["headers"]["X-Accel-Buffering"];
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            204: components["responses"]["StreamEnded"];
            400: components["responses"]["BadRequest"];
            404: components["responses"]["StatusNotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    cancel_document: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat: for 24 hours, the same key and the same body on this path give the first answer, and nothing is done anew. The same key with another body is a 422. A repeated chat attaches to the first one's stream, from its first event, or waits for its answer. A status in an answer is the one that was given first: the work may be further by now. */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        /** @description None is needed; an object is accepted and says nothing. */
        requestBody?: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            202: components["responses"]["DocumentStatusAccepted"];
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["StatusNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    retry_document: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat: for 24 hours, the same key and the same body on this path give the first answer, and nothing is done anew. The same key with another body is a 422. A repeated chat attaches to the first one's stream, from its first event, or waits for its answer. A status in an answer is the one that was given first: the work may be further by now. */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        /** @description None is needed; an object is accepted and says nothing. */
        requestBody?: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            202: components["responses"]["DocumentStatusAccepted"];
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["StatusNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    list_chunks: {
        parameters: {
            query?: {
                /** @description At most so many entries. */
                limit?: components["parameters"]["limit"];
                /** @description Where the page before this one ended, from `X-Next-Cursor`. A malformed one is a 400. */
                cursor?: components["parameters"]["cursor"];
            };
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of chunks. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "X-Next-Cursor": components["headers"]["X-Next-Cursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Chunk"][];
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    get_chunk: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
                /** @description As search and chat give it. */
                chunk_id: components["schemas"]["ChunkId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The chunk. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Chunk"];
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    get_content: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    /** @description `attachment` with the file name. */
                    "Content-Disposition": string;
                    /** @description `nosniff`. */
                    "X-Content-Type-Options": "nosniff";
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            410: components["responses"]["Gone"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    list_operations: {
        parameters: {
            query?: {
                /** @description Only operations of this kind, Walrus's own or another pipeline's. */
                kind?: components["schemas"]["Name"];
                /** @description Only operations in this state. */
                status?: components["schemas"]["ProcessingStatus"];
                /** @description At most so many entries. */
                limit?: components["parameters"]["limit"];
                /** @description Where the page before this one ended, from `next_cursor`. A malformed one is a 400. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of operations. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationList"];
                };
            };
            400: components["responses"]["BadRequest"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    begin_operation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat: for 24 hours, the same key and the same body on this path give the first answer, and nothing is done anew. The same key with another body is a 422. A repeated chat attaches to the first one's stream, from its first event, or waits for its answer. A status in an answer is the one that was given first: the work may be further by now. */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOperation"];
            };
        };
        responses: {
            /** @description It is durable, and can be watched and reported to from now on. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Location: components["headers"]["Location"];
                    "X-Operation-Id": components["headers"]["X-Operation-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExternalStatus"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    get_operation: {
        parameters: {
            query?: {
                /** @description Seconds to wait for something newer; the answer comes as soon as there is, or is a 304 when the time is up, or at once where the operation has ended. */
                wait?: components["parameters"]["wait"];
                /** @description With `wait`, the sequence that is known; absent, the one at the time of the request. */
                after?: components["parameters"]["wait_after"];
            };
            header?: {
                /** @description An `ETag` of an earlier answer; 304 where nothing has changed since. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                /** @description A malformed one is a 404. */
                operation_id: components["parameters"]["operation_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The status. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control-Status"];
                    Vary: components["headers"]["Vary-Status"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationStatus"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            404: components["responses"]["StatusNotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    watch_operation: {
        parameters: {
            query?: {
                /** @description The same as `Last-Event-ID`, which wins over it. */
                after?: components["parameters"]["after"];
            };
            header?: {
                /** @description The `id` of the last event that was read. Browsers send it by themselves. */
                "Last-Event-ID"?: components["parameters"]["Last-Event-ID"];
            };
            path: {
                /** @description A malformed one is a 404. */
                operation_id: components["parameters"]["operation_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The stream. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "X-Operation-Id": components["headers"]["X-Operation-Id"];
                    "Cache-Control": components["headers"]["Cache-Control-Stream"];
                    "X-Accel-Buffering": components["headers"]["X-Accel-Buffering"];
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            204: components["responses"]["StreamEnded"];
            400: components["responses"]["BadRequest"];
            404: components["responses"]["StatusNotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    report_events: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                operation_id: components["parameters"]["operation_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Report"] | components["schemas"]["Report"][];
            };
        };
        responses: {
            /** @description All of it is durable. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportTaken"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["StatusNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    cancel_operation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat: for 24 hours, the same key and the same body on this path give the first answer, and nothing is done anew. The same key with another body is a 422. A repeated chat attaches to the first one's stream, from its first event, or waits for its answer. A status in an answer is the one that was given first: the work may be further by now. */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description A malformed one is a 404. */
                operation_id: components["parameters"]["operation_id"];
            };
            cookie?: never;
        };
        /** @description None is needed; an object is accepted and says nothing. */
        requestBody?: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            202: components["responses"]["OperationStatusAccepted"];
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["StatusNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    retry_operation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat: for 24 hours, the same key and the same body on this path give the first answer, and nothing is done anew. The same key with another body is a 422. A repeated chat attaches to the first one's stream, from its first event, or waits for its answer. A status in an answer is the one that was given first: the work may be further by now. */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description A malformed one is a 404. */
                operation_id: components["parameters"]["operation_id"];
            };
            cookie?: never;
        };
        /** @description None is needed; an object is accepted and says nothing. */
        requestBody?: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            202: components["responses"]["OperationStatusAccepted"];
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["StatusNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    get_operation_history: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                operation_id: components["parameters"]["operation_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentStatus"][] | components["schemas"]["ChatHistoryEvent"][] | components["schemas"]["ExternalStatus"][];
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["StatusNotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    watch_operations: {
        parameters: {
            query?: {
                /** @description Up to 100 operation ids, separated by commas. */
                operations?: string;
                /** @description The same as `Last-Event-ID`, which wins over it. */
                after?: string;
            };
            header?: {
                /** @description The `id` of the last event that was read. Browsers send it by themselves. */
                "Last-Event-ID"?: components["parameters"]["Last-Event-ID"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The stream. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control-Stream"];
                    "X-Accel-Buffering": components["headers"]["X-Accel-Buffering"];
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Everything was told; nothing will follow. No body. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    search: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SearchRequest"];
            };
        };
        responses: {
            /** @description What was found; an empty list where nothing was. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    chat: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat: for 24 hours, the same key and the same body on this path give the first answer, and nothing is done anew. The same key with another body is a 422. A repeated chat attaches to the first one's stream, from its first event, or waits for its answer. A status in an answer is the one that was given first: the work may be further by now. */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChatRequest"];
            };
        };
        responses: {
            /** @description The answer, or the stream of it. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "X-Operation-Id": components["headers"]["X-Operation-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatResponse"];
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            410: components["responses"]["ConversationGone"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            502: components["responses"]["UpstreamError"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["UpstreamTimeout"];
        };
    };
    follow_operations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The connection is a WebSocket now. */
            101: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            426: components["responses"]["UpgradeRequired"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    chat_over_web_socket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The conversation's id, too, where a question names no other. */
                session_id: components["schemas"]["Label"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The connection is a WebSocket now. */
            101: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            426: components["responses"]["UpgradeRequired"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    list_conversations: {
        parameters: {
            query?: {
                /** @description At most so many entries. */
                limit?: components["parameters"]["limit"];
                /** @description Where the page before this one ended, from `X-Next-Cursor`. A malformed one is a 400. */
                cursor?: components["parameters"]["cursor"];
            };
            header?: never;
            path: {
                /** @description A label. A conversation that has a user is found under that one alone; one that has none, under any. */
                user_id: components["parameters"]["user_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The conversations. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "X-Next-Cursor": components["headers"]["X-Next-Cursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationList"];
                };
            };
            400: components["responses"]["BadRequest"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    delete_conversation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A label. A conversation that has a user is found under that one alone; one that has none, under any. */
                user_id: components["parameters"]["user_id"];
                /** @description With or without the prefix `conv#` (percent-encoded, `conv%23`). */
                conversation_id: components["parameters"]["conversation_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationDeleted"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    get_conversation_history: {
        parameters: {
            query?: {
                /** @description At most so many messages. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description A label. A conversation that has a user is found under that one alone; one that has none, under any. */
                user_id: components["parameters"]["user_id"];
                /** @description With or without the prefix `conv#` (percent-encoded, `conv%23`). */
                conversation_id: components["parameters"]["conversation_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The messages. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationHistory"];
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    get_conversation_status: {
        parameters: {
            query?: {
                /** @description At most so many statuses. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description A label. A conversation that has a user is found under that one alone; one that has none, under any. */
                user_id: components["parameters"]["user_id"];
                /** @description With or without the prefix `conv#` (percent-encoded, `conv%23`). */
                conversation_id: components["parameters"]["conversation_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The statuses. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatStatusItem"][];
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["StatusNotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    list_models: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The models that can answer, in the order they are tried. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"][];
                };
            };
            400: components["responses"]["BadRequest"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    get_service: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Name, version, endpoints and features; or the page. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Vary: components["headers"]["Vary-Page"];
                    ETag: components["headers"]["ETag-Page"];
                    "Cache-Control": components["headers"]["Cache-Control-Page"];
                    "Content-Encoding": components["headers"]["Content-Encoding"];
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Service"];
                    "text/html": string;
                };
            };
            /** @description The caller has it already. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Vary: components["headers"]["Vary-Page"];
                    ETag: components["headers"]["ETag-Page"];
                    "Cache-Control": components["headers"]["Cache-Control-Page"];
                    "Content-Encoding": components["headers"]["Content-Encoding"];
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_documents_page: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Vary: components["headers"]["Vary-Page"];
                    ETag: components["headers"]["ETag-Page"];
                    "Cache-Control": components["headers"]["Cache-Control-Page"];
                    "Content-Encoding": components["headers"]["Content-Encoding"];
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The caller has it already. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Vary: components["headers"]["Vary-Page"];
                    ETag: components["headers"]["ETag-Page"];
                    "Cache-Control": components["headers"]["Cache-Control-Page"];
                    "Content-Encoding": components["headers"]["Content-Encoding"];
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_document_page: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                document_id: components["parameters"]["document_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Vary: components["headers"]["Vary-Page"];
                    ETag: components["headers"]["ETag-Page"];
                    "Cache-Control": components["headers"]["Cache-Control-Page"];
                    "Content-Encoding": components["headers"]["Content-Encoding"];
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The caller has it already. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Vary: components["headers"]["Vary-Page"];
                    ETag: components["headers"]["ETag-Page"];
                    "Cache-Control": components["headers"]["Cache-Control-Page"];
                    "Content-Encoding": components["headers"]["Content-Encoding"];
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_operations_page: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Vary: components["headers"]["Vary-Page"];
                    ETag: components["headers"]["ETag-Page"];
                    "Cache-Control": components["headers"]["Cache-Control-Page"];
                    "Content-Encoding": components["headers"]["Content-Encoding"];
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The caller has it already. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Vary: components["headers"]["Vary-Page"];
                    ETag: components["headers"]["ETag-Page"];
                    "Cache-Control": components["headers"]["Cache-Control-Page"];
                    "Content-Encoding": components["headers"]["Content-Encoding"];
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_operation_page: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A malformed one is a 404. */
                operation_id: components["parameters"]["operation_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Vary: components["headers"]["Vary-Page"];
                    ETag: components["headers"]["ETag-Page"];
                    "Cache-Control": components["headers"]["Cache-Control-Page"];
                    "Content-Encoding": components["headers"]["Content-Encoding"];
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The caller has it already. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Vary: components["headers"]["Vary-Page"];
                    ETag: components["headers"]["ETag-Page"];
                    "Cache-Control": components["headers"]["Cache-Control-Page"];
                    "Content-Encoding": components["headers"]["Content-Encoding"];
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_chat_page: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Vary: components["headers"]["Vary-Page"];
                    ETag: components["headers"]["ETag-Page"];
                    "Cache-Control": components["headers"]["Cache-Control-Page"];
                    "Content-Encoding": components["headers"]["Content-Encoding"];
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The caller has it already. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Vary: components["headers"]["Vary-Page"];
                    ETag: components["headers"]["ETag-Page"];
                    "Cache-Control": components["headers"]["Cache-Control-Page"];
                    "Content-Encoding": components["headers"]["Content-Encoding"];
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_conversation_page: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description With or without the prefix `conv#` (percent-encoded, `conv%23`). */
                conversation_id: components["parameters"]["conversation_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Vary: components["headers"]["Vary-Page"];
                    ETag: components["headers"]["ETag-Page"];
                    "Cache-Control": components["headers"]["Cache-Control-Page"];
                    "Content-Encoding": components["headers"]["Content-Encoding"];
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The caller has it already. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Vary: components["headers"]["Vary-Page"];
                    ETag: components["headers"]["ETag-Page"];
                    "Cache-Control": components["headers"]["Cache-Control-Page"];
                    "Content-Encoding": components["headers"]["Content-Encoding"];
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    get_page_asset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the page names it. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Vary: components["headers"]["Vary-Page"];
                    ETag: components["headers"]["ETag-Page"];
                    "Cache-Control": components["headers"]["Cache-Control-Page"];
                    "Content-Encoding": components["headers"]["Content-Encoding"];
                    [name: string]: unknown;
                };
                content: {
                    "text/javascript": string;
                    "text/css": string;
                    "image/svg+xml": string;
                };
            };
            /** @description The caller has it already. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Vary: components["headers"]["Vary-Page"];
                    ETag: components["headers"]["ETag-Page"];
                    "Cache-Control": components["headers"]["Cache-Control-Page"];
                    "Content-Encoding": components["headers"]["Content-Encoding"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    get_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            400: components["responses"]["BadRequest"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    get_readiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every part that is needed is there. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            400: components["responses"]["BadRequest"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            /** @description A part that is needed is away. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The metrics. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            400: components["responses"]["BadRequest"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    get_openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            400: components["responses"]["BadRequest"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    get_asyncapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description AsyncAPI 3.0. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            400: components["responses"]["BadRequest"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    get_docs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page that needs nothing else. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            400: components["responses"]["BadRequest"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    list_webhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The webhooks. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookList"];
                };
            };
            400: components["responses"]["BadRequest"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    get_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The caller's own name for it. */
                name: components["parameters"]["webhook_name"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The webhook, without its secret. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    put_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The caller's own name for it. */
                name: components["parameters"]["webhook_name"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookDefinition"];
            };
        };
        responses: {
            /** @description It was replaced. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookPut"];
                };
            };
            /** @description It was made. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookPut"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    delete_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The caller's own name for it. */
                name: components["parameters"]["webhook_name"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDeleted"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    list_deliveries: {
        parameters: {
            query?: {
                /** @description At most so many entries. */
                limit?: components["parameters"]["limit"];
                /** @description The `next_cursor` of the page before this one. A malformed one is a 400. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The caller's own name for it. */
                name: components["parameters"]["webhook_name"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The deliveries. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryList"];
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    test_webhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat: for 24 hours, the same key and the same body on this path give the first answer, and nothing is done anew. The same key with another body is a 422. A repeated chat attaches to the first one's stream, from its first event, or waits for its answer. A status in an answer is the one that was given first: the work may be further by now. */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description The caller's own name for it. */
                name: components["parameters"]["webhook_name"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will be sent. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TestAccepted"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            414: components["responses"]["UriTooLong"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["ValidationError"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
}
