/**
 * Sessions by cgroup: which cgroups see which branches at the mountpoint. Kept in a file for the next server.
 *
 * @module
 */

import {
  cgroupId,
  type CgroupName,
  cgroupOf,
  cgroupRoot,
  nearestCgroup,
} from "../../ffi/linux/cgroup.ts";
import { binaryString, displayString } from "../../ffi/binary_string.ts";
import { replaceFile } from "../store/files/replace_file.ts";
import { ViewError } from "./view_error.ts";

export interface CgroupSession extends CgroupName {
  /** As people name it. */
  readonly id: number;
  /** Number of the branch. */
  readonly branch: number;
}

export class CgroupSessions {
  #sessions: readonly CgroupSession[];

  /** `root`: where the hierarchy is mounted. */
  constructor(readonly path: string, readonly root: string) {
    this.#sessions = load(path);
  }

  /** Those whose cgroups exist. */
  get all(): readonly CgroupSession[] {
    const { root } = this;
    const live = this.#sessions.filter(({ path, cgroup }) => cgroupId(root + path) === cgroup);
    if (live.length < this.#sessions.length) this.#save(live);
    return this.#sessions;
  }

  /**
   * Its processes, and those of cgroups below it that are not registered themselves, see the branch. One that is
   * registered already sees it from now on instead. Throws {@linkcode ViewError}.
   */
  register(directory: string, branch: number, id?: number): CgroupSession {
    const { cgroup, path } = this.#named(directory);
    const others = this.all.filter((session) => session.cgroup !== cgroup);
    const before = this.all.find((session) => session.cgroup === cgroup);
    const taken = others.find((session) => session.id === id);
    if (taken !== undefined) {
      const name = displayString(taken.path);
      const message = `Session ${id} is that of ${name}`;
      throw new ViewError("session_exists", 1, message, "Leave --id out, or unregister it first");
    }
    const number = id ?? before?.id ??
      1 + others.reduce((max, session) => Math.max(max, session.id), 0);
    const session = { id: number, cgroup, path, branch };
    this.#save([...others, session]);
    return session;
  }

  /** Returns the session that is no more. Throws {@linkcode ViewError}. */
  unregister(which: { readonly cgroup?: string; readonly id?: number }): CgroupSession {
    const session = this.find(which);
    this.#save(this.#sessions.filter((other) => other !== session));
    return session;
  }

  /** By the directory of its cgroup, which may be gone, or by its number. Throws {@linkcode ViewError}. */
  find({ cgroup, id }: { readonly cgroup?: string; readonly id?: number }): CgroupSession {
    const path = cgroup === undefined ? null : this.#pathOf(cgroup);
    const found = this.#sessions.find((session) =>
      path === null ? session.id === id : session.path === path
    );
    if (found !== undefined) return found;
    const message = `There is no session ${cgroup ?? id}`;
    throw new ViewError(
      "unknown_session",
      2,
      message,
      "agentvfs session list tells which there are",
    );
  }

  removeOf(branch: number): void {
    this.#save(this.#sessions.filter((session) => session.branch !== branch));
  }

  /** The session that a process is in; null if it is in none. */
  of(pid: number): CgroupSession | null {
    if (this.#sessions.length === 0) return null;
    const path = cgroupOf(pid);
    return path === null ? null : nearestCgroup(this.root, this.#sessions, path);
  }

  #pathOf(directory: string): string {
    const full = directory.startsWith(`${this.root}/`) || directory === this.root;
    const below = full ? directory.slice(this.root.length) : directory;
    return binaryString("/" + below.split("/").filter((part) => part !== "").join("/"));
  }

  #named(directory: string): CgroupName {
    const path = this.#pathOf(directory);
    const cgroup = cgroupId(this.root + path);
    if (
      cgroup !== 0 && isDirectory(`${this.root}${displayString(path)}`) &&
      !/\/\.\.?(\/|$)/.test(path)
    ) {
      return { cgroup, path };
    }
    const isElsewhere = directory.startsWith("/sys/") && !directory.startsWith(this.root);
    const hint = isElsewhere
      ? `Cgroups of version 2 are in ${this.root}`
      : `Make it first: mkdir ${this.root}${displayString(path)}`;
    throw new ViewError("no_cgroup", 2, `There is no cgroup ${directory}`, hint);
  }

  #save(sessions: readonly CgroupSession[]): void {
    this.#sessions = sessions;
    replaceFile(this.path, JSON.stringify(sessions));
  }
}

/** Where the second version's hierarchy is mounted; null if it is not. */
export function unifiedRoot(): string | null {
  return cgroupRoot(Deno.readTextFileSync("/proc/self/mountinfo"));
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

function load(path: string): CgroupSession[] {
  try {
    return JSON.parse(Deno.readTextFileSync(path));
  } catch {
    return [];
  }
}
