import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A website on loopback: a root, and so many pages that it links to, which answer once they may. */
export class Site {
  /** Lets the pages behind the root answer. */
  readonly release: () => void;
  readonly #server: Server;

  private constructor(pages: number) {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    this.release = release;
    this.#server = createServer((request, response) => {
      const number = request.url === '/' ? 0 : Number(/^\/page\/(\d+)$/.exec(request.url ?? '')?.[1]);
      if (!(number <= pages)) return void response.writeHead(404).end();
      void (number === 0 ? Promise.resolve() : released).then(() => {
        response.writeHead(200, { 'Content-Type': 'text/html' }).end(pageOf(number, number === 0 ? pages : 0));
      });
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

/** With words of its own, since a crawl leaves out what it has already. */
function pageOf(number: number, links: number): string {
  const title = number === 0 ? 'The lighthouse' : `Keeper ${number}`;
  const words = Array.from({ length: 60 }, (_, i) => `term${number * 1000 + i * i}`).join(' ');
  const anchors = Array.from({ length: links }, (_, i) => `<a href="/page/${i + 1}">${i + 1}</a>`).join(' ');
  return `<!doctype html><title>${title}</title><main><h1>${title}</h1><p>${words}</p>${anchors}</main>`;
}
