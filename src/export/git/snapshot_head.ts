/**
 * What HEAD of a repository is that lies in a snapshot.
 *
 * @module
 */

import { lookupPath } from "../../history/snapshots/lookup_path.ts";
import { isDirectoryRecord } from "../../history/snapshots/record.ts";
import { S_IFMT, S_IFREG, type Snapshot } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";

/** A file of a repository that is larger is none that git wrote. */
const SMALL = 64 * 1024 * 1024;
const OBJECT_NAME = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const REFS_DEEP = 5;

/**
 * The commit that is checked out in directory `path` ("" or "sub/module") of the snapshot: null if that is no repository,
 * has no commit, or its refs are not in the snapshot.
 */
export function snapshotHead(store: Store, snapshot: Snapshot, path: string): string | null {
  const read = (file: string) => readSmall(store, snapshot, file);
  const dotGit = join(path, ".git");
  const record = lookupPath(store, snapshot, dotGit);
  if (record === null) return null;
  let directory: string | null = dotGit;
  if (!isDirectoryRecord(record)) {
    const [, target] = /^gitdir: (.*?)\n?$/s.exec(read(dotGit) ?? "") ?? [];
    directory = target === undefined ? null : resolve(path, target);
  }
  if (directory === null) return null;
  const common = read(`${directory}/commondir`)?.trimEnd();
  const shared = common === undefined ? directory : resolve(directory, common);
  let name = read(`${directory}/HEAD`)?.trimEnd();
  for (let deep = 0; name !== undefined && deep < REFS_DEEP; deep++) {
    if (OBJECT_NAME.test(name)) return name;
    const [, ref] = /^ref: (.*)$/.exec(name) ?? [];
    if (ref === undefined) return null;
    name = read(`${directory}/${ref}`)?.trimEnd() ??
      (shared === null ? undefined : read(`${shared}/${ref}`)?.trimEnd()) ??
      (shared === null ? undefined : packed(read(`${shared}/packed-refs`), ref));
  }
  return null;
}

/** `relative` as seen from `from`, as long as that is in the snapshot. */
function resolve(from: string, relative: string): string | null {
  if (relative.startsWith("/")) return null;
  const names = from === "" ? [] : from.split("/");
  for (const name of relative.split("/")) {
    if (name === "" || name === ".") continue;
    if (name !== "..") names.push(name);
    else if (names.pop() === undefined) return null;
  }
  return names.join("/");
}

function packed(text: string | null, ref: string): string | undefined {
  return text?.split("\n").find((line) => line.endsWith(` ${ref}`))?.split(" ")[0];
}

function readSmall(store: Store, snapshot: Snapshot, path: string): string | null {
  const record = lookupPath(store, snapshot, path);
  if (record === null || (record.mode & S_IFMT) !== S_IFREG || record.size > SMALL) return null;
  const bytes = new Uint8Array(record.size);
  store.readContent(record, record.size, 0, bytes, 0, record.size);
  return new TextDecoder("latin1").decode(bytes);
}

function join(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}
