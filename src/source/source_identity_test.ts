import assert from "node:assert/strict";
import { binaryString } from "../../ffi/binary_string.ts";
import { run, withWorkspace } from "./testing/fixtures.ts";
import { SourceDirectory } from "./read_source.ts";
import { isReplaced, type SourceIdentity } from "./source_identity.ts";

const BEFORE: SourceIdentity = { device: "8:1", inode: "12", birth: { sec: 5, nsec: 6 } };

Deno.test("another inode, or the same number born again, is another directory", () => {
  assert.equal(isReplaced(BEFORE, { ...BEFORE }), false);
  assert.equal(isReplaced(BEFORE, { ...BEFORE, inode: "13" }), true);
  for (const birth of [{ sec: 5, nsec: 7 }, { sec: 6, nsec: 0 }]) {
    assert.equal(isReplaced(BEFORE, { ...BEFORE, birth }), true, "born later");
  }
  for (const birth of [{ sec: 5, nsec: 5 }, { sec: 4, nsec: 9 }]) {
    assert.equal(isReplaced(BEFORE, { ...BEFORE, birth }), false, "its times were set");
  }
  assert.equal(isReplaced(BEFORE, { ...BEFORE, device: "0:50" }), false, "mounted anew");
});

Deno.test("without a time of birth the device decides", () => {
  const unknown = { ...BEFORE, birth: null };
  assert.equal(isReplaced(unknown, unknown), false);
  assert.equal(isReplaced(unknown, { ...BEFORE, device: "0:50" }), true);
  assert.equal(isReplaced(BEFORE, unknown), false);
});

Deno.test("a directory keeps its identity when it is written to or moved, a copy has another one", () =>
  withWorkspace(async ({ path }) => {
    const identity = (at: string) => {
      const source = new SourceDirectory(binaryString(at));
      try {
        return source.identity();
      } finally {
        source.close();
      }
    };
    const before = identity(path);
    await run(["bash", "-euc", `touch a; chmod 700 .; mv "$PWD" "$PWD.moved"`], path);
    assert.deepEqual(identity(`${path}.moved`), before);
    await run(["cp", "-a", `${path}.moved`, path]);
    assert.equal(isReplaced(before, identity(path)), true);
    assert.match(before.inode, /^\d+$/);
  }));
