/**
 * What the daemon does with the session of a mount, whatever the system.
 *
 * @module
 */

import type { Invalidation } from "../../tree/nodes/invalidation.ts";
import type { PolicyGate } from "../policy/policy_gate.ts";
import type { Answer } from "../virtual/question.ts";
import type { PendingNames } from "../fuse/pending_names.ts";
import type { VirtualNodes } from "../virtual/virtual_nodes.ts";
import type { Connection } from "../fuse/init.ts";
import type { KnownBranch } from "../known_branch.ts";
import type { ToldName } from "../told_name.ts";
import type { ViewUser } from "../view_user.ts";
import type { View } from "../views.ts";

export interface MountSession {
  readonly context: {
    /** What the kernel and a server agreed on; null where there is nothing to agree on. */
    readonly connection: Connection | null;
    readonly pendingNames: Pick<PendingNames, "begin" | "end">;
    readonly virtual: {
      readonly nodes: VirtualNodes;
      readonly questions: { answer(ticket: number, answer: Answer): void };
    };
  };
  readonly options: { readonly policy: PolicyGate };
  /** Set to stop serving although the file system lives on. */
  ended: boolean;
  /** Serves until the file system is unmounted or {@linkcode ended}. */
  run(): void;
  /** Goes on where another server was. */
  takeOver(): void;
  /** Answers what has come already. Returns how many pages were written back since the mount began. */
  drain(): number;
  /** Answers what waited for a view that is thawed now. */
  serveParked(): void;
  /** Nodes of a view are other than they were, by no request. */
  changedBehind(view: View, nodeIds: readonly number[]): void;
  /** The same by name, where the system knows files by their names. */
  namesChanged?(view: View, invalidation: Invalidation): readonly ToldName[];
  /** The same of branches: those that there were, and those that there are. */
  branchesChanged?(
    before: readonly KnownBranch[],
    now: readonly KnownBranch[],
  ): readonly ToldName[];
  /** Who has something open, in one view or anywhere, where requests tell. */
  users?(view: number | null): readonly ViewUser[];
}
