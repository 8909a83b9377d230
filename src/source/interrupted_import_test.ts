import assert from "node:assert/strict";
import { S_IFDIR, type Snapshot } from "../store/trees/entry.ts";
import type { ObjectId } from "../store/format/object_id.ts";
import { forgetInterrupted, loadInterrupted, saveInterrupted } from "./interrupted_import.ts";

const SOURCE = "/home/me/a project";
const SNAPSHOT: Snapshot = {
  root: {
    ...{ mode: S_IFDIR | 0o755, uid: 0, gid: 0, rdev: 0, ino: 2, size: 0, xattrs: null },
    ...{ mtimeSec: 1, mtimeNsec: 0, ctimeSec: 1, ctimeNsec: 0, chunked: false },
    ...{ content: "ab".repeat(32) as ObjectId, nlink: 2, entries: 3 },
  },
  links: null,
};
const STATE = { snapshot: SNAPSHOT, began: { sec: 12, nsec: 34 } };

function withStore(body: (directory: string) => void): void {
  const directory = Deno.makeTempDirSync({ prefix: "agentvfs-note-" });
  try {
    body(directory);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

Deno.test("the note of an interrupted import is for its source, until it is forgotten", () =>
  withStore((directory) => {
    assert.equal(loadInterrupted(directory, SOURCE), null);
    forgetInterrupted(directory);
    saveInterrupted(directory, SOURCE, STATE);
    assert.deepEqual(loadInterrupted(directory, SOURCE), STATE);
    assert.equal(loadInterrupted(directory, "/home/me/another"), null);
    forgetInterrupted(directory);
    assert.deepEqual([...Deno.readDirSync(directory)], []);
  }));

Deno.test("a note that is torn or hostile is no note", () =>
  withStore((directory) => {
    saveInterrupted(directory, SOURCE, STATE);
    const path = `${directory}/import.json`;
    const whole = Deno.readTextFileSync(path);
    for (let length = 0; length < whole.length; length++) {
      Deno.writeTextFileSync(path, whole.slice(0, length));
      assert.equal(loadInterrupted(directory, SOURCE), null, `${length} characters`);
    }
    const note = JSON.parse(whole);
    const others = [
      ...["null", "[]", "1", "{}"],
      JSON.stringify({ ...note, version: 2 }),
      JSON.stringify({ ...note, began: { sec: "x", nsec: 0 } }),
      JSON.stringify({ ...note, snapshot: { root: { ...SNAPSHOT.root, content: "../x" } } }),
      JSON.stringify({ ...note, snapshot: null }),
    ];
    for (const text of others) {
      Deno.writeTextFileSync(path, text);
      assert.equal(loadInterrupted(directory, SOURCE), null, text);
    }
  }));
