/**
 * What a daemon can be asked to do, and the plain data it answers with.
 *
 * Every method takes one plain object and returns plain JSON, so the same interface is served over the
 * control socket, through `.agentvfs/ctl` in the mount, and to tests. Times are ISO 8601 in UTC, durations
 * milliseconds, sizes bytes, ids 64 hex digits unless a field says otherwise.
 *
 * @module
 */

/** A daemon, as its clients see it. Errors are {@linkcode ServiceError}s. */
export interface Service {
  status(p: BranchParams): Promise<StatusReport>;
  checkpoint(p: CheckpointParams): Promise<CheckpointReport>;
  rollback(p: RollbackParams): Promise<RollbackReport>;
  log(p: LogParams): Promise<LogReport>;
  show(p: ShowParams): Promise<ShowReport>;
  /** Without `from`: HEAD against the working tree. With `from` only: that against the working tree. */
  diff(p: DiffParams): Promise<DiffReport>;
  restore(p: RestoreParams): Promise<RollbackReport>;
  undo(p: BranchParams): Promise<RollbackReport>;
  redo(p: BranchParams): Promise<RollbackReport>;
  /** Makes a branch. It starts with everything that is in the working tree it is made from. */
  createBranch(p: CreateBranchParams): Promise<BranchReport>;
  /** Its checkpoints stay, and what was not checkpointed becomes one first. */
  deleteBranch(p: DeleteBranchParams): Promise<DeleteBranchReport>;
  renameBranch(p: RenameBranchParams): Promise<BranchReport>;
  listBranches(p: Record<string, never>): Promise<ListBranchesReport>;
  showBranch(p: ShowBranchParams): Promise<BranchReport>;
  /**
   * Merges branches or checkpoints into a branch. Rejects with `merge_conflicts`, and nothing is changed, if nothing can be
   * merged; `details` is then the report.
   */
  merge(p: MergeParams): Promise<MergeReport>;
  /** Ends a merge whose conflicts were settled. */
  continueMerge(p: BranchParams): Promise<CheckpointReport>;
  /** Takes a merge in progress back. */
  abortMerge(p: BranchParams): Promise<RollbackReport>;
  /**
   * The calling process, which has a mount namespace of its own, works on a branch from now on: it and its descendants can
   * speak for that branch only.
   */
  registerRun(p: RegisterRunParams): Promise<RunReport>;
  /** The programs that work on branches. */
  listSessions(p: Record<string, never>): Promise<ListSessionsReport>;
  /** Checks the whole store; nothing else has to wait for it. */
  verify(p: VerifyParams): Promise<VerifyReport>;
  /** Gives the space of what no checkpoint that is kept needs back. */
  gc(p: GcParams): Promise<GcReport>;
  /** What holds the space of the store. */
  storeStats(p: Record<string, never>): Promise<StoreStatsReport>;
  /** Long tasks under way, for those who wait for one. */
  tasks(p: Record<string, never>): Promise<TasksReport>;
  /** Lets another server process take over the mount: the executable as it is now. Programs in it do not notice. */
  restart(p: Record<string, never>): Promise<RestartReport>;
  stop(p: StopParams): Promise<StopReport>;
}

export interface BranchParams {
  branch?: string;
}

export interface CheckpointParams extends BranchParams {
  label?: string;
  message?: string;
  /** Who made it, as the caller names itself. */
  agent?: string;
}

export interface RollbackParams extends BranchParams {
  /** Label, id, unique prefix of an id, `HEAD`, `HEAD~n` or branch name. */
  ref: string;
  dryRun?: boolean;
}

export interface LogParams extends BranchParams {
  /** Largest number of entries. */
  limit?: number;
  /** Automatic (safety) checkpoints as well. */
  all?: boolean;
}

export interface ShowParams extends BranchParams {
  ref: string;
}

export interface DiffParams extends BranchParams {
  from?: string;
  to?: string;
  /** Unified differences of text files too. */
  patch?: boolean;
  paths?: string[];
}

