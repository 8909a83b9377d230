/**
 * Who is at the other end of a Unix socket (Linux).
 *
 * @module
 */

import { bindLibc } from "./libc.ts";

const libc = bindLibc({
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
});

const SOL_SOCKET = 1;
const SO_PEERCRED = 17;

export interface PeerCredentials {
  /** 0 if this PID namespace does not know the process. */
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** As they were when it connected; null if the descriptor is not a connected Unix socket. */
export function peerCredentials(fd: number): PeerCredentials | null {
  const credentials = new Uint32Array(3);
  const length = new Uint32Array([credentials.byteLength]);
  const [into, size] = [new Uint8Array(credentials.buffer), new Uint8Array(length.buffer)];
  if (libc.getsockopt(fd, SOL_SOCKET, SO_PEERCRED, into, size) < 0) return null;
  const [pid, uid, gid] = credentials as unknown as [number, number, number];
  return { pid, uid, gid };
}
