import assert from "node:assert/strict";
import { join } from "node:path";
import { boundPaths, listeningSockets } from "./listening_sockets.ts";

/** proc_net_unix(5). */
const TABLE = `Num       RefCount Protocol Flags    Type St Inode Path
00000000aec9e1ab: 00000002 00000000 00010000 0001 01 18811 /run/user/1000/bus
000000007194076f: 00000003 00000000 00000000 0001 03 144480
00000000733484ab: 00000002 00000000 00010000 0001 01 140561 @/tmp/.X11-unix/X0
00000000733484ac: 00000002 00000000 00000000 0002 01   561 /with a space
00000000733484ad: 00000002 00000000 00010000 0001 01 140563 relative
`;

Deno.test("paths of sockets are read as they are, and nothing else is", () => {
  assert.deepEqual(boundPaths(TABLE), ["/run/user/1000/bus", "/with a space"]);
});

Deno.test("a socket is found while somebody listens on it", async () => {
  const directory = await Deno.makeTempDir();
  const path = join(directory, "socket");
  try {
    const listener = Deno.listen({ transport: "unix", path });
    assert.ok(listeningSockets().includes(path));
    listener.close();
    assert.ok(!listeningSockets().includes(path));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
