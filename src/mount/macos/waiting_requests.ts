/**
 * Requests that were taken from the stream and are answered later: they wait for a view that is frozen, for the disk, for a
 * filter or for the daemon. Each is a file until then, so that the next server has them, should this one die.
 *
 * @module
 */

import { IN_HEADER } from "../../../ffi/fuse_kernel.ts";

export class WaitingRequests {
  readonly #names = new Map<string, string>();
  /** Ids of those that a server before this one left. */
  readonly #left = new Set<string>();

  /** @param directory of the mount's own; it is there */
  constructor(readonly directory: string) {}

  /** The request is answered later. */
  add(request: Uint8Array): void {
    const id = idOf(request, IN_HEADER.UNIQUE);
    const name = `${this.directory}/${id}.request`;
    Deno.writeFileSync(`${name}.new`, request);
    Deno.renameSync(`${name}.new`, name);
    this.#names.set(id, name);
  }

  /** True if the answer whose id is at `at` of `reply` is to one of them: it waits no more once that is sent. */
  has(reply: Uint8Array, at: number): boolean {
    return this.#names.size > 0 && this.#names.has(idOf(reply, at));
  }

  answered(reply: Uint8Array, at: number): void {
    const id = idOf(reply, at);
    const name = this.#names.get(id);
    if (name === undefined) return;
    this.#names.delete(id);
    Deno.removeSync(name);
  }

  /** Those that a server before this one left, in the order in which they came. */
  takeOver(): Uint8Array<ArrayBuffer>[] {
    const left: { id: bigint; bytes: Uint8Array<ArrayBuffer> }[] = [];
    for (const { name } of Deno.readDirSync(this.directory)) {
      const id = /^(\d+)\.request$/.exec(name)?.[1];
      if (id === undefined) continue;
      const path = `${this.directory}/${name}`;
      this.#names.set(id, path);
      this.#left.add(id);
      left.push({ id: BigInt(id), bytes: Deno.readFileSync(path) });
    }
    return left.sort((a, b) => a.id < b.id ? -1 : 1).map(({ bytes }) => bytes);
  }

  /** True if a server before this one put this request aside. */
  wasLeft(low: number, high: number): boolean {
    return this.#left.size > 0 && this.#left.has(String(BigInt(high) << 32n | BigInt(low)));
  }

  get size(): number {
    return this.#names.size;
  }
}

function idOf(bytes: Uint8Array, at: number): string {
  return String(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at, true));
}
