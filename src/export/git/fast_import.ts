/**
 * A commit as git fast-import reads it. Everything is bytes: binary strings, and the contents of files.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import { quotePath } from "../../../ffi/quote_path.ts";
import type { Store } from "../../store/store.ts";
import { GITLINK } from "../git_entry.ts";
import { readPieces } from "../read_pieces.ts";
import type { TreeChange } from "./project_tree.ts";

export interface GitCommit {
  readonly ref: string;
  /** `NAME <EMAIL>` as binary strings. */
  readonly author: string;
  readonly committer: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly message: string;
  /** What it follows; null for the commit before in this stream, or for none. */
  readonly parent: string | null;
}

/** The stream begins with this, and {@linkcode DONE} ends it: what was cut off makes no commit. */
export const BEGIN = bytesOf("feature done\n");
export const DONE = bytesOf("done\n");

/** @param prefix of all paths: "" or "sub/directory/" */
export function* commitStream(
  store: Store,
  commit: GitCommit,
  changes: readonly TreeChange[],
  prefix: string,
): Generator<Uint8Array> {
  const { ref, author, committer, time, parent } = commit;
  const message = bytesOf(binaryString(commit.message));
  const when = gitTime(time);
  yield bytesOf(
    `commit ${binaryString(ref)}\nauthor ${author} ${when}\ncommitter ${committer} ${when}\n` +
      `data ${message.length}\n`,
  );
  yield message;
  yield bytesOf(parent === null ? "\n" : `\nfrom ${parent}\n`);
  for (const change of changes) yield* changeStream(store, change, prefix);
  yield bytesOf("\n");
}

function* changeStream(
  store: Store,
  change: TreeChange,
  prefix: string,
): Generator<Uint8Array> {
  const path = quotePath(prefix + change.path);
  if (change.kind === "delete") yield bytesOf(`D ${path}\n`);
  else if (change.kind === "commit") yield bytesOf(`M ${GITLINK} ${change.id} ${path}\n`);
  else if (change.id !== null) yield bytesOf(`M ${change.mode} ${change.id} ${path}\n`);
  else {
    const { record, mode } = change;
    yield bytesOf(`M ${mode} inline ${path}\ndata ${record.size}\n`);
    yield* readPieces(store, record);
    yield bytesOf("\n");
  }
}

/** Seconds and the zone of this machine. */
function gitTime(ms: number): string {
  const minutes = -new Date(ms).getTimezoneOffset();
  const two = (n: number) => String(n).padStart(2, "0");
  const zone = Math.abs(minutes);
  return `${Math.floor(ms / 1000)} ${minutes < 0 ? "-" : "+"}${two(Math.floor(zone / 60))}${
    two(zone % 60)
  }`;
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}
