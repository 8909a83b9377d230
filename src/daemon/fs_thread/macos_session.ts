/**
 * A session on the socket of fuse-t's server. What outlives a server of ours is in the folder of the mount's node ids.
 *
 * @module
 */

import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { failureCode } from "../../host/failure.ts";
import { createWake } from "../../host/wake.ts";
import { MAX_WRITE } from "../../mount/fuse/request.ts";
import { flushMemory, type FlushStart, ThreadFlushes } from "../../mount/macos/flush_thread.ts";
import { KeptChanges } from "../../mount/macos/kept_changes.ts";
import { KeptOpens } from "../../mount/macos/kept_opens.ts";
import { MessageStream } from "../../mount/macos/message_stream.ts";
import { ReplyMark } from "../../mount/macos/reply_mark.ts";
import { StreamSession } from "../../mount/macos/session.ts";
import { sharedFile } from "../../mount/macos/shared_file.ts";
import { socketStream, socketWaits } from "../../mount/macos/socket_stream.ts";
import { WaitingRequests } from "../../mount/macos/waiting_requests.ts";
import type { SessionParts } from "./session_parts.ts";

/** Bytes of a request besides what a WRITE carries. */
const HEADERS = 8192;

export function makeSession({ start, ...parts }: SessionParts): StreamSession {
  const directory = `${dirname(start.handOver)}/waiting`;
  if (!start.resume) rmSync(directory, { recursive: true, force: true });
  Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const flushing = startFlushing();
  const flushes = new ThreadFlushes(flushing);
  return new StreamSession({
    ...parts,
    isResumed: start.resume,
    stream: new MessageStream(socketStream(start.fuseFd), MAX_WRITE + HEADERS),
    waits: socketWaits(start.fuseFd, start.mailbox.eventFd, start.filtersFd, flushing.wake),
    owner: { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0 },
    flush: flushes.begin,
    onFlushed: () => flushes.tell(),
    mark: new ReplyMark(sharedFile(`${directory}/answered`, ReplyMark.BYTES).bytes),
    waiting: new WaitingRequests(directory),
    keptChanges: new KeptChanges(`${directory}/changes`),
    keptOpens: new KeptOpens(`${directory}/opens`),
  });
}

/** Starts the thread that waits for the disk: fsync(2) may take long there, and this thread has others to answer. */
function startFlushing(): FlushStart {
  const flushing = { memory: flushMemory(), wake: createWake() };
  if (flushing.wake < 0) throw new Error(`Cannot create a wake: ${failureCode(flushing.wake)}`);
  const worker = new Worker(new URL("./macos_flush_worker.ts", import.meta.url), {
    type: "module",
  });
  worker.postMessage(flushing);
  return flushing;
}
