import assert from "node:assert/strict";
import { withTemporary } from "../../../tests/support/temporary.ts";
import { linkedPath } from "./linked_path.ts";

/** What is opened at a path, as the kernel tells of it after `then`. */
function openedAt(path: string, then: () => void): string | null {
  using file = Deno.openSync(path, { read: true, write: true, create: true });
  then();
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    const link = `/proc/self/fd/${name}`;
    try {
      const [open, own] = [Deno.statSync(link), file.statSync()];
      if (open.ino === own.ino && open.dev === own.dev) return linkedPath(link);
    } catch { /* that of the listing */ }
  }
  return null;
}

Deno.test({
  name: "an open file that has lost its name has the last one, and one that is called so keeps it",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withTemporary((directory) => {
      const path = (name: string) => `${directory}/${name}`;
      assert.equal(openedAt(path("a"), () => {}), path("a"));
      assert.equal(openedAt(path("b"), () => Deno.removeSync(path("b"))), path("b"));
      const other = () => Deno.linkSync(path("c"), path("d"));
      const gone = () => (other(), Deno.removeSync(path("c")));
      assert.equal(openedAt(path("c"), gone), path("c"));
      assert.equal(openedAt(path("e (deleted)"), () => {}), path("e (deleted)"));
      const both = () => Deno.removeSync(path("f (deleted)"));
      assert.equal(openedAt(path("f (deleted)"), both), path("f (deleted)"));
      assert.equal(linkedPath("/proc/self/fd/nothing"), null);
      return Promise.resolve();
    }),
});
