import { ConnectionError } from './errors.js';
import { randomId, type Http } from './http.js';

/** Bytes of the request's body, which is a little more than the file. */
export type OnBytes = (sent: number, total: number) => void;

export interface Form {
  readonly method: 'POST' | 'PATCH';
  readonly path: string;
  readonly file: Blob;
  readonly filename: string;
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  readonly idempotencyKey: string;
}

/** Sends a file, and tells how much of it was sent. A browser's `fetch` cannot tell, its XMLHttpRequest can. */
export function sendForm(http: Http, form: Form, onBytes: OnBytes, signal?: AbortSignal): Promise<Response> {
  const boundary = `walrus-${randomId()}`;
  const body = multipart(form, boundary);
  const headers = { 'Content-Type': `multipart/form-data; boundary=${boundary}`, 'Idempotency-Key': form.idempotencyKey };
  if (typeof XMLHttpRequest === 'undefined') {
    return http.send(form.method, form.path, { headers, signal, body: () => counted(body, onBytes) });
  }
  const fetchByXhr: typeof fetch = (url, init) => xhr(String(url), init ?? {}, onBytes);
  return http.send(form.method, form.path, { headers, signal, body, fetch: fetchByXhr });
}

function multipart({ file, filename, metadata }: Form, boundary: string): Blob {
  const parts: BlobPart[] = [];
  if (metadata !== undefined) {
    parts.push(`--${boundary}\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n${JSON.stringify(metadata)}\r\n`);
  }
  const name = filename.replace(/[\r\n"]/g, (character) => encodeURIComponent(character));
  parts.push(`--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n`);
  return new Blob([...parts, file, `\r\n--${boundary}--\r\n`]);
}

/** A body that is counted as it is read, which is at most a buffer ahead of the network. */
function counted(body: Blob, onBytes: OnBytes): ReadableStream<Uint8Array> {
  let sent = 0;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      controller.enqueue(bytes);
      sent += bytes.length;
      onBytes(sent, body.size);
    },
  });
  return (body.stream() as ReadableStream<Uint8Array>).pipeThrough(count);
}

function xhr(url: string, init: RequestInit, onBytes: OnBytes): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = (): void => reject(new ConnectionError('No answer came.'));
    request.open(init.method ?? 'POST', url);
    for (const [name, value] of Object.entries(init.headers as Record<string, string>)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onBytes(loaded, total);
    request.onload = () => resolve(responseOf(request));
    request.onerror = request.onabort = fail;
    init.signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(init.body as Blob);
  });
}

function responseOf(request: XMLHttpRequest): Response {
  const lines = request.getAllResponseHeaders().trim().split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return new Response(request.responseText, { status: request.status, headers });
}
