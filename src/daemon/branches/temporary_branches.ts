/**
 * Branches that are there for a process: they go when it has ended, however it ends.
 *
 * Kept in a file, so that they go as well if the daemon is not there when it happens.
 *
 * @module
 */

import { isRunning, type ProcessId, processId } from "../../host/processes.ts";
import { replaceFile } from "../../store/files/replace_file.ts";

interface Temporary {
  readonly branch: string;
  /** Those of which one asked for it: as a rule one. */
  readonly owners: readonly ProcessId[];
}

export class TemporaryBranches {
  #all: readonly Temporary[];

  constructor(readonly path: string) {
    this.#all = load(path);
  }

  /** The branch goes when none of these processes runs any more. False if none does. */
  add(branch: string, pids: readonly number[]): boolean {
    const owners = pids.map(processId).filter((owner) => owner !== null);
    if (owners.length === 0) return false;
    this.#save([...this.#all.filter((one) => one.branch !== branch), { branch, owners }]);
    return true;
  }

  /** The branch is gone, or is to stay. */
  forget(branch: string): void {
    const others = this.#all.filter((one) => one.branch !== branch);
    if (others.length < this.#all.length) this.#save(others);
  }

  /** Branches whose processes have ended. */
  get left(): readonly string[] {
    return this.#all.filter(({ owners }) => !owners.some(isRunning)).map(({ branch }) => branch);
  }

  #save(all: readonly Temporary[]): void {
    this.#all = all;
    replaceFile(this.path, JSON.stringify(all));
  }
}

function load(path: string): readonly Temporary[] {
  try {
    const all = JSON.parse(Deno.readTextFileSync(path));
    return Array.isArray(all) ? all.filter(isTemporary) : [];
  } catch {
    return [];
  }
}

function isTemporary(value: unknown): value is Temporary {
  const { branch, owners } = (value ?? {}) as Record<string, unknown>;
  return typeof branch === "string" && Array.isArray(owners) &&
    owners.every((owner) => Number.isSafeInteger(owner?.pid));
}
