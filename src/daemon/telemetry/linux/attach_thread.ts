/**
 * The thread that follows programs by ptrace(2), which only ever one and the same thread may do.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { PtraceWatch } from "../../../telemetry/linux/ptrace_watch.ts";
import { RecordSender } from "../../../telemetry/linux/record_sender.ts";
import { threadNumber } from "../../../telemetry/linux/wake_thread.ts";
import { SourceError } from "../../../telemetry/source.ts";
import { isWithin } from "../../../host/mounts.ts";

export interface AttachStart {
  readonly pids: readonly number[];
  /** Where events are handed in. */
  readonly socket: string;
  readonly mount: string;
  /** One i32: 1 when it is to end. */
  readonly over: SharedArrayBuffer;
}

export type AttachMessage =
  | { readonly type: "attached"; readonly thread: number }
  | { readonly type: "refused"; readonly message: string }
  /** How many events were told. */
  | { readonly type: "ended"; readonly events: number };

const FLUSH_MS = 200;
/** How long those who are let go wait for what was told of them to be handed in, ms. */
const LET_GO_MS = 300;

self.onmessage = ({ data: start }: MessageEvent<AttachStart>) => {
  const post = (message: AttachMessage) => self.postMessage(message);
  const over = new Int32Array(start.over);
  const sender = new RecordSender(start.socket, "ptrace");
  let events = 0;
  let flushed = performance.now();
  const watch = new PtraceWatch({
    tell: (event) => {
      events++;
      sender.tell(event);
      if (performance.now() - flushed < FLUSH_MS) return;
      sender.flush();
      flushed = performance.now();
    },
    isToldElsewhere: (path) => isWithin(path, start.mount),
    isOver: () => {
      sender.flush();
      return Atomics.load(over, 0) === 1;
    },
  });
  try {
    for (const pid of start.pids) watch.attach(pid);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return post({ type: "refused", message: error.message });
  }
  post({ type: "attached", thread: threadNumber() });
  watch.run();
  // Programs that are let go stand still until this thread has ended.
  sender.finish(Atomics.load(over, 0) === 1 ? LET_GO_MS : undefined);
  post({ type: "ended", events });
};
