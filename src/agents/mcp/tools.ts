/**
 * The tools, in the order in which they are listed.
 *
 * @module
 */

import type { Tool } from "./tool.ts";
import { apply } from "./tools/apply.ts";
import { audit } from "./tools/audit.ts";
import { branchCreate, branchDelete, branchList } from "./tools/branches.ts";
import { checkpoint } from "./tools/checkpoint.ts";
import { diff } from "./tools/diff.ts";
import { log } from "./tools/log.ts";
import { merge, mergeAbort, mergeContinue } from "./tools/merge.ts";
import { redo, restore, rollback, undo } from "./tools/rollbacks.ts";
import { show } from "./tools/show.ts";
import { status } from "./tools/status.ts";

export const TOOLS: readonly Tool[] = [
  status,
  checkpoint,
  log,
  show,
  diff,
  audit,
  rollback,
  restore,
  undo,
  redo,
  branchList,
  branchCreate,
  branchDelete,
  merge,
  mergeContinue,
  mergeAbort,
  apply,
];
