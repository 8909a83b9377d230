/**
 * Lists directories of the mount so that the kernel knows their names: a program is looking them up one by one.
 *
 * The calls are made on Deno's thread pool, because the thread that answers them has to be free meanwhile.
 *
 * @module
 */

const AT_ONCE = 4;
/** Directories that wait; when it is behind, the programs have asked for the names themselves. */
const WAITING = 128;

export class DirectoryLister {
  readonly #waiting: string[] = [];
  readonly #running = new Set<Promise<void>>();

  /** @param mount where the file system is mounted */
  constructor(readonly mount: string) {}

  /** Lists the directory at `path`, a binary string, sometime soon. */
  list(path: string): void {
    if (this.#waiting.length < WAITING) this.#waiting.push(path);
    this.#next();
  }

  get isBusy(): boolean {
    return this.#running.size > 0;
  }

  /** Resolves when no directory is open: the mount would be busy. What waits is given up. */
  async end(): Promise<void> {
    this.#waiting.length = 0;
    await Promise.all(this.#running);
  }

  #next(): void {
    if (this.#running.size >= AT_ONCE) return;
    const path = this.#waiting.shift();
    if (path === undefined) return;
    const listing = this.#read(path).then(() => {
      this.#running.delete(listing);
      this.#next();
    });
    this.#running.add(listing);
  }

  async #read(path: string): Promise<void> {
    try {
      const bytes = Uint8Array.from(path, (c) => c.charCodeAt(0));
      const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      for await (const _ of Deno.readDir(`${this.mount}/${text}`));
    } catch {
      // Gone, not to be read by this user, or no UTF-8: nobody needs it.
    }
  }
}
