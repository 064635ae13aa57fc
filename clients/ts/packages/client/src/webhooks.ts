/**
 * The check of a webhook's signature (Standard Webhooks), with nothing but Web Crypto: it runs in
 * Node, browsers, workers and at the edge.
 */
import type { OperationStatus } from './types.js';

/** What Walrus sends. `data` of a `webhook.test` is no operation. */
export type WebhookMessage =
  | {
      readonly type: 'operation.completed' | 'operation.failed' | 'operation.step';
      readonly timestamp: string;
      readonly data: OperationStatus;
    }
  | { readonly type: 'webhook.test'; readonly timestamp: string; readonly data: Record<string, unknown> };

export interface VerifyOptions {
  /** Seconds a message may be old, or its clock be ahead. 300 by default. */
  tolerance?: number;
  /** Milliseconds since 1970. The clock's by default. */
  now?: number;
}

/** The message is not to be trusted: answer 400, and do nothing. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError';
}

type HeaderValues = Headers | Record<string, string | readonly string[] | undefined>;

/**
 * The message, if it was signed with the secret (or one of them, while they change) and is fresh. `body`
 * has to be the request's body as it came, not JSON that was read and written again. The same message
 * may come more than once: drop repeats by the header `webhook-id`.
 */
export async function verifyWebhook(
  body: string | Uint8Array<ArrayBuffer>,
  headers: HeaderValues,
  secret: string | readonly string[],
  options: VerifyOptions = {},
): Promise<WebhookMessage> {
  const id = valueOf(headers, 'webhook-id');
  const timestamp = valueOf(headers, 'webhook-timestamp');
  const signatures = signaturesOf(valueOf(headers, 'webhook-signature'));
  checkAge(timestamp, options);
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const signed = joined(new TextEncoder().encode(`${id}.${timestamp}.`), bytes);
  for (const key of await Promise.all([secret].flat().map(keyOf))) {
    for (const signature of signatures) {
      // Takes the same time whatever the difference is.
      if (await crypto.subtle.verify('HMAC', key, signature, signed)) return JSON.parse(new TextDecoder().decode(bytes)) as WebhookMessage;
    }
  }
  throw new WebhookVerificationError('No signature matches.');
}

function valueOf(headers: HeaderValues, name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : namedAnyhow(headers, name);
  if (typeof value !== 'string' || value === '') throw new WebhookVerificationError(`The header ${name} is missing.`);
  return value;
}

function namedAnyhow(headers: Exclude<HeaderValues, Headers>, name: string): string | readonly string[] | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

/** Those of version 1, of which there may be several. */
function signaturesOf(header: string): Uint8Array<ArrayBuffer>[] {
  return header
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    .map((signature) => bytesOf(signature.slice(3)));
}

function checkAge(timestamp: string, { tolerance = 300, now = Date.now() }: VerifyOptions): void {
  const seconds = /^\d+$/.test(timestamp) ? Number(timestamp) : NaN;
  if (!(Math.abs(now / 1000 - seconds) <= tolerance)) throw new WebhookVerificationError('The message is too old, or from the future.');
}

const keyOf = (secret: string): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', bytesOf(secret.replace(/^whsec_/, '')), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    throw new WebhookVerificationError('A signature or secret is no base64.');
  }
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}
