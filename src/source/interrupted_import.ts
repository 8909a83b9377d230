/**
 * How far an import had come: a note in the store's directory, so that the next one goes on where this one ended.
 *
 * The note names a snapshot of what was stored by then, which serves as a cache like that of any earlier import.
 * No ref holds its objects: whoever removes objects from the store has to remove the note first.
 *
 * @module
 */

import type { Timestamp } from "../host/clock.ts";
import type { Snapshot } from "../store/trees/entry.ts";
import { parseObjectId } from "../store/format/object_id.ts";
import { replaceFile } from "../store/files/replace_file.ts";

export interface InterruptedImport {
  readonly snapshot: Snapshot;
  /** When it began to read. */
  readonly began: Timestamp;
}

const VERSION = 1;

function notePath(store: string): string {
  return `${store}/import.json`;
}

/** What is known of an interrupted import of `source`; null if nothing is, or nothing that can be read. */
export function loadInterrupted(store: string, source: string): InterruptedImport | null {
  try {
    const note = JSON.parse(Deno.readTextFileSync(notePath(store)));
    const { version, snapshot, began } = note;
    const times = [began.sec, began.nsec].every(Number.isSafeInteger);
    const { content } = snapshot.root;
    const known = content === null || parseObjectId(content) !== null;
    return version === VERSION && note.source === source && times && known
      ? { snapshot, began }
      : null;
  } catch {
    return null;
  }
}

/** Writes the note. The snapshot has to be committed. */
export function saveInterrupted(store: string, source: string, state: InterruptedImport): void {
  const { snapshot, began } = state;
  const { sec, nsec } = began;
  const text = JSON.stringify({ version: VERSION, source, snapshot, began: { sec, nsec } });
  replaceFile(notePath(store), text);
}

export function forgetInterrupted(store: string): void {
  for (const path of [notePath(store), `${notePath(store)}.new`]) {
    try {
      Deno.removeSync(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
