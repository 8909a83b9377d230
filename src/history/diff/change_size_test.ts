import assert from "node:assert/strict";
import * as fc from "fast-check";
import { modelPairs, storeModel, withStore } from "../snapshots/testing/fixtures.ts";
import { changeSize } from "./change_size.ts";
import { diffSnapshots } from "./diff.ts";

Deno.test("the size of a change is that of its difference, directory by directory", () =>
  withStore((store) => {
    fc.assert(
      fc.property(modelPairs, ([before, after]) => {
        const [from, to] = [storeModel(store, before), storeModel(store, after)];
        const size = changeSize(store, from, to);
        // Names of a changed link in equal directories are not searched for: only those are more.
        const linked = from.links !== to.links;
        let [modified, deleted] = [0, 0];
        const tops = new Map<string, number>();
        for (const { path, status } of diffSnapshots(store, from, to)) {
          if (status === "A") continue;
          if (status === "D") deleted++;
          else modified++;
          const top = path.includes("/") ? path.slice(0, path.indexOf("/")) : "";
          tops.set(top, (tops.get(top) ?? 0) + 1);
        }
        assert.equal(size.deleted, deleted);
        if (linked) return assert.ok(size.modified <= modified);
        assert.equal(size.modified, modified);
        for (const [name, lost] of size.directories) {
          assert.equal(lost.modified + lost.deleted, tops.get(name));
        }
        assert.equal(size.directories.size, tops.size);
      }),
      { numRuns: 200, verbose: 1 },
    );
  }));
