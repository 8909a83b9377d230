import assert from "node:assert/strict";
import type { ObjectId } from "../../store/format/object_id.ts";
import { mountStatePath } from "../../store/files/store_paths.ts";
import { ViewRegistry } from "./view_registry.ts";

const KEEPER = { pid: Deno.pid, started: 1 };
const FIRST = { isFirst: true, withLess: false };
const NEXT = { isFirst: false, withLess: false };

function commit(n: number): ObjectId {
  return n.toString(16).padStart(64, "0") as ObjectId;
}

function withStore(test: (store: string) => void): void {
  const store = Deno.makeTempDirSync();
  try {
    test(store);
  } finally {
    Deno.removeSync(store, { recursive: true });
  }
}

Deno.test("another server finds the views that are open, whatever was opened and closed before", () =>
  withStore((store) => {
    const registry = ViewRegistry.begin(store, KEEPER, FIRST);
    const views: number[] = [];
    for (let i = 1; i <= 500; i++) {
      views.push(registry.add(i % 7 === 0 ? { branch: i } : { commit: commit(i) }));
      if (i % 3 !== 0) registry.remove(views.shift()!);
      if (i % 50 !== 0) continue;
      const next = ViewRegistry.begin(store, KEEPER, NEXT);
      assert.deepEqual(next.open, registry.open);
      assert.deepEqual(next.open.map(({ view }) => view), views);
    }
    assert.deepEqual(ViewRegistry.begin(store, KEEPER, FIRST).open, []);
  }));

Deno.test("the file is appended to: a view costs what one line does", () =>
  withStore((store) => {
    const registry = ViewRegistry.begin(store, KEEPER, FIRST);
    const path = `${mountStatePath(store)}/views.json`;
    let written = 0;
    let [ino, before] = [0, 0];
    for (let i = 1; i <= 2000; i++) {
      registry.add({ commit: commit(i) });
      const stat = Deno.statSync(path);
      written += stat.ino === ino ? stat.size - before : stat.size;
      [ino, before] = [stat.ino!, stat.size];
    }
    assert.ok(written < 4 * before, `${written} bytes for a file of ${before}`);
  }));

Deno.test("a line that is torn, and the array of an earlier version, are read as far as they go", () =>
  withStore((store) => {
    const registry = ViewRegistry.begin(store, KEEPER, FIRST);
    registry.add({ branch: 3 });
    const path = `${mountStatePath(store)}/views.json`;
    Deno.writeTextFileSync(path, '{"view":9,"bra', { append: true });
    assert.deepEqual(ViewRegistry.begin(store, KEEPER, NEXT).open, registry.open);
    const views = [{ view: 4, branch: 2 }, { view: 5, commit: commit(1) }];
    Deno.writeTextFileSync(path, JSON.stringify(views));
    assert.deepEqual(ViewRegistry.begin(store, KEEPER, NEXT).open, views);
  }));
