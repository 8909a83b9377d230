/**
 * The thread that carries changes out once more, through the mount (`../../mount/linux/reenact.ts`). It may wait in the kernel
 * for a long time, and does nothing else.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { type ReenactedTree, Reenactor } from "../../mount/linux/reenact.ts";
import type { ChangedName } from "../../tree/changed_names.ts";

export interface ReenactorStart {
  readonly memory: SharedArrayBuffer;
}

export interface ReenactorJob {
  readonly tree: ReenactedTree;
  readonly changes: readonly ChangedName[];
}

export type ReenactorMessage =
  /** Its number. */
  | { readonly type: "ready"; readonly thread: number }
  /** So many of the job's changes were carried out. */
  | { readonly type: "done"; readonly count: number };

function post(message: ReenactorMessage): void {
  self.postMessage(message);
}

self.onmessage = ({ data }: MessageEvent<ReenactorStart>) => {
  const reenactor = new Reenactor(new Int32Array(data.memory));
  self.onmessage = ({ data: { tree, changes } }: MessageEvent<ReenactorJob>) => {
    post({ type: "done", count: reenactor.run(tree, changes) });
  };
  post({ type: "ready", thread: reenactor.thread });
};
