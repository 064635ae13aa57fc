import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A model that says what a test tells it to: the OpenAI-compatible streaming API, on loopback. */
export class Model {
  pieces = ['The ', 'lighthouse ', 'was lit ', 'in 1896.'];
  /** Milliseconds between pieces. */
  pause = 0;
  /** After so many pieces the connection is cut. */
  breakAfter = Infinity;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      request.resume();
      if (request.method === 'GET') response.end(JSON.stringify({ object: 'list', data: [{ id: 'test-model', object: 'model' }] }));
      else request.on('end', () => void this.#speak(response));
    });
  }

  static async start(): Promise<Model> {
    const model = new Model();
    await new Promise<void>((resolve) => model.#server.listen(0, '127.0.0.1', resolve));
    return model;
  }

  /** How a server is told to ask it. */
  get options(): string[] {
    const { port } = this.#server.address() as AddressInfo;
    return ['--llm-url', `http://127.0.0.1:${port}/v1`, '--llm-model', 'test-model'];
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #speak(response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', Connection: 'close' });
    for (const [index, content] of this.pieces.entries()) {
      if (index >= this.breakAfter) return void response.destroy();
      this.#send(response, { delta: { content }, finish_reason: null });
      await sleep(this.pause);
      if (response.destroyed) return;
    }
    this.#send(response, { delta: {}, finish_reason: 'stop' });
    response.end('data: [DONE]\n\n');
  }

  #send(response: ServerResponse, choice: object): void {
    response.write(`data: ${JSON.stringify({ object: 'chat.completion.chunk', choices: [{ index: 0, ...choice }] })}\n\n`);
  }
}
