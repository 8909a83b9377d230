/**
 * Mounting on Windows: through WinFsp, which is installed apart. The keeper only sees that it can be: a volume goes with the
 * process that has it, so each server makes its own.
 *
 * @module
 */

import {
  endVolume,
  library,
  makeVolume,
  servedName,
  showVolume,
  volumeKnocker,
  WinFspError,
} from "../../mount/windows/device.ts";
import { failureCode } from "../../host/failure.ts";
import { createWake } from "../../host/wake.ts";
import {
  type AnswerWatch,
  answerWatchMemory,
  type AnswerWatchStart,
} from "../../mount/windows/answer_watch.ts";
import type { UnmountResult } from "../../host/unmount.ts";
import { crc32 } from "../workspaces/crc32.ts";
import { type DaemonConfig, WorkspaceError } from "../workspaces/workspace.ts";

const HINT = "agentvfs doctor checks what a mount needs";

/** Throws {@linkcode WorkspaceError}. */
// deno-lint-ignore require-await -- what it throws is to be a rejection
export async function mountProject(_config: DaemonConfig) {
  try {
    library();
  } catch (cause) {
    if (!(cause instanceof WinFspError)) throw cause;
    throw new WorkspaceError(cause.code, 4, cause.message, { hint: HINT, cause });
  }
  return { fd: -1, unmount: () => {} };
}

/** Nothing is handed down to a server. */
export function handDown(): void {}

/** The volume's number. Workspaces have different serial numbers, and keep them; each volume is as old as they are. */
export function inheritedDevice({ workspace }: Pick<DaemonConfig, "workspace">): number {
  const { birthtime, mtime } = Deno.statSync(workspace);
  return makeVolume(crc32(workspace), birthtime ?? mtime ?? new Date());
}

/** Resolves when the file system is there. Throws {@linkcode WorkspaceError} where it does not come. */
export async function untilMounted(path: string): Promise<void> {
  try {
    // A drive's letter is named without its root.
    await showVolume(path.replace(/^([a-z]:)[\\/]$/i, "$1"));
  } catch (cause) {
    const message = `Cannot mount ${path}: ${(cause as Error).message}`;
    throw new WorkspaceError("mount_failed", 4, message, { hint: HINT, cause });
  }
}

/** The volume of this process. What is open in it is lost to programs. */
export function unmountOwn(_path: string, _lazy: boolean): Promise<UnmountResult> {
  endVolume();
  return Promise.resolve("unmounted");
}

/** Wakes the fs thread, which waits in the driver, for a command. */
export const rouser = volumeKnocker;

/** Wakes it when filters answer, too: a thread does that, which is there from {@linkcode AnswerWatch.begin} on. */
export function answerWatch(asked: number): AnswerWatch {
  const share = { memory: answerWatchMemory(), armed: createWake() };
  if (share.armed < 0) throw new Error(`Cannot create a wake: ${failureCode(share.armed)}`);
  const volume = servedName();
  let worker: Worker | null = null;
  return {
    share,
    begin: () => {
      if (worker !== null || volume === null) return;
      worker = new Worker(new URL("./windows_answer_worker.ts", import.meta.url), {
        type: "module",
      });
      // Once the volume is gone nobody hears it, nor has to.
      worker.onmessage = ({ data }: MessageEvent<string>) => {
        if (servedName() === volume) throw new Error(data);
      };
      const start: AnswerWatchStart = { ...share, asked, volume };
      worker.postMessage(start);
    },
  };
}

/** A server that dies takes the volume along: the next one's is another. */
export const OUTLIVES_SERVER = false;

/** What was open gets errors. */
export const UNMOUNTS_IN_USE = true;