export interface RestoreParams extends BranchParams {
  paths: string[];
  from: string;
  dryRun?: boolean;
}

export interface CreateBranchParams {
  /** 1 to 64 of `A-Z a-z 0-9 . _ / -`. */
  name: string;
  /** A branch, whose working tree it starts with, or a checkpoint. Default: main. */
  from?: string;
}

export interface DeleteBranchParams {
  name: string;
  /** Although it is in use. */
  force?: boolean;
}

export interface RenameBranchParams {
  name: string;
  to: string;
}

export interface ShowBranchParams {
  name: string;
}

export interface BranchReport {
  name: string;
  /** Of main 0; those of deleted branches are used again. */
  number: number;
  /** The branch it was made from; null for main. */
  parent: string | null;
  created: string;
  head: { id: string; label: string | null; time: string };
  /** Checkpoints that only it has, and that only its parent has; null where there is no parent to compare with. */
  ahead: number | null;
  behind: number | null;
  /** True if its working tree differs from its head. */
  dirty: boolean;
  /** Where it is in the mount. */
  path: string;
}

export interface DeleteBranchReport {
  name: string;
  /** What the branch was last: `branch create NAME --from ID` brings it back. */
  head: string;
}

export interface ListBranchesReport {
  branches: BranchReport[];
}

/** See docs/merge.md. */
export type MergeStrategy = "conflict" | "ours" | "theirs" | "union" | "markers";

export interface MergeParams {
  /** Branches, with what is not recorded in them, or checkpoints. */
  sources: string[];
  /** Branch; default: main. */
  into?: string;
  /** Default: `conflict`. */
  strategy?: MergeStrategy;
  label?: string;
  message?: string;
  /** Only what the sources changed at these paths. */
  paths?: string[];
  dryRun?: boolean;
}

/** What a side of a conflict has. */
export interface ConflictSide {
  /** As in {@linkcode Change}. */
  kind: string;
  /** Octal. */
  mode: string;
  /** Of the content; null for what has none. */
  id: string | null;
}

export interface ConflictReport {
  path: string;
  /** The exact bytes in base64, only where they are not UTF-8. */
  pathBytes?: string;
  /** `edit/edit`, `edit/delete`, …: docs/merge.md lists them. */
  kind: string;
  base: ConflictSide | null;
  ours: ConflictSide | null;
  theirs: ConflictSide | null;
  /** Where that side has it, if it moved it. */
  oursPath?: string;
  theirsPath?: string;
}

export interface MergedSource {
  name: string;
  /** False: nothing of it was merged, because of the conflicts. */
  merged: boolean;
  conflicts: ConflictReport[];
  /** Conflicts that the strategy decided. */
  decided: ConflictReport[];
  changed: ChangeCounts;
}

export interface MergeReport {
  into: string;
  /**
   * `merged`: a checkpoint was made; `unchanged`: there was nothing to merge; `settle`: conflicts are marked in files, the merge
   * has to be continued or aborted; `refused`: nothing could be merged. In a dry run, what would be.
   */
  state: "merged" | "unchanged" | "settle" | "refused";
  /** The checkpoint; null where none was made. */
  id: string | null;
  label: string | null;
  dryRun: boolean;
  sources: MergedSource[];
  changed: ChangeCounts;
  /** Automatic checkpoint taken first; null where nothing was unsaved. */
  safety: string | null;
  ms: number;
}

export interface RegisterRunParams {
  branch: string;
}

export interface RunReport {
  branch: string;
}

export interface SessionReport {
  kind: "run";
  branch: string;
  /** Of the program. */
  pid: number;
  command: string;
}

export interface ListSessionsReport {
  sessions: SessionReport[];
}

export interface VerifyParams {
  /** Put right what can be. */
  repair?: boolean;
}

