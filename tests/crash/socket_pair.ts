/**
 * Two ends of a connection that keeps messages apart, as /dev/fuse does.
 *
 * @module
 */

const SYMBOLS = {
  socketpair: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

const AF_UNIX = 1;
const SOCK_SEQPACKET = 5;
const SOL_SOCKET = 1;
/** These two may exceed the system's limit; they need CAP_NET_ADMIN. */
const SO_SNDBUFFORCE = 32;
const SO_SNDBUF = 7;
const BUFFER_BYTES = 16 * 1024 * 1024;

/** Two descriptors; the caller closes them. */
export function socketPair(): [number, number] {
  const libc = Deno.dlopen("libc.so.6", SYMBOLS);
  const pair = new Int32Array(2);
  const result = libc.symbols.socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair);
  if (result < 0) throw new Error("Cannot make a socket pair");
  for (const fd of pair) {
    const size = new Int32Array([BUFFER_BYTES]);
    const forced = libc.symbols.setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, size, 4);
    if (forced < 0) libc.symbols.setsockopt(fd, SOL_SOCKET, SO_SNDBUF, size, 4);
  }
  libc.close();
  return [pair[0]!, pair[1]!];
}
