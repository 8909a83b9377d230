/**
 * What a file of a snapshot is to git.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { type InodeRecord, S_IFLNK, S_IFMT, S_IFREG } from "../store/trees/entry.ts";
import type { Store } from "../store/store.ts";
import { readPieces } from "./read_pieces.ts";

/** Mode of an entry that names a commit: a submodule. */
export const GITLINK = "160000";

/** The mode of a file or symlink in git's trees; null for what git does not keep. */
export function gitMode(record: InodeRecord | null): string | null {
  const kind = (record?.mode ?? 0) & S_IFMT;
  if (kind === S_IFLNK) return "120000";
  if (kind !== S_IFREG) return null;
  return (record!.mode & 0o100) === 0 ? "100644" : "100755";
}

/** The name that git gives the bytes of a file. */
export function blobId(store: Store, record: InodeRecord, hash: "sha1" | "sha256"): string {
  const hasher = createHash(hash).update(`blob ${record.size}\0`);
  for (const piece of readPieces(store, record)) hasher.update(piece);
  return hasher.digest("hex");
}

/** `.git`, and what some file system takes for it: git refuses all of these on every one. */
const DOT_GIT = /(?:^|\/)(?:\.git|git~1)[ .]*(?::[^/]*)?(?:\/|$)/i;

/** True if the path is a repository's own, or below one: git never tracks such a name. */
export function isGitsOwn(path: string): boolean {
  return DOT_GIT.test(path);
}
