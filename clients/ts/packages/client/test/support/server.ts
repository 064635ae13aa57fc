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
  readonly #options: readonly string[];
  #process: ChildProcess;
  #log = '';
  url = '';

  private constructor(options: readonly string[]) {
    this.#options = options;
    this.#process = this.#spawn();
  }

  #spawn(port = '0'): ChildProcess {
    const environment = Object.entries(process.env).filter(([name]) => !name.startsWith('WALRUS_'));
    const started = spawn(program, ['serve', '--port', port, '--data-dir', join(this.#folder, 'data'), ...this.#options], {
      cwd: this.#folder,
      env: { ...Object.fromEntries(environment), OPENBLAS_NUM_THREADS: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (bytes: Buffer): void => void (this.#log = (this.#log + bytes.toString()).slice(-4000));
    started.stdout?.on('data', keep);
    started.stderr?.on('data', keep);
    return started;
  }

  /** Started, and ready for work. */
  static async start(...options: string[]): Promise<WalrusServer> {
    const server = new WalrusServer(options);
    await server.#ready();
    return server;
  }

  /** As after a power cut: with what is on disk, on another port where none is given. */
  async restart(port = '0'): Promise<void> {
    await this.kill();
    rmSync(this.#portFile, { force: true });
    this.#process = this.#spawn(port);
    await this.#ready();
  }

  get #portFile(): string {
    return join(this.#folder, 'data', 'port');
  }

  async #ready(): Promise<void> {
    const port = await this.#until(() => existsSync(this.#portFile) && readFileSync(this.#portFile, 'utf8').trim());
    this.url = `http://127.0.0.1:${port}`;
    await this.#until(async () => (await fetch(`${this.url}/ready`).catch(() => null))?.status === 200);
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
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await ended;
  }
}
