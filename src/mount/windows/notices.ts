/**
 * What the driver, and who watches, is to be told of a change that came from behind: a rollback, a merge, a refresh.
 *
 * The driver knows files by their names. Each is told absolutely, so that no notice leans on another; lists are short enough
 * for the driver's pool, and long enough that thousands of names take few calls.
 *
 * @module
 */

import { shownPath } from "../../../ffi/windows/names_utf16.ts";
import { NotifyAction, NotifyFilter } from "../../../ffi/windows/nt_file.ts";
import {
  layNotices,
  type NameNotice,
  noticeSize,
} from "../../../ffi/windows/winfsp/notify_info.ts";
import type { Invalidation } from "../../tree/nodes/invalidation.ts";
import { pathOf } from "../../tree/nodes/inode.ts";
import { MAIN_VIEW, type View } from "../views.ts";

/** Bytes of a list. */
const LIST_BYTES = 32 * 1024;

const CONTENT = NotifyFilter.SIZE | NotifyFilter.LAST_WRITE | NotifyFilter.ATTRIBUTES;

/** Names from the root of the volume to the root of a view, stored. */
export function rootOf({ number, branch }: Pick<View, "number" | "branch">): string[] {
  if (number === MAIN_VIEW || branch === null) return [];
  return [".agentvfs", "branches", ...branch.split("/")];
}

/** Notices of a change, in the order in which the same is done by hand. */
export function noticesOf(view: View, invalidation: Invalidation): NameNotice[] {
  const root = rootOf(view);
  const { tree } = view;
  const notices: NameNotice[] = [];
  const modified = new Set<string>();
  const tell = (path: string, action: number, filter: number) => {
    const parts = path === "" ? [] : path.split("/");
    const name = shownPath([...root, ...parts]);
    // What replaces a file is not added as well.
    if (action !== NotifyAction.REMOVED && modified.has(name)) return;
    if (action === NotifyAction.MODIFIED) modified.add(name);
    notices.push({ name, action, filter });
  };
  for (const { directory, name, was, parent } of invalidation.changes) {
    if (directory === null) continue;
    const path = directory === "" ? name : `${directory}/${name}`;
    const now = parent.directory?.entries?.get(name)?.inode ?? null;
    const filterOf = (isDirectory: boolean) =>
      isDirectory ? NotifyFilter.DIR_NAME : NotifyFilter.FILE_NAME;
    const isSameKind = was !== null && now !== null && was.isDirectory === now.isDirectory;
    if (isSameKind && !was.isDirectory) tell(path, NotifyAction.MODIFIED, CONTENT);
    else {
      if (was !== null) tell(path, NotifyAction.REMOVED, filterOf(was.isDirectory));
      if (was === null && now !== null) tell(path, NotifyAction.ADDED, filterOf(now.isDirectory));
    }
  }
  for (const id of [...invalidation.data, ...invalidation.attributes]) {
    const inode = tree.node(id);
    if (inode === undefined || inode.stale || tree.isOrphan(inode)) continue;
    const path = pathOf(inode);
    if (path !== null) tell(path, NotifyAction.MODIFIED, CONTENT);
  }
  return notices;
}

/** The bytes of notices, list by list. */
export function* noticeLists(notices: readonly NameNotice[]): Generator<Uint8Array<ArrayBuffer>> {
  let list: NameNotice[] = [];
  let size = 0;
  for (const notice of notices) {
    if (size + noticeSize(notice) > LIST_BYTES) {
      yield layNotices(list);
      [list, size] = [[], 0];
    }
    list.push(notice);
    size += noticeSize(notice);
  }
  if (list.length > 0) yield layNotices(list);
}
