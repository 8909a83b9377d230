/**
 * What a handler works with.
 *
 * @module
 */

import type { WorkingTree } from "../../tree/working_tree.ts";
import type { View, ViewTable } from "../views.ts";
import type { Connection } from "./init.ts";
import type { ListAhead } from "./list_ahead.ts";
import type { Reply } from "./reply.ts";
import type { Request } from "./request.ts";
import type { VirtualFiles } from "./virtual_files.ts";

export interface Context {
  /** The view that the request is about, and its tree. */
  view: View;
  tree: WorkingTree;
  readonly request: Request;
  readonly reply: Reply;
  readonly views: ViewTable;
  readonly virtual: VirtualFiles;
  readonly listAhead: ListAhead;
  /** Directory of the store: statfs(2) tells of its file system. */
  readonly storePath: string;
  connection: Connection | null;
}

/** Returns the length of the answer in the reply buffer, a negative errno, or NO_REPLY. */
export type Handler = (context: Context) => number;
