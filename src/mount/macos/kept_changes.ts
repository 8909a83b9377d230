/**
 * The times of change that are shown instead of files' own, for the next server of the mount: else a file would go back to a
 * time that the client of NFS saw before, and to what it remembers of then.
 *
 * A file with four numbers for each node: its view, its id, seconds and nanoseconds. It is written anew when a rollback has
 * changed something, before any request is answered after that.
 *
 * @module
 */

import { ShownChanges } from "../shown_changes.ts";
import type { View } from "../views.ts";

const FIELDS = 4;

export class KeptChanges {
  constructor(readonly path: string) {}

  /** A disk that takes no more is no reason to fail what was asked for. */
  keep(views: Iterable<View>): void {
    const numbers: number[] = [];
    for (const { number, shownChanges } of views) {
      for (const [id, { sec, nsec }] of shownChanges?.entries() ?? []) {
        numbers.push(number, id, sec, nsec);
      }
    }
    try {
      Deno.writeFileSync(`${this.path}.new`, new Uint8Array(Float64Array.from(numbers).buffer));
      Deno.renameSync(`${this.path}.new`, this.path);
    } catch (error) {
      console.error(`Shown times of change are not kept: ${(error as Error).message}`);
    }
  }

  /** Gives views what a server before this one kept. */
  restore(views: { get(number: number): View | undefined }): void {
    const numbers = this.#read();
    for (let at = 0; at + FIELDS <= numbers.length; at += FIELDS) {
      const [number, id, sec, nsec] = numbers.subarray(at) as unknown as number[];
      const view = views.get(number!);
      if (view === undefined) continue;
      view.shownChanges ??= new ShownChanges();
      view.shownChanges.moved([id!], { sec: sec!, nsec: nsec! });
    }
  }

  #read(): Float64Array {
    try {
      const { buffer, length } = Deno.readFileSync(this.path);
      return new Float64Array(buffer, 0, Math.floor(length / 8));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return new Float64Array();
      throw error;
    }
  }
}
