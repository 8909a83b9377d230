/**
 * Who works on a branch of their own: programs in a view (docs/run.md), and cgroups (docs/cgroups.md).
 *
 * @module
 */

/** About who works on branches. */
export interface SessionsService {
  /**
   * The calling process, which has a mount namespace of its own, works on a branch from now on: it and its descendants can
   * speak for that branch only.
   */
  registerRun(p: RegisterRunParams): Promise<RunReport>;
  /**
   * From now on the processes of a cgroup, and of those below it that are not registered themselves, see a branch at the
   * mountpoint. Rejects with `not_routed`, `no_cgroup`, `session_exists`, `unknown_branch`.
   */
  registerSession(p: RegisterSessionParams): Promise<CgroupSessionReport>;
  /** Its processes see what those of the cgroup above see. Rejects with `unknown_session`. */
  unregisterSession(p: UnregisterSessionParams): Promise<CgroupSessionReport>;
  /** A session sees another branch. What its processes have open stays what it is. */
  switchSession(p: SwitchSessionParams): Promise<CgroupSessionReport>;
  listSessions(p: Record<string, never>): Promise<ListSessionsReport>;
}

export interface RegisterRunParams {
  branch: string;
}

export interface RunReport {
  branch: string;
}

export interface RegisterSessionParams {
  /** Directory of the cgroup, or its path below the root of the hierarchy. */
  cgroup: string;
  branch: string;
  /** Default: the number it has, or the next. */
  id?: number;
}

/** A session by its cgroup or its number. */
export interface UnregisterSessionParams {
  cgroup?: string;
  id?: number;
}

export interface SwitchSessionParams extends UnregisterSessionParams {
  branch: string;
}

/** A program that works on a branch. */
export interface RunSessionReport {
  kind: "run";
  branch: string;
  /** Of the program. */
  pid: number;
  command: string;
}

/** A cgroup that sees a branch at the mountpoint. */
export interface CgroupSessionReport {
  kind: "cgroup";
  branch: string;
  id: number;
  /** Its directory. */
  cgroup: string;
  /** How many it has, those of the cgroups below it included. */
  processes: number;
}

export type SessionReport = RunSessionReport | CgroupSessionReport;

/** How a mount finds out in which cgroup a caller is. */
export interface RoutingReport {
  /** eBPF tells with each request, or /proc is read. */
  source: "bpf" | "proc";
  /** Why it is not eBPF; null if it is. */
  why: string | null;
  /** Who is in no session is refused. */
  strict: boolean;
}

export interface ListSessionsReport {
  sessions: SessionReport[];
  /** Null if the mount is not routed by cgroup. */
  routing: RoutingReport | null;
}
