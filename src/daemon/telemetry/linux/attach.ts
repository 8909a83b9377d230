/**
 * Has programs that run already followed, until they end or somebody has had enough.
 *
 * @module
 */

import { recordSocketPath } from "../../../telemetry/record_socket_path.ts";
import { letThreadsBeWoken, wakeThread } from "../../../telemetry/linux/wake_thread.ts";
import { WorkspaceError } from "../../workspaces/workspace.ts";
import type { AttachMessage, AttachStart } from "./attach_thread.ts";

export interface AttachOptions {
  readonly pids: readonly number[];
  /** Control socket of the daemon whose log is to have it, and where its mount is. */
  readonly socket: string;
  readonly mount: string;
  onAttached(): void;
  /** Ends it: the programs go on. */
  readonly signal: AbortSignal;
}

/** What was told waits so long for the thread to be woken, ms. */
const WAKE_MS = 250;

/** Resolves with how many events were told. Throws {@linkcode WorkspaceError} where it may not follow one. */
export async function attach(options: AttachOptions): Promise<number> {
  const { pids, socket, mount, onAttached, signal } = options;
  letThreadsBeWoken();
  const over = new SharedArrayBuffer(4);
  const start: AttachStart = { pids, socket: recordSocketPath(socket), mount, over };
  const worker = new Worker(new URL("./attach_thread.ts", import.meta.url), { type: "module" });
  const result = Promise.withResolvers<number>();
  let ticks: ReturnType<typeof setInterval> | undefined;
  worker.onmessage = ({ data }: MessageEvent<AttachMessage>) => {
    if (data.type === "ended") return result.resolve(data.events);
    if (data.type === "refused") {
      return result.reject(new WorkspaceError("not_followed", 1, `Cannot attach: ${data.message}`));
    }
    // What the last of a series of events told is handed in then, too.
    ticks = setInterval(() => wakeThread(data.thread), WAKE_MS);
    onAttached();
  };
  worker.onerror = (event) => {
    event.preventDefault();
    result.reject(new Error(event.message));
  };
  signal.addEventListener("abort", () => Atomics.store(new Int32Array(over), 0, 1));
  worker.postMessage(start);
  try {
    return await result.promise;
  } finally {
    clearInterval(ticks);
    worker.terminate();
  }
}
