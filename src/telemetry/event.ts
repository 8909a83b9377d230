/**
 * What happened, as every source tells it: one shape from the thread that saw it to the line in the log.
 *
 * A source fills in what it knows and leaves out the rest. Who reads gets the same names whoever saw it; the log's
 * encoder gives them their names in the Elastic Common Schema.
 *
 * @module
 */

/** Who saw it. `agentvfs`: the program itself, about its own telemetry, policy and filters. */
export type Provider =
  | "mount"
  | "ebpf"
  | "fanotify"
  | "seccomp"
  | "ptrace"
  | "ldpreload"
  | "agentvfs";

/** What was done: the `event.action` of the log. */
export type Action =
  // Changes of files.
  | "create"
  | "mkdir"
  | "mknod"
  | "symlink"
  | "link"
  | "unlink"
  | "rmdir"
  | "rename"
  | "write"
  | "truncate"
  | "fallocate"
  | "chmod"
  | "chown"
  | "utimes"
  | "setxattr"
  | "removexattr"
  // Looks at files.
  | "open"
  | "read"
  | "close"
  | "stat"
  // Processes. `exec-open` is the opening of a file in order to run it, which a file system sees.
  | "exec-open"
  | "exec"
  | "fork"
  | "exit"
  | "chdir"
  // Network.
  | "connect"
  | "bind"
  | "send"
  // What the program tells of itself.
  | "lost"
  | "source-started"
  | "source-stopped"
  | "source-blind"
  | "checkpoint"
  | "move"
  | "filter"
  | "policy";

export type Verdict = "allow" | "watch" | "deny";

export interface TelemetryEvent {
  readonly provider: Provider;
  readonly action: Action;
  /** CLOCK_MONOTONIC, ms; fractions tell microseconds apart. */
  readonly time: number;
  /** How long it took, ns. */
  readonly duration?: number;
  /** 0, or the POSIX code of the failure: "EACCES". Absent where the source does not hear of the end. */
  readonly error?: 0 | string;
  readonly verdict?: Verdict;
  /** Name of the rule that gave the verdict. */
  readonly rule?: string;
  /** Version of the rules that held; absent where there were none. */
  readonly policy?: number;

  /** Absolute, as a binary string: in a mount below the mountpoint that everybody sees. */
  readonly path?: string;
  /** The second name: of a rename where it went, of a link the new name, of a symlink its text. */
  readonly target?: string;
  readonly branch?: string;
  readonly view?: number;
  readonly node?: number;
  /** As stat(2) shows it: all 64 bits. */
  readonly inode?: number | bigint;
  readonly mode?: number;
  /** Open flags as the caller gave them. */
  readonly flags?: number;
  /** Of writes and reads: where they began, bytes. */
  readonly offset?: number;
  /** Written or read, bytes. */
  readonly bytes?: number;

  readonly process?: TelemetryProcess;
  /** Of the sessions and runs that were registered. */
  readonly session?: string;
  /** Of the cgroup that was registered, or of the run (its program's process). */
  readonly sessionNumber?: number;
  readonly cgroup?: number;
  /** Of what is not done yet, because a rule asks a filter about it: the rule's operation, and the path that the rule is about. */
  readonly asked?: { readonly operation: string; readonly path: string };
  /** Id of the tool call of an agent during which it was done. */
  readonly call?: string;
  /** The tool of that call, as the agent names it. */
  readonly tool?: string;
  /** Where several calls were under way at once: it is of one of these. */
  readonly calls?: readonly string[];

  /** Of `checkpoint`, and of what made a branch's tree another one (`move`: a rollback, a merge, …). */
  readonly checkpoint?: { readonly id: string; readonly label: string; readonly kind: string };

  readonly address?: { readonly ip: string; readonly port: number; readonly transport: string };
  /** Of `lost`: how many events; of `write`: how many writes one after the other. */
  readonly count?: number;
  /** Of several writes: where each piece began, and its bytes. */
  readonly ranges?: readonly (readonly [offset: number, bytes: number])[];
  /** Words for a person: why a source stopped, what a filter did. */
  readonly message?: string;
  /** From filters. */
  readonly tags?: readonly string[];
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** As much as is known of who did it. Text is binary strings: programs are given bytes. */
export interface TelemetryProcess {
  /** Thread id; the process's own for its first thread. */
  readonly tid?: number;
  readonly pid?: number;
  readonly parent?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** At most 15 bytes, as the kernel has it. */
  readonly name?: string;
  readonly executable?: string;
  readonly args?: readonly string[];
  readonly directory?: string;
  /** Since the machine started, ms: with {@linkcode pid} it tells a process from any other. */
  readonly start?: number;
  readonly exitCode?: number;
  /** Signal that ended it. */
  readonly signal?: number;
}
