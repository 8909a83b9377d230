import assert from "node:assert/strict";
import { ProgramPaths } from "./program_paths.ts";

const PLACES = ["/home/me/project-mount", "/home/me/project"];
const nobody = () => null;

function paths(): ProgramPaths {
  const paths = new ProgramPaths({
    places: PLACES,
    isBranch: (name) => ["one", "agent/two"].includes(name),
  });
  paths.set(
    new Map([
      ["/usr/bin/python3", { path: "/usr/bin/python3.11", device: 1, inode: 7 }],
      ["/opt/tool", { path: "/home/me/project-mount/bin/tool", device: 40, inode: 9 }],
      ["/home/me/project/bin/link", { path: "/home/me/project/lib/real", device: 1, inode: 8 }],
      ["/home/me/project/bin/tool", { path: "/home/me/project/bin/tool", device: 1, inode: 9 }],
      ["/gone", null],
    ]),
  );
  return paths;
}

Deno.test("a rule's program is what its path leads to, and has other names, too", () => {
  const p = paths();
  assert.equal(p.isThat("/usr/bin/python3", "/usr/bin/python3.11", nobody), true);
  assert.equal(p.isThat("/usr/bin/python3", "/usr/bin/python3", nobody), true);
  assert.equal(p.isThat("/usr/bin/python3", "/usr/bin/python3.12", nobody), false);
  const is = (device: number, inode: number) => () => ({ device, inode });
  assert.equal(p.isThat("/usr/bin/python3", "/tmp/hard-link", is(1, 7)), true);
  assert.equal(p.isThat("/usr/bin/python3", "/tmp/hard-link", is(2, 7)), false);
  assert.equal(p.isThat("/gone", "/usr/bin/python3.11", is(1, 7)), false);
  assert.equal(p.isThat("/not/looked/up", "/usr/bin/python3.11", is(1, 7)), null);
});

Deno.test("a program in the mount is the same wherever the mount is seen", () => {
  const p = paths();
  const seen = [
    "/home/me/project-mount/bin/tool",
    "/home/me/project/bin/tool",
    "/home/me/project-mount/.agentvfs/branches/one/bin/tool",
    "/home/me/project-mount/.agentvfs/branches/agent/two/bin/tool",
    "/home/me/project/.agentvfs/branches/agent/two/bin/tool",
  ];
  for (const executable of seen) {
    for (const rule of ["/opt/tool", "/home/me/project/bin/tool"]) {
      assert.equal(p.isThat(rule, executable, nobody), true, `${rule} ${executable}`);
    }
  }
  const others = [
    "/home/me/project-mount/tool",
    "/home/me/project-mounted/bin/tool",
    "/home/me/project-mount/.agentvfs/branches/three/bin/tool",
    "/home/me/project-mount/.agentvfs/checkpoints/1/bin/tool",
    "/bin/tool",
  ];
  for (const executable of others) {
    assert.equal(p.isThat("/opt/tool", executable, nobody), false, executable);
  }
  const link = "/home/me/project/bin/link";
  assert.equal(p.isThat(link, "/home/me/project-mount/lib/real", nobody), true);
  // Of what is in the mount the kernel is not asked which file it is.
  const asked = () => assert.fail("asked");
  assert.equal(p.isThat("/usr/bin/python3", "/home/me/project/bin/python3", asked), false);
});
