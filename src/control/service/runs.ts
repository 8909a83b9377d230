/**
 * Programs that work on a branch of their own: docs/run.md.
 *
 * @module
 */

/** About programs that work on branches. */
export interface RunsService {
  /**
   * The calling process, which has a mount namespace of its own, works on a branch from now on: it and its descendants can
   * speak for that branch only.
   */
  registerRun(p: RegisterRunParams): Promise<RunReport>;
  /** The programs that work on branches. */
  listSessions(p: Record<string, never>): Promise<ListSessionsReport>;
}

/** The branch that the caller works on from now on. */
export interface RegisterRunParams {
  branch: string;
}

/** The caller is a run of this branch. */
export interface RunReport {
  branch: string;
}

/** A program that works on a branch. */
export interface SessionReport {
  kind: "run";
  branch: string;
  /** Of the program. */
  pid: number;
  command: string;
}

/** The programs that run. */
export interface ListSessionsReport {
  sessions: SessionReport[];
}
