/**
 * What a branch and the project have in common is known again after the index was lost, and after an apply was interrupted.
 */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import { binaryString } from "../../../ffi/binary_string.ts";
import { withTemporary } from "../../../tests/support/temporary.ts";
import type { CommitInfo } from "../../history/commits/commit.ts";
import { FIRST_SEGMENT, History } from "../../history/history.ts";
import { ProjectHistory } from "../../history/project/project_history.ts";
import { recoverIndex } from "../../history/verify/recover_index.ts";
import { importSource } from "../../source/import_source.ts";
import { SourceDirectory } from "../../source/read_source.ts";
import { loadHasher } from "../../store/format/hash.ts";
import { indexPath } from "../../store/files/store_paths.ts";
import { StoreWriter } from "../../store/store_writer.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import { projectJobs } from "./project_jobs.ts";
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

interface Known {
  readonly store: StoreWriter;
  readonly project: ProjectHistory;
  readonly history: History;
  readonly imported: CommitInfo;
  readonly seen: CommitInfo;
  /** The branch, in which the file has another content. */
  readonly work: CommitInfo;
  /** Directory of the project, and of the store. */
  readonly root: string;
  readonly place: string;
}

/** A project with one file, which was imported and seen, and changed in the branch. */
async function withBranch(use: (known: Known) => Promise<void>): Promise<void> {
  await withTemporary(async (directory) => {
    const root = `${directory}/project`;
    const place = `${directory}/store`;
    fs.mkdirSync(root);
    fs.writeFileSync(`${root}/file`, "one");
    const store = StoreWriter.create(place, await loadHasher());
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
    fs.cpSync(root, `${directory}/branch`, { recursive: true });
    fs.writeFileSync(`${directory}/branch/file`, "two");
    const work = save(await stored(store, `${directory}/branch`), "checkpoint");
    await use({ store, project, history, imported, seen, work, root, place });
  });
}

Deno.test("the base of a branch is found again in what is recorded of its applies", () =>
  withBranch(async ({ store, project, imported, seen, work, place }) => {
    project.record({
      branch: "main",
      before: seen.id,
      after: work.snapshot,
      point: work.id,
      baseBefore: imported.id,
      baseAfter: work.id,
      message: "",
      agent: null,
      operation: "apply",
    });
    assert.equal(project.base("main", work.id).commit, work.id);
    store.close();
    // All of the index is gone, and what is in the packs is not.
    for (const end of ["", "-wal", "-shm"]) {
      fs.writeFileSync(`${indexPath(place)}${end}`, "no database");
    }
    const hasher = await loadHasher();
    recoverIndex(place, hasher);
    const again = StoreWriter.create(place, hasher);
    try {
      const recovered = new ProjectHistory(again, new History(again));
      assert.equal(recovered.base("main", work.id).commit, work.id);
      // Before the first look there is the import.
      assert.equal(recovered.known(null)!.commit.id, imported.id);
    } finally {
      again.close();
    }
  }));

for (const isWritten of [false, true]) {
  const what = isWritten ? "written and not recorded is recorded" : "not begun is forgotten";
  Deno.test(`an apply that was interrupted when it was ${what}`, () =>
    withBranch(async ({ store, history, project, imported, seen, work, root, place }) => {
      project.begin({
        branch: "main",
        before: seen.id,
        result: work.snapshot,
        point: work.id,
        baseBefore: imported.id,
        common: work.snapshot,
        message: "",
        agent: null,
        operation: "apply",
      });
      if (isWritten) fs.writeFileSync(`${root}/file`, "two");
      const jobs = projectJobs(store, history, { source: root, plan: `${place}/plan` });
      assert.equal(await jobs.interruptedApply(null), null);
      const base = project.base("main", work.id);
      assert.equal(base.commit, isWritten ? work.id : imported.id);
      assert.equal(project.kept("applying"), null);
      store.close();
    }));
}
