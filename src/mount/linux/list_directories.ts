/**
 * Lists directories of the mount so that the kernel knows their names: a program is looking them up one by one. And looks
 * up those that the kernel has lost.
 *
 * The calls are made on Deno's thread pool, because the thread that answers them has to be free meanwhile. What they
 * tell is for the kernel; here it would only have to be decoded.
 *
 * @module
 */

import { binaryString, cString } from "../../../ffi/binary_string.ts";
import { O_CLOEXEC, O_DIRECTORY, O_PATH } from "../../../ffi/linux/open.ts";

const SYMBOLS = {
  open: { parameters: ["buffer", "i32"], result: "i32", nonblocking: true },
  getdents64: { parameters: ["i32", "buffer", "usize"], result: "i32", nonblocking: true },
  close: { parameters: ["i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

let library: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"] | undefined;

const AT_ONCE = 4;
/** Directories that wait; when it is behind, the programs have asked for the names themselves. */
const WAITING = 128;
/** The kernel asks for as much at once. */
const LISTING_BYTES = 128 * 1024;

export class DirectoryLister {
  readonly #waiting: string[] = [];
  readonly #running = new Set<Promise<void>>();

  /**
   * @param mount where the file system is mounted
   * @param read lists the directory at a path (a binary string); for tests
   */
  constructor(readonly mount: string, readonly read: (path: string) => Promise<void> = listAll) {}

  /** Lists the directory at `path`, a binary string, sometime soon. */
  list(path: string): void {
    if (this.#waiting.length < WAITING) this.#waiting.push(path);
    this.#next();
  }

  /** Looks up `path`, a binary string, now. */
  visit(path: string): void {
    const visit = lookUp(`${binaryString(this.mount)}/${path}`).catch(() => {}).then(() => {
      this.#running.delete(visit);
    });
    this.#running.add(visit);
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
    const listing = this.read(`${binaryString(this.mount)}/${path}`).catch(() => {}).then(() => {
      this.#running.delete(listing);
      this.#next();
    });
    this.#running.add(listing);
  }
}

/** The way there is all that is of interest: that the kernel goes it. */
async function lookUp(path: string): Promise<void> {
  const libc = library ??= Deno.dlopen("libc.so.6", SYMBOLS).symbols;
  const fd = await libc.open(cString(path), O_PATH | O_CLOEXEC);
  if (fd >= 0) libc.close(fd);
}

/** A directory that is gone, or that this user may not read, is nobody's concern. */
async function listAll(path: string): Promise<void> {
  const libc = library ??= Deno.dlopen("libc.so.6", SYMBOLS).symbols;
  const fd = await libc.open(cString(path), O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  const names = new Uint8Array(LISTING_BYTES);
  while (await libc.getdents64(fd, names, BigInt(LISTING_BYTES)) > 0);
  libc.close(fd);
}