/** Rules for checkpoints: one that any of them keeps is kept. Without a rule: those of a week, and all with a label. */
export interface GcParams {
  /** Only tell what would happen. */
  dryRun?: boolean;
  /** The newest so many of each branch. */
  keep?: number;
  /** Those made within so many ms. */
  keepForMs?: number;
  /** The newest of each of the last so many hours in which any was made. */
  keepHourly?: number;
  /** The same with days. */
  keepDaily?: number;
  /** All that have a label. */
  keepLabelled?: boolean;
}

export interface StopParams {
  /** Stop although files are open in the mount. */
  force?: boolean;
}

export interface StopReport {
  stopped: true;
  /** A process of each other mount namespace that has the mount: there it now answers with errors. */
  namespaces: { pid: number; command: string }[];
}

export interface RestartReport {
  /** The server that ends. */
  serverPid: number;
}

export interface SkippedPath {
  path: string;
  reason: string;
}

export interface ImportProgress {
  state: "running" | "done" | "failed";
  files: number;
  directories: number;
  bytes: number;
  skipped: SkippedPath[];
  ms: number;
}

export interface StatusReport {
  version: string;
  state: "importing" | "ready" | "stopping";
  source: string;
  mount: string;
  store: string;
  socket: string;
  log: string;
  keeperPid: number;
  serverPid: number;
  /** How often the server was replaced since the mount was made. */
  restarts: number;
  /** Report of the last server that died, a path; null if none did since the mount was made. */
  crashReport: string | null;
  branch: string;
  head: { id: string; label: string | null; time: string } | null;
  /** True if the working tree differs from {@linkcode head}. */
  dirty: boolean;
  /** Paths changed since {@linkcode head}, as the working tree counts them. */
  changes: number;
  /** One sentence: what the mount shows. */
  showing: string;
  import: ImportProgress;
  /** Objects of the store that could not be read since the server began: those who ask get EIO. */
  unreadable: {
    count: number;
    /** At most 100. `path`: the first file that was asked for and needs it. */
    first: { id: string | null; path: string | null; message: string }[];
  };
  /** BLAKE3 backend in use. */
  hash: "native" | "wasm";
  /** FUSE requests answered, by opcode name. */
  counters: Record<string, number>;
  /** Kernel caches and fast paths, on or off. */
  caches: Record<string, boolean>;
  rssBytes: number;
  uptimeMs: number;
}

export interface ChangeCounts {
  added: number;
  modified: number;
  deleted: number;
}

export interface CheckpointReport {
  id: string;
  label: string | null;
  branch: string;
  changed: ChangeCounts;
  /** Time inside the daemon. */
  ms: number;
}

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

export type CommitKind = "import" | "checkpoint" | "safety" | "restore" | "merge";

export interface LogEntry {
  id: string;
  label: string | null;
  message: string | null;
  kind: CommitKind;
  time: string;
  parents: string[];
  changed: ChangeCounts | null;
  /** True if this is what the branch stands on. */
  head: boolean;
  agent: string | null;
  /** What it recorded was given up: it can be looked at here, not gone back to. */
  compacted?: true;
}

export interface LogReport {
  branch: string;
  head: string;
  entries: LogEntry[];
}

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

export interface ShowReport {
  commit: LogEntry & { tree: string };
  changes: Change[];
}

export interface DiffReport {
  from: string;
  to: string;
  changes: Change[];
  patch?: string;
}

/** Something that is wrong in the store. Which fields are there depends on what it is. */
export interface DamageReport {
  /** Stable: programs may compare it. */
  code: string;
  message: string;
  /** Object. */
  id?: string;
  file?: string;
  offset?: number;
  bytes?: number;
}

export interface AffectedReport {
  /** Checkpoint of which something is lost; null for what a branch stored without one. */
  commit: string | null;
  label: string | null;
  branch: string;
  /** The first of the paths; a directory stands for everything in it. */
  paths: string[];
  pathCount: number;
}

