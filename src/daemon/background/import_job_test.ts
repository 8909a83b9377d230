import assert from "node:assert/strict";
import { listSnapshot } from "../../history/snapshots/testing/fixtures.ts";
import { later, withWorkspace, type Workspace } from "../../source/testing/fixtures.ts";
import { loadInterrupted, saveInterrupted } from "../../source/interrupted_import.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import { importDone, importProject } from "./import_job.ts";

const FILES = ["a", "b", "c"];

/** Imports and counts the files that were read. */
async function importCounting(
  { path, store }: Workspace,
): Promise<{ files: number; read: number }> {
  let read = 0;
  const { putFile } = store;
  store.putFile = (...file) => {
    read++;
    return putFile.apply(store, file);
  };
  try {
    const { snapshot } = await importProject({ store, source: path, onProgress: () => {} });
    store.commit();
    return { files: listSnapshot(store, snapshot).size - 1, read };
  } finally {
    store.putFile = putFile;
  }
}

async function withFiles(test: (workspace: Workspace) => Promise<void>): Promise<void> {
  await withWorkspace(async (workspace) => {
    for (const name of FILES) {
      await Deno.writeTextFile(`${workspace.path}/${name}`, name.repeat(99));
    }
    await test(workspace);
  });
}

Deno.test("an import goes on where another one ended", () =>
  withFiles(async (workspace) => {
    const { path, store } = workspace;
    const { snapshot } = await workspace.import();
    store.commit();
    saveInterrupted(store.directory, path, { snapshot, began: later() });
    await Deno.writeTextFile(`${path}/new`, "one more");
    assert.deepEqual(await importCounting(workspace), { files: 4, read: 1 });
    importDone(store);
    assert.equal(loadInterrupted(store.directory, path), null);
  }));

Deno.test("a note of objects that are gone is no reason to fail", () =>
  withFiles(async (workspace) => {
    const { path, store } = workspace;
    const { snapshot } = await workspace.import();
    const lost = { ...snapshot.root, content: "ab".repeat(32) as ObjectId };
    const state = { snapshot: { ...snapshot, root: lost }, began: later() };
    saveInterrupted(store.directory, path, state);
    assert.deepEqual(await importCounting(workspace), { files: 3, read: 3 });
    assert.equal(loadInterrupted(store.directory, path), null);
  }));
