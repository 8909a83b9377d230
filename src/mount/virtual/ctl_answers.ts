/**
 * Whose answer somebody who opens `ctl` (or `hook`) to read it wants: `echo status >ctl; cat ctl` are two processes.
 *
 * It is that of the nearest relative: of the process itself, else of one that has the nearest ancestor in common with it,
 * as both are children of one shell. So two who write at the same time do not get each other's answers.
 *
 * @module
 */

import { ancestry, processOf } from "../../host/processes.ts";
import { CtlFile, type Door, type Written } from "./ctl_file.ts";

/** Answers that are remembered. */
const LIMIT = 32;
const INIT = 1;

/** A process and when it began, as text: numbers are used again. */
type ProcessKey = string;

interface Kept {
  readonly view: number;
  /** Who wrote, its parent, and so on. */
  readonly ancestry: readonly ProcessKey[];
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** For its writer. */
  readonly written: Written;
}

export class CtlAnswers {
  /** The newest is last. */
  #kept: Kept[] = [];

  constructor(readonly door: Door) {}

  /** `ancestry`: of who wrote, when it wrote. */
  keep(
    view: number,
    ancestry: readonly ProcessKey[],
    bytes: Uint8Array<ArrayBuffer>,
    size: number,
  ): void {
    const others = this.#kept.filter((kept) =>
      kept.view !== view || kept.ancestry[0] !== ancestry[0]
    );
    this.#kept = [...others, { view, ancestry, bytes, written: { size } }].slice(-LIMIT);
  }

  /** What a process finds that opens the file now. */
  find(view: number, ancestry: readonly ProcessKey[]): CtlFile {
    const nearest = this.#nearest(view, ancestry);
    if (nearest === null) return new CtlFile(this.door, view, new Uint8Array());
    // Only who wrote it compares sizes.
    const isOwn = nearest.ancestry[0] === ancestry[0];
    return new CtlFile(this.door, view, nearest.bytes, 0, isOwn ? nearest.written : { size: null });
  }

  #nearest(view: number, ancestry: readonly ProcessKey[]): Kept | null {
    let nearest: Kept | null = null;
    let distance = Infinity;
    for (const kept of this.#kept) {
      if (kept.view !== view) continue;
      const common = ancestry.findIndex((process) => kept.ancestry.includes(process));
      if (common < 0 || common > distance) continue;
      // Everybody descends from init: that is no kinship.
      const isInit = common > 0 && ancestry[common]!.startsWith(`${INIT}:`);
      if (isInit && kept.ancestry[0] !== ancestry[common]) continue;
      nearest = kept;
      distance = common;
    }
    return nearest;
  }
}

/** The process of a thread, its parent, and so on. Of one that cannot be seen from here nothing is known but its number. */
export function ancestryOf(thread: number): ProcessKey[] {
  const keys = [...ancestry(processOf(thread))].map(({ pid, started }) => `${pid}:${started}`);
  return keys.length > 0 ? keys : [`${thread}:`];
}
