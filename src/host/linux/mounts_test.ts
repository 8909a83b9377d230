import assert from "node:assert/strict";
import { isWithin, listMounts, parseMountinfo } from "./mounts.ts";

const TABLE = [
  "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw",
  "40 22 0:35 / /mnt/with\\040space rw,nosuid shared:9 master:2 - fuse.agentvfs agentvfs rw",
  "41 22 0:36 /.agentvfs/branches/b /home/me/p rw - fuse.agentvfs agentvfs rw",
  "",
].join("\n");

Deno.test("mountinfo is read with its escapes and optional fields", () => {
  assert.deepEqual(parseMountinfo(TABLE), [
    { root: "/", path: "/", type: "ext4", device: "254:0" },
    { root: "/", path: "/mnt/with space", type: "fuse.agentvfs", device: "0:35" },
    { root: "/.agentvfs/branches/b", path: "/home/me/p", type: "fuse.agentvfs", device: "0:36" },
  ]);
});

Deno.test("the root is mounted here", async () => {
  assert.ok((await listMounts()).some(({ path }) => path === "/"));
});

Deno.test("isWithin knows whole names only", () => {
  assert.ok(isWithin("/a/b", "/a"));
  assert.ok(isWithin("/a", "/a"));
  assert.ok(isWithin("/a", "/"));
  assert.ok(!isWithin("/ab", "/a"));
  assert.ok(!isWithin("/a", "/a/b"));
});
