/**
 * Checkpoints of a branch, and going back to them.
 *
 * @module
 */

/** About the history of one branch: main unless `branch` names another. */
export interface HistoryService {
  /** Records the working tree, also if nothing changed. */
  checkpoint(p: CheckpointParams): Promise<CheckpointReport>;
  /** Makes the working tree what a checkpoint has; what was not recorded is recorded first. */
  rollback(p: RollbackParams): Promise<RollbackReport>;
  /** Checkpoints, newest first. */
  log(p: LogParams): Promise<LogReport>;
  /** A checkpoint, and what it changed. */
  show(p: ShowParams): Promise<ShowReport>;
  /** Without `from`: HEAD against the working tree. With `from` only: that against the working tree. */
  diff(p: DiffParams): Promise<DiffReport>;
  /** Makes paths of the working tree what they are in a checkpoint. */
  restore(p: RestoreParams): Promise<RollbackReport>;
  /** Takes the last rollback, restore or merge back. Rejects with `nothing_to_undo`. */
  undo(p: BranchParams): Promise<RollbackReport>;
  /** Does again what was undone last. Rejects with `nothing_to_redo`. */
  redo(p: BranchParams): Promise<RollbackReport>;
}

/** Which branch is meant. */
export interface BranchParams {
  /** Default: main. */
  branch?: string;
}

/** Numbers of paths. */
export interface ChangeCounts {
  added: number;
  modified: number;
  deleted: number;
}

/** A path that differs. */
export interface Change {
  /** Added, modified, deleted, or of another type now. */
  status: "A" | "M" | "D" | "T";
  /** For people; exact where it is valid UTF-8. */
  path: string;
  /** The exact bytes in base64, only where they are not UTF-8. */
  pathBytes?: string;
  /** `file`, `directory`, `symlink`, `fifo`, `socket`, `block device`, `character device`. */
  kind: string;
  oldKind?: string;
  /** What differs, of `content`, `mode`, `owner`, `xattrs`. */
  details?: string[];
}

/**
 * Why there is a checkpoint: the project was imported, somebody asked for it, something would have been lost without it, or
 * paths or branches were brought into the branch.
 */
export type CommitKind = "import" | "checkpoint" | "safety" | "restore" | "merge";

/** What is said about a new checkpoint. */
export interface CheckpointParams extends BranchParams {
  /** A short name, by which it can be referred to. */
  label?: string;
  message?: string;
  /** Who made it, as the caller names itself. */
  agent?: string;
}

/** A checkpoint that was made. */
export interface CheckpointReport {
  id: string;
  label: string | null;
  branch: string;
  changed: ChangeCounts;
  /** Time inside the daemon. */
  ms: number;
}

/** Which checkpoint to go back to. */
export interface RollbackParams extends BranchParams {
  /** Label, id, unique prefix of an id, `HEAD`, `HEAD~n` or branch name. */
  ref: string;
  /** Only tell what would change. */
  dryRun?: boolean;
}

/** What a rollback, restore, undo or redo has done, or would do. */
export interface RollbackReport {
  /** Checkpoint now shown (or, in a dry run, that would be). */
  id: string;
  label: string | null;
  branch: string;
  /** Id of the automatic checkpoint taken first; null where nothing was unsaved. */
  safety: string | null;
  changed: ChangeCounts;
  ms: number;
  dryRun: boolean;
  /** Dry run only: what would change. */
  changes?: Change[];
}

/** Which checkpoints are listed. */
export interface LogParams extends BranchParams {
  /** Largest number of entries. */
  limit?: number;
  /** Automatic (safety) checkpoints as well. */
  all?: boolean;
}

/** A checkpoint. */
export interface LogEntry {
  id: string;
  label: string | null;
  message: string | null;
  kind: CommitKind;
  time: string;
  /** Ids; the first is what the branch stood on. */
  parents: string[];
  /** Against the first parent; null where there is none. */
  changed: ChangeCounts | null;
  /** True if this is what the branch stands on. */
  head: boolean;
  agent: string | null;
  /** What it recorded was given up: it can be looked at here, not gone back to. */
  compacted?: true;
}

/** The checkpoints of a branch, newest first. */
export interface LogReport {
  branch: string;
  /** Id. */
  head: string;
  entries: LogEntry[];
}

/** Which checkpoint is meant. */
export interface ShowParams extends BranchParams {
  /** As in {@linkcode RollbackParams}. */
  ref: string;
}

/** A checkpoint and what it changed. */
export interface ShowReport {
  /** `tree`: id of its root directory. */
  commit: LogEntry & { tree: string };
  changes: Change[];
}

/** What is compared. */
export interface DiffParams extends BranchParams {
  /** As `ref` in {@linkcode RollbackParams}, as is `to`. */
  from?: string;
  to?: string;
  /** Unified differences of text files too. */
  patch?: boolean;
  /** Only these, and what is in them. Relative to the root of the tree. */
  paths?: string[];
}

/** What differs between two states of the tree. */
export interface DiffReport {
  /** Id of a checkpoint, or `working tree`; so is `to`. */
  from: string;
  to: string;
  changes: Change[];
  patch?: string;
}

/** What is brought back, and from where. */
export interface RestoreParams extends BranchParams {
  /** Relative to the root of the tree. */
  paths: string[];
  /** As `ref` in {@linkcode RollbackParams}. */
  from: string;
  dryRun?: boolean;
}
