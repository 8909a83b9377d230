import assert from "node:assert/strict";
import { cgroupId, cgroupRoot, nearestCgroup, unifiedPath } from "./cgroup.ts";

function pathIn(text: string): string | null {
  const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
  return unifiedPath(bytes, bytes.length);
}

Deno.test("a thread's cgroup is the one in the hierarchy of version 2", () => {
  assert.equal(pathIn("0::/a/b\n"), "/a/b");
  assert.equal(pathIn("9:name=systemd:/x\n10::/no\n0::/a:b c\n"), "/a:b c");
  assert.equal(pathIn("9:cpu:/x\n0::/"), "/");
  assert.equal(pathIn("0::/\xff\xfe\n"), "/\xff\xfe");
  assert.equal(pathIn("4:memory:/x\n"), null);
  assert.equal(pathIn(""), null);
});

Deno.test("the hierarchy is found where it is mounted whole", () => {
  const line = (root: string, at: string, type: string) =>
    `30 20 0:26 ${root} ${at} rw,relatime shared:9 - ${type} cgroup2 rw\n`;
  assert.equal(cgroupRoot(line("/", "/sys/fs/cgroup", "cgroup2")), "/sys/fs/cgroup");
  const hybrid = line("/", "/sys/fs/cgroup/cpu", "cgroup") +
    line("/part", "/elsewhere", "cgroup2") + line("/", "/sys/fs/cgroup/unified", "cgroup2");
  assert.equal(cgroupRoot(hybrid), "/sys/fs/cgroup/unified");
  assert.equal(cgroupRoot(line("/", "/sys/fs/cgroup/cpu", "cgroup")), null);
});

Deno.test("the nearest name counts, and only while it stands for the same directory", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/a/b/c`, { recursive: true });
    await Deno.mkdir(`${root}/ab`);
    const names = ["/a", "/a/b"].map((path) => ({ path, cgroup: cgroupId(root + path) }));
    const nearest = (path: string) => nearestCgroup(root, names, path)?.path ?? null;
    assert.equal(nearest("/a"), "/a");
    assert.equal(nearest("/a/x"), "/a");
    assert.equal(nearest("/a/b/c"), "/a/b");
    assert.equal(nearest("/ab"), null);
    assert.equal(nearest("/"), null);
    // While the old one still is, so that the new one cannot have its number.
    await Deno.rename(`${root}/a/b`, `${root}/old`);
    await Deno.mkdir(`${root}/a/b`);
    assert.equal(nearest("/a/b"), "/a");
    const everything = [{ path: "/", cgroup: cgroupId(`${root}/`) }];
    assert.equal(nearestCgroup(root, everything, "/x/y")?.path, "/");
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
