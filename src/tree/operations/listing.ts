/**
 * Listing a directory: a stream of names with a cookie each, at which it can be continued.
 *
 * Cookies grow with insertion, so what is removed or added while somebody lists neither hides nor repeats other
 * names. The next server would number the names anew, in the order of what a checkpoint has stored since; so the
 * cookie of each name is put down in the node log before the kernel first gets it, and
 * {@linkcode restoreListings} gives the names their old places.
 *
 * @module
 */

import {
  type DirectoryState,
  type Dirent,
  FIRST_COOKIE,
  type Inode,
  type ListingCursor,
} from "../nodes/inode.ts";
import { toldNames } from "../nodes/node_log.ts";
import { Status } from "../status.ts";
import type { WorkingTree } from "../working_tree.ts";

/** Listings of a directory that may take turns without each being sought from the beginning. */
const LISTERS = 8;

/** Takes a name for the answer. Returns false, and has not taken it, if there is no room. */
export type TakeName = (name: string, dirent: Dirent) => boolean;

/** Gives `take` the names of a loaded directory whose cookies are above `cookie`, until it returns false. */
export function listNames(
  tree: WorkingTree,
  inode: Inode,
  cookie: number,
  take: TakeName,
): void {
  const state = inode.directory!;
  const { told } = state;
  const names: string[] = [];
  const cookies: number[] = [];
  let last = Math.max(cookie, FIRST_COOKIE - 1);
  const { first, rest } = seekTo(state, last);
  let entry = first;
  for (;;) {
    if (entry === null) {
      const step = rest.next();
      if (step.done) break;
      entry = step.value;
    }
    const [name, dirent] = entry;
    if (!take(name, dirent)) {
      // The iterator is past an entry that did not fit: the next call has to find it again.
      if (state.cursors.push({ cookie: last, first: entry, rest }) > LISTERS) state.cursors.shift();
      break;
    }
    entry = null;
    last = dirent.cookie;
    if (last <= told) continue;
    names.push(name);
    cookies.push(last);
  }
  if (names.length > 0) tell(tree, inode, names, cookies);
}

/** Entries whose cookie is above `cookie`. */
function seekTo(state: DirectoryState, cookie: number): Omit<ListingCursor, "cookie"> {
  const known = state.cursors.findIndex((cursor) => cursor.cookie === cookie);
  if (known < 0) return { first: null, rest: after(state.entries!, cookie) };
  const [{ first, rest }] = state.cursors.splice(known, 1) as [ListingCursor];
  // It may have been removed, or replaced under the same name, since.
  const isThere = first !== null && state.entries!.get(first[0]) === first[1];
  return { first: isThere ? first : null, rest };
}

function* after(entries: Map<string, Dirent>, cookie: number): Generator<[string, Dirent], void> {
  for (const entry of entries) if (entry[1].cookie > cookie) yield entry;
}

/** Names whose cookies are above `told`, and ascend. */
function tell(
  tree: WorkingTree,
  inode: Inode,
  names: readonly string[],
  cookies: readonly number[],
): void {
  const { log } = tree.nodes;
  if (log === null) return;
  log.listed(inode.nodeId, names, cookies);
  inode.directory!.told = cookies.at(-1)!;
}

/** Gives names the cookies that an earlier server told the kernel, by the node id of their directory. */
export function restoreListings(
  tree: WorkingTree,
  listings: ReadonlyMap<number, ReadonlyMap<string, number>>,
): void {
  for (const [id, told] of listings) {
    const inode = tree.node(id);
    if (inode !== undefined && tree.load(inode) === Status.Ok) restore(tree, inode, told);
  }
}

/** Names that nobody was told of come after all that somebody may have got. */
function restore(tree: WorkingTree, inode: Inode, told: ReadonlyMap<string, number>): void {
  const state = inode.directory!;
  const kept: [string, Dirent][] = [];
  const others: [string, Dirent][] = [];
  for (const entry of state.entries!) {
    const cookie = told.get(entry[0]);
    if (cookie === undefined) others.push(entry);
    else {
      entry[1].cookie = cookie;
      kept.push(entry);
    }
  }
  kept.sort((a, b) => a[1].cookie - b[1].cookie);
  state.entries = new Map(kept);
  state.cursors = [];
  let last = FIRST_COOKIE - 1;
  for (const cookie of told.values()) last = Math.max(last, cookie);
  let next = last + 1;
  for (const [name, dirent] of others) {
    dirent.cookie = next++;
    state.entries.set(name, dirent);
  }
  state.nextCookie = next;
  const { names, cookies } = toldNames(kept, last);
  tell(tree, inode, names, cookies);
}
