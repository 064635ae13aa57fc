import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { describe, expect, it } from 'vitest';

import { verifyWebhook, WebhookVerificationError } from '../src/webhooks.js';
import { serverIsBuilt, WalrusServer } from './support/server.js';

const secret = `whsec_${Buffer.from('a secret of thirty-two bytes, ok').toString('base64')}`;
const body = JSON.stringify({ type: 'webhook.test', timestamp: '2026-01-01T00:00:00.000Z', data: { words: 'é 🦭' } });
const now = Date.parse('2026-01-01T00:00:10.000Z');

/** By the specification's words alone. */
function signed(content: string, key = secret, seconds = Math.floor(now / 1000)): Record<string, string> {
  const hmac = createHmac('sha256', Buffer.from(key.slice('whsec_'.length), 'base64')).update(`msg_1.${seconds}.${content}`);
  return { 'Webhook-Id': 'msg_1', 'webhook-timestamp': String(seconds), 'webhook-signature': `v1a,x v1,${hmac.digest('base64')}` };
}

describe('the check of a signature', () => {
  it('gives the message', async () => {
    const expected = JSON.parse(body) as unknown;
    expect(await verifyWebhook(body, signed(body), secret, { now })).toEqual(expected);
    expect(await verifyWebhook(new TextEncoder().encode(body), new Headers(signed(body)), secret, { now })).toEqual(expected);
  });

  it('takes any of several secrets and signatures', async () => {
    const other = `whsec_${Buffer.from('another secret of 32 bytes, okay').toString('base64')}`;
    expect(await verifyWebhook(body, signed(body, other), [secret, other], { now })).toBeTruthy();
    const headers = signed(body);
    headers['webhook-signature'] = `v1,${Buffer.alloc(32).toString('base64')} ${headers['webhook-signature']}`;
    expect(await verifyWebhook(body, headers, secret, { now })).toBeTruthy();
  });

  it.each([
    ['another body', body.replace('é', 'e'), signed(body), secret, now],
    ['another secret', body, signed(body), `whsec_${Buffer.alloc(32).toString('base64')}`, now],
    ['no secret at all', body, signed(body), [] as string[], now],
    ['another id', body, { ...signed(body), 'Webhook-Id': 'msg_2' }, secret, now],
    ['another time', body, { ...signed(body), 'webhook-timestamp': String(now / 1000 - 1) }, secret, now],
    ['an old message', body, signed(body), secret, now + 301_000],
    ['a message from the future', body, signed(body), secret, now - 301_000],
    ['a time that is none', body, { ...signed(body), 'webhook-timestamp': 'today' }, secret, now],
    ['a signature of another version', body, { ...signed(body), 'webhook-signature': signed(body)['webhook-signature']!.replaceAll('v1', 'v2') }, secret, now],
    ['a signature that is no base64', body, { ...signed(body), 'webhook-signature': 'v1,*' }, secret, now],
    ['a missing header', body, { ...signed(body), 'webhook-signature': undefined }, secret, now],
  ])('refuses %s', async (_, content, headers, key, time) => {
    await expect(verifyWebhook(content, headers, key, { now: time })).rejects.toBeInstanceOf(WebhookVerificationError);
  });

  it.skipIf(!serverIsBuilt)('takes what the real server sends', async () => {
    const server = await WalrusServer.start('--webhook-allow', '127.0.0.0/8');
    let arrived: (message: { content: string; headers: Record<string, string | string[] | undefined> }) => void;
    const message = new Promise<Parameters<typeof arrived>[0]>((resolve) => (arrived = resolve));
    const receiver = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (bytes: Buffer) => pieces.push(bytes));
      request.on('end', () => {
        response.writeHead(204).end();
        arrived({ content: Buffer.concat(pieces).toString(), headers: request.headers });
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    const json = { 'Content-Type': 'application/json' };
    const put = await fetch(`${server.url}/v1/webhooks/here`, { method: 'PUT', headers: json, body: JSON.stringify({ url, events: ['operation.*'] }) });
    const made = (await put.json()) as { secret: string };
    await fetch(`${server.url}/v1/webhooks/here/test`, { method: 'POST', headers: json });
    const { content, headers } = await message;
    expect((await verifyWebhook(content, headers, made.secret)).type).toBe('webhook.test');
    await expect(verifyWebhook(content, headers, secret)).rejects.toBeInstanceOf(WebhookVerificationError);
    receiver.close();
    await server.stop();
  });
});
