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
import { type Inode, type Name, pathOf } from "../../tree/nodes/inode.ts";
import type { KnownBranch } from "../known_branch.ts";
import { MAIN_NAME, VIRTUAL_NAME } from "../virtual/virtual_nodes.ts";
import { MAIN_VIEW, type View } from "../views.ts";

/** Bytes of a list. */
const LIST_BYTES = 32 * 1024;

const ATTRIBUTES = NotifyFilter.LAST_WRITE | NotifyFilter.ATTRIBUTES;
const CONTENT = NotifyFilter.SIZE | ATTRIBUTES;

/** Names from the root of the volume to the root of a view, stored. */
export function rootOf({ number, branch }: Pick<View, "number" | "branch">): string[] {
  if (number === MAIN_VIEW || branch === null) return [];
  return branchPath(branch);
}

function branchPath(branch: string): string[] {
  return [VIRTUAL_NAME, "branches", ...branch.split("/")];
}

/**
 * Of folders of branches: slashes in their names are folders, too. A branch is listed in `.agentvfs` of main and of each that it
 * descends from. What is in a branch that comes or goes is not told.
 */
export function branchNotices(
  before: readonly KnownBranch[],
  now: readonly KnownBranch[],
): NameNotice[] {
  const there = new Set(before.map(({ name }) => name));
  const stay = new Set([MAIN_NAME, ...now.flatMap(({ name }) => there.has(name) ? [name] : [])]);
  const [had, have] = [before, now].map((branches) => foldersOf(branches, stay));
  const missingIn = (all: Set<string>, some: Set<string>) =>
    [...all].filter((folder) => !some.has(folder)).sort();
  return [
    ...missingIn(had!, have!).reverse().map((folder) => branchNotice(folder, NotifyAction.REMOVED)),
    ...missingIn(have!, had!).map((folder) => branchNotice(folder, NotifyAction.ADDED)),
  ];
}

/** Stored paths of the folders of branches in `.agentvfs` of those of `homes`. */
function foldersOf(branches: readonly KnownBranch[], homes: ReadonlySet<string>): Set<string> {
  const parents = new Map(branches.map(({ name, parent }) => [name, parent]));
  const folders = new Set<string>();
  for (const { name } of branches) {
    for (const home of [MAIN_NAME, ...ancestors(name, parents)]) {
      if (!homes.has(home)) continue;
      const path = [...(home === MAIN_NAME ? [] : branchPath(home)), VIRTUAL_NAME, "branches"];
      for (const part of name.split("/")) {
        path.push(part);
        folders.add(path.join("/"));
      }
    }
  }
  return folders;
}

/** Those that a branch descends from, as far as they are there, without main. */
function ancestors(name: string, parents: ReadonlyMap<string, string | null>): Set<string> {
  const found = new Set<string>();
  let parent = parents.get(name) ?? null;
  while (parent !== null && parent !== MAIN_NAME && parents.has(parent) && !found.has(parent)) {
    found.add(parent);
    parent = parents.get(parent) ?? null;
  }
  return found;
}

function branchNotice(folder: string, action: number): NameNotice {
  return { name: shownPath(folder.split("/")), action, filter: NotifyFilter.DIR_NAME };
}

/** What becomes of a checkpoint in main's list: main stands at it, and it is new or was there before; or it is gone. */
const ACTIONS = {
  new: NotifyAction.ADDED,
  at: NotifyAction.MODIFIED,
  gone: NotifyAction.REMOVED,
} as const;

/** `name`: stored. */
export function checkpointNotice(name: string, change: keyof typeof ACTIONS): NameNotice {
  return {
    name: shownPath([VIRTUAL_NAME, "checkpoints", name]),
    action: ACTIONS[change],
    filter: change === "at" ? ATTRIBUTES : NotifyFilter.DIR_NAME,
  };
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
  const tellOfNodes = (ids: readonly number[], filter: number) => {
    for (const id of ids) {
      const inode = tree.node(id);
      if (inode === undefined || inode.stale || tree.isOrphan(inode)) continue;
      const path = pathOf(inode);
      if (path !== null) tell(path, NotifyAction.MODIFIED, filter);
    }
  };
  tellOfNodes(invalidation.data, CONTENT);
  tellOfNodes(invalidation.attributes, ATTRIBUTES);
  // Who has a folder open sees attributes of what is in it that nobody has opened.
  for (const inode of invalidation.touched) {
    for (const { parent, name } of namesOf(inode)) {
      const folder = parent.lookups === 0 ? null : pathOf(parent);
      if (folder === null) continue;
      tell(folder === "" ? name : `${folder}/${name}`, NotifyAction.MODIFIED, ATTRIBUTES);
    }
  }
  return notices;
}

function namesOf({ names, parent, name }: Inode): readonly Pick<Name, "parent" | "name">[] {
  return names ?? (parent === null ? [] : [{ parent, name }]);
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
