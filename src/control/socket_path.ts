/**
 * The place of a control socket: when it may be bound, and whether somebody listens there.
 *
 * @module
 */

import { dirname } from "node:path";
import { ADDRESS_BYTES, connectLocal, fitsAddress } from "../host/local_socket.ts";
import { ServiceError } from "./service_error.ts";

/** Whether something accepts connections at `path` now. Where this process may not connect, it is taken for so. */
export async function isListening(path: string): Promise<boolean> {
  try {
    (await connectLocal(path)).close();
    return true;
  } catch (error) {
    return error instanceof Deno.errors.PermissionDenied;
  }
}

/**
 * Makes `path` free for a new socket: removes a dead one, creates the directory (0700) if there is none.
 * Never removes a socket that somebody listens on, unless it `isOurs`, nor anything that is not a socket.
 *
 * Errors: {@linkcode ServiceError} `socket_path_too_long` (exit 4), `daemon_running` (1), `not_a_socket` (4).
 */
export async function freeSocketPath(path: string, isOurs = false): Promise<void> {
  if (!fitsAddress(path)) {
    throw new ServiceError(
      "socket_path_too_long",
      `Cannot make a control socket at ${path}: the system allows ${ADDRESS_BYTES} bytes in its path`,
      { exit: 4, hint: "Choose a shorter one with --sock" },
    );
  }
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const existing = await Deno.lstat(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  });
  if (existing !== null && !existing.isSocket) {
    throw new ServiceError("not_a_socket", `Cannot make a control socket at ${path}: it exists`, {
      exit: 4,
      hint: "Move it away, or choose another place with --sock",
    });
  }
  if (!isOurs && await isListening(path)) {
    throw new ServiceError("daemon_running", `A daemon already listens on ${path}`, {
      hint: `Use it, or stop it first: agentvfs stop --sock ${path}`,
    });
  }
  // What is listened on has no file on Windows.
  if (existing !== null) await Deno.remove(path);
}
