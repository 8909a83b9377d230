import type { BackgroundClient } from "../background/background_client.ts";
import type { Branch } from "../branches/branch.ts";

/** How methods get at branches. */
export interface BranchAccess {
  readonly background: BackgroundClient;
  /** Opens a branch (main by default), after the import. Throws `unknown_branch`. */
  branch(name?: string): Promise<Branch>;
  /** Runs a job while nothing else changes a branch. */
  turn<T>(what: string, job: () => Promise<T>): Promise<T>;
}

/** Runs what changes a branch: one thing at a time. */
export async function withBranch<T>(
  access: BranchAccess,
  what: string,
  params: { branch?: string },
  job: (branch: Branch) => Promise<T>,
): Promise<T> {
  const branch = await access.branch(params.branch);
  return await access.turn(what, () => job(branch));
}
