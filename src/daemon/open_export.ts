/**
 * Opens a store for an export.
 *
 * Whoever exports reads the store itself, beside the server: an archive may be as large as the tree, which is nothing for
 * lines of JSON, and a server that reads gigabytes answers nobody meanwhile. The server only says where the state is, and
 * so decides who may have it.
 *
 * @module
 */

import { close } from "../host/files.ts";
import type { ExportPlace } from "../control/service/history.ts";
import { type CommitInfo, decodeSnapshot } from "../history/commits/commit.ts";
import { ReadHistory } from "../history/read_history.ts";
import { keepForReading } from "../store/files/reader_lock.ts";
import { loadHasher } from "../store/format/hash.ts";
import { parseObjectId } from "../store/format/object_id.ts";
import { Store } from "../store/store.ts";
import type { Snapshot } from "../store/trees/entry.ts";
import { ExportError } from "../export/export_error.ts";

/** A state of a branch that can be read until it is closed. */
export interface OpenExport extends Disposable {
  readonly history: ReadHistory;
  readonly branch: string;
  /** The checkpoint that is exported; null: the working tree. */
  readonly commit: CommitInfo | null;
  /** Where the branch is. */
  readonly head: CommitInfo;
  readonly snapshot: Snapshot;
  /** What it and the project have in common, if it was asked for and is known. */
  readonly base: CommitInfo | null;
  /** What another ref means on the branch. */
  resolve(ref: string): Promise<CommitInfo>;
}

/** `prepare` asks the store's server where a state is; null if none runs. */
export async function openExport(
  directory: string,
  prepare: ((ref: string | undefined) => Promise<ExportPlace>) | null,
  { branch, ref }: { readonly branch: string; readonly ref: string | undefined },
): Promise<OpenExport> {
  const hasher = await loadHasher();
  const lock = keepForReading(directory);
  let store: Store | null = null;
  const end = () => {
    store?.close();
    close(lock);
  };
  try {
    const place = prepare === null ? null : await prepare(ref);
    store = Store.open(directory, hasher);
    const history = new ReadHistory(store);
    const found = place === null ? offline(history, branch, ref) : online(history, place);
    const resolve = async (other: string) =>
      prepare === null
        ? history.resolve(found.branch, other)
        : history.commitInfo(parseObjectId((await prepare(other)).id!)!);
    return { history, ...found, resolve, [Symbol.dispose]: end };
  } catch (error) {
    end();
    throw error;
  }
}

type Found = Omit<OpenExport, "history" | "resolve" | typeof Symbol.dispose>;

function online(history: ReadHistory, place: ExportPlace): Found {
  const commitOf = (id: string) => history.commitInfo(parseObjectId(id)!);
  const commit = place.id === null ? null : commitOf(place.id);
  return {
    branch: place.branch,
    commit,
    head: commitOf(place.head),
    base: place.base === undefined ? null : commitOf(place.base),
    snapshot: decodeSnapshot(place.snapshot),
  };
}

function offline(history: ReadHistory, branch: string, ref: string | undefined): Found {
  const { head } = history.branch(branch);
  if (ref === undefined || head === null) {
    throw new ExportError(
      "no_daemon",
      2,
      "Cannot export what is not in a checkpoint yet while no daemon runs",
      { hint: "Name a checkpoint, for example HEAD, or start the daemon: agentvfs quickstart" },
    );
  }
  const commit = history.resolve(branch, ref);
  const { snapshot } = commit;
  return { branch, commit, head: history.commitInfo(head), base: null, snapshot };
}
