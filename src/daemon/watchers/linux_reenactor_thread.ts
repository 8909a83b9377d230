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
  /** The job is over; why it was not finished. */
  | { readonly type: "done"; readonly error: string | null };

function post(message: ReenactorMessage): void {
  self.postMessage(message);
}

self.onmessage = ({ data }: MessageEvent<ReenactorStart>) => {
  const reenactor = new Reenactor(new Int32Array(data.memory));
  self.onmessage = ({ data: { tree, changes } }: MessageEvent<ReenactorJob>) => {
    // It must not end while its number means something to the fs thread.
    try {
      reenactor.run(tree, changes);
      post({ type: "done", error: null });
    } catch (error) {
      post({ type: "done", error: String(error) });
    }
  };
  post({ type: "ready", thread: reenactor.thread });
};