export interface VerifyReport {
  store: string;
  /** True if nothing was wrong. */
  clean: boolean;
  checked: {
    packs: number;
    packBytes: number;
    objects: number;
    commits: number;
    branches: number;
    trees: number;
    files: number;
    journalSegments: number;
    journalRecords: number;
    journalBytes: number;
  };
  /** As it was found, before a repair: the first 1000. */
  damage: DamageReport[];
  damageCount: number;
  /** Objects that cannot be read. */
  lost: string[];
  affected: AffectedReport[];
  /** Unfinished ends of journal segments that a crash left; nothing that was answered is in them. */
  torn: { path: string; bytes: number }[];
  /** Ends of packs that were never committed. */
  uncommitted: { file: string; bytes: number }[];
  /** Null where nothing was to be repaired. */
  repaired: {
    indexed: number;
    removed: number;
    quarantined: number;
    cut: number;
    /** A new index was made of the packs and of what could be read of the old one; not while a daemon runs. */
    rebuilt: {
      objects: number;
      commits: number;
      branches: number;
      /** Branches that stand at their newest checkpoint because nothing else of them was left. */
      guessed: string[];
      /** Earlier rollbacks cannot be undone any more. */
      operationsLost: boolean;
    } | null;
  } | null;
  ms: number;
}

export interface GcReport {
  store: string;
  dryRun: boolean;
  /** Checkpoints whose contents go: the first 1000. */
  compacted: {
    id: string;
    branch: string;
    kind: CommitKind;
    label: string | null;
    time: string;
  }[];
  compactedCount: number;
  /** Checkpoints that are kept. */
  kept: number;
  objects: number;
  deadObjects: number;
  /** Bytes of the packs before and after; in a dry run, as they would be. */
  bytesBefore: number;
  bytesAfter: number;
  /** Bytes that stay although nothing needs them: freeing them now would cost more than it gives. */
  garbageLeft: number;
  packsRemoved: number;
  ms: number;
}

/** Sizes in bytes. */
export interface StoreStatsReport {
  store: string;
  /** All files of the store. */
  total: number;
  packs: {
    count: number;
    bytes: number;
    objects: number;
    deadObjects: number;
    /** What checkpoints, branches and open files need. */
    live: number;
    /** What `gc` could free. */
    dead: number;
  };
  /** Of what is live: needed by several checkpoints or working trees. */
  shared: number;
  /** Of what is live: needed by working trees alone. */
  working: number;
  index: number;
  journals: { branch: string; bytes: number; segments: number }[];
  other: number;
  checkpointCount: number;
  /** The 100 with most bytes of their own, these first. */
  checkpoints: {
    id: string;
    branch: string;
    kind: CommitKind;
    label: string | null;
    time: string;
    /** What would come back if it went. */
    unique: number;
    /** All files in it. */
    size: number;
  }[];
}

export interface TaskReport {
  /** `verify`, `gc`, `stats`. */
  name: string;
  phase: string;
  done: number;
  /** 0 where it is not known. */
  total: number;
  unit: "bytes" | "objects" | "records";
}

export interface TasksReport {
  tasks: TaskReport[];
}

/** Exit code of the command that met the error: 1 refused, 2 usage, 4 environment. */
export type ErrorExit = 1 | 2 | 4;

/**
 * A request that was understood and not carried out.
 *
 * `code` is stable and meant for programs (`unknown_ref`, `ambiguous_ref`, `unknown_branch`, `busy`,
 * `no_space`, `nothing_to_undo`, `import_failed`, `mount_busy`, `no_resend`, and those of the protocol:
 * `bad_request`, `bad_version`, `unknown_method`, `bad_params`, `line_too_long`, `line_timeout`); `message` is a
 * sentence for people; `hint` says what to do next.
 */
export class ServiceError extends Error {
  readonly code: string;
  readonly exit: ErrorExit;
  readonly hint?: string;
  readonly details?: unknown;

  constructor(
    code: string,
    message: string,
    options: { exit?: ErrorExit; hint?: string; details?: unknown; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ServiceError";
    this.code = code;
    this.exit = options.exit ?? 1;
    if (options.hint !== undefined) this.hint = options.hint;
    if (options.details !== undefined) this.details = options.details;
  }
}
