/** The table of names in docs/platforms.md is what a volume shows, and each name that it shows is found. */

import assert from "node:assert/strict";
import { namesTable } from "../support/names_table.ts";
import { EMPTY_SNAPSHOT, Fixture } from "../tree/fixture.ts";
import { Disposition } from "../../ffi/windows/nt_file.ts";
import { make } from "../tree/fixture.ts";
import { listed } from "./script.ts";
import { serveTree } from "./served.ts";

for (const { names, stored, shown } of namesTable()) {
  Deno.test(`names ${names}: shown on Windows as the docs say, found, and made`, () => {
    const fixture = new Fixture();
    try {
      const { tree } = fixture;
      for (const name of stored) make(tree, tree.root, name, 0o100644);
      const { driver } = serveTree(tree);
      const root = driver.open("\\").handle!;
      const { entries } = listed(driver.list(root, null).bytes);
      assert.deepEqual(entries.map(({ name }) => name).sort(), [...shown].sort());
      driver.close(root);
      for (const [i, name] of shown.entries()) {
        const found = driver.open(`\\${name}`).handle!;
        const inode = tree.lookup(tree.root, stored[i]!);
        assert.ok(typeof inode !== "number" && Number(found.context) === inode.nodeId, name);
        driver.close(found);
      }
      // A program that makes a name as it is shown makes the one that is stored.
      for (const [i, name] of shown.entries()) {
        const empty = fixture.open(EMPTY_SNAPSHOT, 100 + i);
        const other = serveTree(empty).driver;
        const { handle } = other.open(`\\${name}`, { disposition: Disposition.CREATE });
        assert.ok(handle !== null, name);
        other.close(handle);
        assert.ok(typeof empty.lookup(empty.root, stored[i]!) !== "number", name);
        empty.journal.close();
      }
    } finally {
      fixture.close();
    }
  });
}
