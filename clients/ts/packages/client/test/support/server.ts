import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../../../../../', import.meta.url));
const program = join(process.env.WALRUS_BUILD_DIR ?? join(repository, 'build/release'), 'walrus');

/** Tests of the real server are skipped where it has not been built; `./dev test` builds it first. */
export const serverIsBuilt = existsSync(program);

const patience = 60_000;

/** A real walrus on a free port of loopback, with a data folder of its own. */
export class WalrusServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'walrus-client-'));
  readonly #process: ChildProcess;
  #log = '';
  url = '';

  private constructor(options: readonly string[]) {
    const environment = Object.entries(process.env).filter(([name]) => !name.startsWith('WALRUS_'));
    this.#process = spawn(program, ['serve', '--port', '0', '--data-dir', join(this.#folder, 'data'), ...options], {
      cwd: this.#folder,
      env: { ...Object.fromEntries(environment), OPENBLAS_NUM_THREADS: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (bytes: Buffer): void => void (this.#log = (this.#log + bytes.toString()).slice(-4000));
    this.#process.stdout?.on('data', keep);
    this.#process.stderr?.on('data', keep);
  }

  /** Started, and ready for work. */
  static async start(...options: string[]): Promise<WalrusServer> {
    const server = new WalrusServer(options);
    const portFile = join(server.#folder, 'data', 'port');
    const port = await server.#until(() => existsSync(portFile) && readFileSync(portFile, 'utf8').trim());
    server.url = `http://127.0.0.1:${port}`;
    await server.#until(async () => (await fetch(`${server.url}/ready`).catch(() => null))?.status === 200);
    return server;
  }

  /** Gives back what a condition gives once it is true. */
  async #until<T>(condition: () => T | Promise<T>): Promise<NonNullable<T>> {
    const deadline = Date.now() + patience;
    for (;;) {
      const result = await condition();
      if (result) return result as NonNullable<T>;
      if (this.#process.exitCode !== null || Date.now() > deadline) throw new Error(`walrus is not ready\n${this.#log}`);
      await sleep(10);
    }
  }

  async json<T>(path: string): Promise<T> {
    const response = await fetch(this.url + path);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
