/** What does not fit together is told, also of directories that are looked at with the packs and not again. */

import assert from "node:assert/strict";
import type { ObjectId } from "../../store/format/object_id.ts";
import { runAtOnce } from "../../store/format/sliced.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import { fileEntry, noise, withStore } from "../../store/testing/fixtures.ts";
import { type InodeEntry, S_IFDIR, S_IFIFO, type TreeEntry } from "../../store/trees/entry.ts";
import { History } from "../history.ts";
import { totalsOf } from "../snapshots/totals.ts";
import { type VerifyResult, verifyStore } from "./verify_store.ts";

type Parts = Partial<InodeEntry>;

/** Makes directories that say of themselves what is true, unless they are told otherwise. */
class Scene {
  constructor(readonly store: StoreWriter) {}

  file(name: string, parts: Parts = {}): InodeEntry {
    const bytes = noise(4, name.length + name.charCodeAt(0));
    return fileEntry(name, { content: this.store.putBlob(bytes), ...parts });
  }

  directory(name: string, entries: readonly TreeEntry[], parts: Parts = {}): InodeEntry {
    const { size, entries: count, nlink } = totalsOf(entries);
    const content = this.store.putTree([...entries]);
    const mode = S_IFDIR | 0o755;
    return fileEntry(name, { mode, size, entries: count, nlink, content, ...parts });
  }

  /** What is wrong with a store that has these names at its root. */
  verify(entries: readonly TreeEntry[]): VerifyResult {
    new History(this.store).save({
      branch: "main",
      snapshot: { root: this.directory("", entries), links: null },
      segment: 1,
      nextInode: 2 ** 48,
      commit: { label: "one", message: "", kind: "checkpoint", agent: null },
    });
    return runAtOnce(verifyStore(this.store, { live: false }));
  }
}

const NOT_THERE = "ab".repeat(32) as ObjectId;

/** What is wrong with the entry that each makes, in the words of the finding. */
const FAULTS: Record<string, (scene: Scene) => InodeEntry> = {
  '"d" of branch main as it was last stored: it says 9 bytes are below it and there are 4': (s) =>
    s.directory("d", [s.file("f")], { size: 9 }),
  "it says 2 names are below it and there are 1": (s) =>
    s.directory("d", [s.file("f")], { entries: 2 }),
  "it says its link count is 3 and it is 2": (s) => s.directory("d", [s.file("f")], { nlink: 3 }),
  '"d/f" of branch main as it was last stored: it should have 5 bytes and its object has 4': (s) =>
    s.directory("d", [s.file("f", { size: 5 })]),
  "it has 0 bytes and a content": (s) => s.directory("d", [s.file("f", { size: 0 })]),
  "it has 4 bytes and no content": (s) => s.directory("d", [s.file("f", { content: null })]),
  "it has content and can have none": (s) =>
    s.directory("d", [s.file("f", { mode: S_IFIFO | 0o644 })]),
  "should be a blob": (s) =>
    s.directory("d", [
      s.file("f", { content: s.store.putXattrs(new Map([["user.x", noise(2)]])) }),
    ]),
  "should be a xattrs": (s) =>
    s.directory("d", [s.file("f", { xattrs: s.store.putBlob(noise(3)) })]),
  [`Object ${NOT_THERE}, a blob of "d/f" of branch main as it was last stored, is not in the store`]:
    (s) => s.directory("d", [s.file("f", { content: NOT_THERE })]),
  [`Object ${NOT_THERE}, a xattrs of "d/f" of branch main as it was last stored, is not in the store`]:
    (s) => s.directory("d", [s.file("f", { xattrs: NOT_THERE })]),
  "inode 7 is not in the link table": (s) =>
    s.directory("d", [s.file("f"), { name: "linked", linked: true, ino: 7 }]),
  "should be a chunks": (s) => s.directory("d", [s.file("f", { chunked: true })]),
};

for (const [sentence, make] of Object.entries(FAULTS)) {
  Deno.test(`verify: ${sentence.slice(0, 70)}`, () =>
    withStore((store) => {
      const scene = new Scene(store);
      const { damage } = scene.verify([make(scene), scene.file("whole")]);
      const said = damage.map(({ message }) => message);
      assert.ok(said.some((message) => message.includes(sentence)), said.join("\n"));
    }));
}

Deno.test("verify: a directory that has nothing but files is read once, with the packs", () =>
  withStore((store) => {
    const scene = new Scene(store);
    const leaf = (name: string) => scene.directory(name, [scene.file(name), scene.file("same")]);
    const inner = scene.directory("inner", [leaf("a"), leaf("b"), leaf("c"), scene.file("d")]);
    const readAgain: ObjectId[] = [];
    const objectAt = store.objectAt.bind(store);
    store.objectAt = (id, location) => {
      readAgain.push(id);
      return objectAt(id, location);
    };
    const entries = [inner];
    const { clean, checked } = scene.verify(entries);
    assert.ok(clean);
    // The root is that of the branch and of the checkpoint.
    assert.deepEqual([checked.trees, checked.files], [5, 2 + 1 + 4 + 3 * 2]);
    assert.deepEqual(new Set(readAgain), new Set([inner.content, store.putTree(entries)]));
  }));
