import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A website on loopback: a root, and so many pages that it links to, each with words of its own. */
export class Site {
  readonly #server: Server;

  private constructor(pages: number) {
    this.#server = createServer((request, response) => {
      const number = Number(/^\/page\/(\d+)$/.exec(request.url ?? '')?.[1] ?? (request.url === '/' ? 0 : NaN));
      if (!(number <= pages)) return void response.writeHead(404).end();
      const links = number > 0 ? '' : Array.from({ length: pages }, (_, i) => `<a href="/page/${i + 1}">${i + 1}</a>`).join(' ');
      const words = Array.from({ length: 60 }, (_, i) => `term${number * 1000 + i * i}`).join(' ');
      const title = number === 0 ? 'The lighthouse' : `Keeper ${number}`;
      response.writeHead(200, { 'Content-Type': 'text/html' });
      response.end(`<!doctype html><title>${title}</title><main><h1>${title}</h1><p>${words}</p>${links}</main>`);
    });
  }

  static async start(pages: number): Promise<Site> {
    const site = new Site(pages);
    await new Promise<void>((resolve) => site.#server.listen(0, '127.0.0.1', resolve));
    return site;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
