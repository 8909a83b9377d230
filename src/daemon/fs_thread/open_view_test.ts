import assert from "node:assert/strict";
import { withTemporary } from "../../../tests/support/temporary.ts";
import { MAIN_VIEW } from "../../mount/views.ts";
import { loadHasher } from "../../store/format/hash.ts";
import { StoreWriter } from "../../store/store_writer.ts";
import { RecordWriter } from "../../tree/journal/journal_record.ts";
import { create } from "../../tree/operations/names.ts";
import { S_IFDIR } from "../../store/trees/entry.ts";
import { openView } from "./open_view.ts";

const REQUEST = { low: 42, high: 7 };

Deno.test("a request that was carried out is known to the next server of its mount, and to none of another mount", () =>
  withTemporary(async (directory) => {
    const source = `${directory}/source`;
    await Deno.mkdir(source);
    await Deno.mkdir(`${directory}/journal`);
    const store = StoreWriter.create(`${directory}/store`, await loadHasher());
    const start = {
      number: MAIN_VIEW,
      branch: "main",
      writable: true,
      inodeSpace: 0,
      directory: `${directory}/journal`,
      snapshot: null,
      segment: 1,
      nextInode: 2,
    };
    const names = { isOwnName: () => false, isOpenOnly: () => false };
    const open = (resume: boolean) =>
      openView(start, { store, source, record: new RecordWriter(), names, resume }).view;
    const { tree } = open(false);
    Object.assign(tree.journal.request, REQUEST);
    assert.equal(typeof create(tree, tree.root, "made", S_IFDIR | 0o755, 0, 0, 0, null), "object");
    assert.deepEqual(open(true).completed, REQUEST);
    // That server died, too, before anything was asked of it.
    assert.deepEqual(open(true).completed, REQUEST);
    // The mount ended: in the next one another request has this number.
    assert.equal(open(false).completed, null);
    assert.notDeepEqual(open(true).completed, REQUEST);
    store.close();
  }));
