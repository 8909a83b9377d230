/**
 * The daemon itself: what it does, and its end.
 *
 * @module
 */

import type { BranchParams, ChangeCounts } from "./history.ts";
import type { RoutingReport } from "./sessions.ts";

/** About the daemon. */
export interface DaemonService {
  /** How the daemon and one of its branches are. */
  status(p: BranchParams): Promise<StatusReport>;
  /** What the server holds in memory, for those who look for what grows. */
  memory(p: MemoryParams): Promise<MemoryReport>;

  /** Whether the project is still what was imported: it is looked at anew, by stat(2). */
  compareSource(p: Record<string, never>): Promise<SourceReport>;
  /** Long tasks under way, for those who wait for one. */
  tasks(p: Record<string, never>): Promise<TasksReport>;
  /** Lets another server process take over the mount: the executable as it is now. Programs in it do not notice. */
  restart(p: Record<string, never>): Promise<RestartReport>;
  /** Unmounts and ends. Rejects with `mount_busy` while the mount is in use. */
  stop(p: StopParams): Promise<StopReport>;
}

/** What of the project was not imported, and why. */
export interface SkippedPath {
  path: string;
  reason: string;
}

/** How far the import of the project is, or what it has stored. */
export interface ImportProgress {
  state: "running" | "done" | "failed";
  files: number;
  directories: number;
  bytes: number;
  skipped: SkippedPath[];
  ms: number;
}

/** How the daemon and one of its branches are. */
export interface StatusReport {
  version: string;
  state: "importing" | "ready" | "stopping";
  /** Paths: the project, the mount, the store, the control socket, the log. */
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
  /** Which branch `head`, `dirty`, `changes` and `showing` are about. */
  branch: string;
  /** Null while the project is imported. */
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
  /** Null if the mount is not routed by cgroup. */
  routing: RoutingReport | null;
  rssBytes: number;
  uptimeMs: number;
}

/** How to look at the memory. */
export interface MemoryParams {
  /** Collect what is garbage in each thread first: what is told then is needed. Holds everything up for some 10 ms. */
  collect?: boolean;
}

/** What one thread of the server holds. */
export interface ThreadMemory {
  /** Objects of its heap, and what V8 has taken from the system for them. */
  heapBytes: number;
  heapTotalBytes: number;
  /** Arrays of bytes outside the heap. */
  externalBytes: number;
  /** How many there are of what it keeps for long. */
  counts: Record<string, number>;
}

/** What the server holds in memory. */
export interface MemoryReport {
  /** Resident, shared pages included. */
  rssBytes: number;
  threads: { main: ThreadMemory; fs: ThreadMemory; background: ThreadMemory };
}

/** The project as it is now, compared with what was imported. */
export interface SourceReport {
  /** `importing`: there is nothing to compare with yet; `missing`: there is no such directory any more. */
  state: "compared" | "importing" | "missing";
  /** True if the directory at the project's path is another one than that which was imported. */
  replaced: boolean;
  /** Paths that differ by kind, mode, owner, size or mtime. */
  changed: ChangeCounts;
  /** Files that differ by inode number or ctime alone: they may be the same. */
  touched: number;
  /** The path that changed last, and when; null if none did. */
  newest: { path: string; time: string } | null;
  ms: number;
}

/** How far a long task is. */
export interface TaskReport {
  /** `verify`, `gc`, `stats`. */
  name: string;
  phase: string;
  done: number;
  /** 0 where it is not known. */
  total: number;
  unit: "bytes" | "objects" | "records";
}

/** Long tasks under way. */
export interface TasksReport {
  tasks: TaskReport[];
}

/** The server that is replaced. */
export interface RestartReport {
  /** The server that ends. */
  serverPid: number;
}

/** How to stop. */
export interface StopParams {
  /** Stop although files are open in the mount. */
  force?: boolean;
}

/** The mount is gone from this mount namespace. */
export interface StopReport {
  stopped: true;
  /** A process of each other mount namespace that has the mount: there it now answers with errors. */
  namespaces: { pid: number; command: string }[];
}
