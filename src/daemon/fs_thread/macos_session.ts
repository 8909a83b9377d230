/**
 * A session on the socket of fuse-t's server. What outlives a server of ours is in the folder of the mount's node ids.
 *
 * @module
 */

import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { binaryString, cString } from "../../../ffi/binary_string.ts";
import { close, fallocate, O_CREAT, O_RDWR, open } from "../../host/files.ts";
import { failureCode } from "../../host/failure.ts";
import { mapFile } from "../../host/mapping.ts";
import { createWake } from "../../host/wake.ts";
import { MAX_WRITE } from "../../mount/fuse/request.ts";
import { flushMemory, type FlushStart, ThreadFlushes } from "../../mount/macos/flush_thread.ts";
import { KeptChanges } from "../../mount/macos/kept_changes.ts";
import { KeptOpens } from "../../mount/macos/kept_opens.ts";
import { MessageStream } from "../../mount/macos/message_stream.ts";
import { ReplyMark } from "../../mount/macos/reply_mark.ts";
import { StreamSession } from "../../mount/macos/session.ts";
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
    mark: new ReplyMark(sharedMemory(`${directory}/answered`)),
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

/** Memory that the next server has as this one leaves it. */
function sharedMemory(path: string): Uint8Array<ArrayBuffer> {
  const fd = open(cString(binaryString(path)), O_RDWR | O_CREAT, 0o600);
  const result = fd < 0 ? fd : fallocate(fd, 0, 0, ReplyMark.BYTES);
  const mapping = result < 0 ? null : mapFile(fd, 0, ReplyMark.BYTES);
  if (fd >= 0) close(fd);
  if (mapping === null) throw new Error(`Cannot share ${path}: ${failureCode(result)}`);
  return mapping.bytes;
}
