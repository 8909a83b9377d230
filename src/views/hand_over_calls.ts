/**
 * Lets who supervises a run hear of its system calls.
 *
 * @module
 */

import { failureCode } from "../host/failure.ts";
import { close } from "../../ffi/linux/open.ts";
import { PR_SET_NO_NEW_PRIVS, prctl } from "../../ffi/linux/process.ts";
import { type NotifiedCall, notifyOfCalls } from "../../ffi/linux/watch/seccomp_notify.ts";
import { sendDescriptor } from "../../ffi/linux/watch/unix_socket.ts";
import { ViewError } from "./view_error.ts";

export interface CallsToHandOver {
  /** Descriptor of the socket at whose other end the supervisor is. */
  readonly socket: number;
  readonly calls: readonly NotifiedCall[];
}

const EACCES = 13;
const EBUSY = 16;

/** This thread has to be the one that becomes the program. Throws {@linkcode ViewError}. */
export function handOverCalls({ socket, calls }: CallsToHandOver): void {
  let listener = notifyOfCalls(calls);
  if (listener === -EACCES) {
    prctl(PR_SET_NO_NEW_PRIVS, 1);
    listener = notifyOfCalls(calls);
  }
  if (listener < 0) {
    const why = listener === -EBUSY
      ? "who started it listens to its system calls already"
      : failureCode(listener);
    throw new ViewError("not_watched", 4, `Cannot watch the program: ${why}`, "Leave --watch out");
  }
  const sent = sendDescriptor(socket, listener);
  close(socket);
  if (sent < 0) throw new ViewError("not_watched", 4, "Who was to watch the program is gone");
  // The listener closes itself when this process becomes the program.
}
