/**
 * What a handler works with.
 *
 * @module
 */

import type { Journal } from "../../tree/journal/journal.ts";
import type { WorkingTree } from "../../tree/working_tree.ts";
import type { SharedDirectories } from "../shared_directories.ts";
import { MAIN_VIEW, SHARED_VIEW, type View, type ViewTable, wireNode } from "../views.ts";
import type { Connection } from "./init.ts";
import type { ListAhead } from "./list_ahead.ts";
import type { PendingNames } from "./pending_names.ts";
import type { NO_REPLY, Reply } from "./reply.ts";
import type { Request } from "./request.ts";
import type { VirtualFiles } from "./virtual_files.ts";

/** Where several views are seen at one mountpoint: what it is told of requests there. */
export interface Router {
  readonly shared: SharedDirectories;
  readonly revisits: {
    /** A directory was looked up by `name` in the directory of that id, as the kernel has it. */
    answered(parent: number, name: string): void;
  };
  /** INIT has agreed on this minor version of the protocol. */
  connected(minor: number): void;
  /** A caller of `view` was told that a name in a directory, a shared id, is no directory. */
  missed(view: View, parent: number, name: string): void;
}

export interface Context {
  /** The view that the request is about, and its tree. */
  view: View;
  tree: WorkingTree;
  readonly request: Request;
  readonly reply: Reply;
  readonly views: ViewTable;
  /** What directories' node ids stand for, if the request came through the shared mountpoint; else null. */
  shared: SharedDirectories | null;
  /** Null if the mount is not routed. */
  readonly routing: Router | null;
  readonly virtual: VirtualFiles;
  readonly listAhead: ListAhead;
  readonly pendingNames: PendingNames;
  /** Answers the request once these are durable. */
  readonly sync: (journals: readonly Journal[]) => typeof NO_REPLY;
  /** Directory of the store: statfs(2) tells of its file system. */
  readonly storePath: string;
  /** The kernel is to ask for the opening of files. Counts when the mount is made. */
  readonly wantsOpens: boolean;
  connection: Connection | null;
  /** Of the files of this mount, if the kernel is to ask for them by handle. */
  readonly generation: number;
}

/** Another node that the request names at `at`, as its view numbers it; -1 if it is in another view. */
export function otherNode({ view, shared, request }: Context, at: number): number {
  const number = request.viewAt(at);
  const node = request.nodeAt(at);
  if (shared !== null && (number === SHARED_VIEW || number === MAIN_VIEW)) {
    const directory = shared.directory(view, wireNode(number, node));
    if (directory !== undefined) return directory.nodeId;
  }
  return number === view.number ? node : -1;
}

/** Returns the length of the answer in the reply buffer, a negative errno, or NO_REPLY. */
export type Handler = (context: Context) => number;
