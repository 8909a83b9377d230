/**
 * Whether a program is the one that a rule names by a path.
 *
 * A rule's path may lead through symbolic links, and a program in the mount has a path for each place where the mount is seen: the
 * mountpoint, a branch below it, the project's own path in a run. So it is compared what both mean: of what is in the mount the
 * path in it, of all else the path without links, or the file itself, which may have other names.
 *
 * Where a rule's path leads is looked up elsewhere (src/daemon/methods/rule_programs.ts): who decides may be the one who would have to
 * answer that.
 *
 * @module
 */

import type { Rule } from "../../policy/rule.ts";
import { VIRTUAL_NAME } from "../virtual/virtual_nodes.ts";

export interface FileIdentity {
  /** As st_dev has it. */
  readonly device: number;
  readonly inode: number;
}

/** What is at a rule's path: its path without symbolic links, and what file that is. */
export interface ProgramFile extends FileIdentity {
  readonly path: string;
}

/** By the path that a rule has; null: nothing is there. */
export type ProgramFiles = ReadonlyMap<string, ProgramFile | null>;

export interface ProgramPathsOptions {
  /** Where the mount is seen as a whole. */
  readonly places: readonly string[];
  readonly isBranch: (name: string) => boolean;
}

export class ProgramPaths {
  #files: ProgramFiles = new Map();

  constructor(readonly options: ProgramPathsOptions) {}

  set(files: ProgramFiles): void {
    this.#files = files;
  }

  /**
   * True if a rule's program is the one that a process has as its executable. Null: it is not known yet where the rule's path leads.
   *
   * @param identity of the executable, null if it cannot be known; not asked for of what is in the mount
   */
  isThat(program: string, executable: string, identity: () => FileIdentity | null): boolean | null {
    if (program === executable) return true;
    const inMount = this.#inMount(executable);
    const isAt = (path: string) => {
      const within = this.#inMount(path);
      return within !== null && inMount !== null && within.some((one) => inMount.includes(one));
    };
    if (isAt(program)) return true;
    const file = this.#files.get(program);
    if (file === undefined) return null;
    if (file === null) return false;
    if (file.path === executable || isAt(file.path)) return true;
    if (inMount !== null) return false;
    const found = identity();
    return found !== null && found.device === file.device && found.inode === file.inode;
  }

  /** What a path may be called in the mount, whatever the branch; null: it is elsewhere. */
  #inMount(path: string): string[] | null {
    const place = this.options.places.find((place) => path.startsWith(`${place}/`));
    if (place === undefined) return null;
    const names = path.slice(place.length + 1).split("/");
    if (names[0] !== VIRTUAL_NAME) return [names.join("/")];
    if (names[1] !== "branches") return [];
    // Names of branches may have slashes.
    const behind = names.slice(2);
    return behind.flatMap((_, i) =>
      i > 0 && this.options.isBranch(behind.slice(0, i).join("/"))
        ? [behind.slice(i).join("/")]
        : []
    );
  }
}

/** The paths of programs that rules have. */
export function programPaths(rules: readonly Rule[]): string[] {
  const programs = rules.flatMap(({ programs }) => programs ?? []);
  return [...new Set(programs.filter((program) => program.startsWith("/")))];
}
