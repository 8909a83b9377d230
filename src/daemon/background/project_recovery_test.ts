/**
 * What a branch and the project have in common is known again after the index was lost.
 */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import { binaryString } from "../../../ffi/binary_string.ts";
import { withTemporary } from "../../../tests/support/temporary.ts";
import { FIRST_SEGMENT, History } from "../../history/history.ts";
import { ProjectHistory } from "../../history/project/project_history.ts";
import { recoverIndex } from "../../history/verify/recover_index.ts";
import { importSource } from "../../source/import_source.ts";
import { SourceDirectory } from "../../source/read_source.ts";
import { loadHasher } from "../../store/format/hash.ts";
import { indexPath } from "../../store/files/store_paths.ts";
import { StoreWriter } from "../../store/store_writer.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import { FIRST_OWN_INODE } from "../../tree/working_tree.ts";

async function stored(store: StoreWriter, root: string): Promise<Snapshot> {
  const source = new SourceDirectory(binaryString(root));
  try {
    const { snapshot } = await importSource(store, source, {
      previous: null,
      onProgress: () => {},
      pause: () => Promise.resolve(),
      commitEvery: Infinity,
    });
    return snapshot;
  } finally {
    source.close();
  }
}

Deno.test("the base of a branch is found again in what is recorded of its applies", () =>
  withTemporary(async (directory) => {
    const hasher = await loadHasher();
    const root = `${directory}/project`;
    const place = `${directory}/store`;
    fs.mkdirSync(root);
    fs.writeFileSync(`${root}/file`, "one");
    let store = StoreWriter.create(place, hasher);
    const history = new History(store);
    const project = new ProjectHistory(store, history);
    const save = (snapshot: Snapshot, kind: "import" | "checkpoint") =>
      history.save({
        branch: "main",
        snapshot,
        segment: FIRST_SEGMENT,
        nextInode: FIRST_OWN_INODE,
        commit: { label: "", message: "", kind, agent: null },
      })!;
    const imported = save(await stored(store, root), "import");
    const seen = project.saw(imported.snapshot, Date.now());
    fs.writeFileSync(`${root}/file`, "two");
    const applied = save(await stored(store, root), "checkpoint");
    project.record({
      branch: "main",
      before: seen.id,
      after: applied.snapshot,
      point: applied.id,
      baseBefore: imported.id,
      baseAfter: applied.id,
      message: "",
      agent: null,
      operation: "apply",
    });
    assert.equal(project.base("main", applied.id).commit, applied.id);
    store.close();
    // All of it is gone, and what is in the packs is not.
    for (const end of ["", "-wal", "-shm"]) {
      fs.writeFileSync(`${indexPath(place)}${end}`, "no database");
    }
    recoverIndex(place, hasher);
    store = StoreWriter.create(place, hasher);
    try {
      const again = new ProjectHistory(store, new History(store));
      assert.equal(again.base("main", applied.id).commit, applied.id);
      // Before the first look there is the import.
      assert.equal(again.known(null)!.commit.id, imported.id);
    } finally {
      store.close();
    }
  }));
