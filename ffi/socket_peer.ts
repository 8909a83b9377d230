/**
 * Who is at the other end of a Unix socket (Linux).
 *
 * @module
 */

const SYMBOLS = {
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

let library: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"] | undefined;

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
  const symbols = library ??= Deno.dlopen("libc.so.6", SYMBOLS).symbols;
  const credentials = new Uint32Array(3);
  const length = new Uint32Array([credentials.byteLength]);
  const [into, size] = [new Uint8Array(credentials.buffer), new Uint8Array(length.buffer)];
  if (symbols.getsockopt(fd, SOL_SOCKET, SO_PEERCRED, into, size) < 0) return null;
  const [pid, uid, gid] = credentials as unknown as [number, number, number];
  return { pid, uid, gid };
}
