import assert from "node:assert/strict";
import type { InodeRecord, Snapshot } from "../../store/trees/entry.ts";
import {
  directory,
  file,
  listSnapshot,
  type ModelInode,
  storeModel,
  symlink,
  withStore,
} from "../snapshots/testing/fixtures.ts";
import { conflictLines, merge } from "./testing/fixtures.ts";
import { get, made, mergeEdits, removed, set } from "./testing/fixture_edits.ts";
import { lines } from "./testing/git_operations.ts";
import { mergeRecord } from "./merge_record.ts";
import { TEXT_BYTES_MAX } from "./lines/text.ts";

Deno.test("content, mode, owner and extended attributes are merged each for itself", async () => {
  await withStore((store) => {
    const tree = directory({ f: file(lines("f")) });
    const { result, at, text, ours } = mergeEdits(
      store,
      tree,
      set("f", { mode: 0o755, text: lines("f", { 1: "ours" }), mtime: 5 }),
      set("f", { uid: 7, xattr: "note", text: lines("f", { 12: "theirs" }), mtime: 6 }),
    );
    assert.deepEqual(result.conflicts, []);
    assert.equal(text("f"), lines("f", { 1: "ours", 12: "theirs" }));
    const record = at("f")!;
    assert.deepEqual([record.mode & 0o777, record.uid], [0o755, 7]);
    assert.deepEqual([...store.readXattrs(record.xattrs).keys()], ["user.note"]);
    assert.equal(record.ino, listSnapshot(store, ours).get("f")!.ino);
    const now = { mtimeSec: 1_700_000_000, mtimeNsec: 500_000_000 };
    assert.deepEqual({ mtimeSec: record.mtimeSec, mtimeNsec: record.mtimeNsec }, now);
    assert.deepEqual([record.ctimeSec, record.ctimeNsec], [1_700_000_000, 500_000_000]);
  });
});

Deno.test("an attribute that both changed is a conflict of its own, the rest is merged", async () => {
  await withStore((store) => {
    const tree = directory({ f: file("x\n", { xattr: "base" }) });
    const mine = set("f", { mode: 0o755, uid: 1, xattr: "ours" });
    const other = set("f", { mode: 0o600, uid: 2, xattr: "theirs", text: "y\n", mtime: 9 });
    const { result, at, text } = mergeEdits(store, tree, mine, other);
    assert.deepEqual(conflictLines(result), ["f mode", "f owner", "f xattrs"]);
    assert.deepEqual([at("f")!.mode & 0o777, at("f")!.uid, text("f")], [0o755, 1, "y\n"]);
    assert.equal(at("f")!.mtimeSec, 9);
    const theirs = mergeEdits(store, tree, mine, other, { strategy: "theirs" });
    assert.deepEqual(theirs.result.conflicts, []);
    assert.equal(theirs.result.decided.length, 3);
    assert.deepEqual(theirs.at("f"), { ...listSnapshot(store, theirs.theirs).get("f")! });
  });
});

Deno.test("different extended attributes come together", async () => {
  await withStore((store) => {
    const value = (text: string) => new TextEncoder().encode(text);
    const xattrs = (names: Record<string, string>) =>
      store.putXattrs(new Map(Object.entries(names).map(([name, text]) => [name, value(text)])));
    const snapshot = (names: Record<string, string>): Snapshot => {
      const { root } = storeModel(store, directory());
      return { root: { ...root, ino: 1, xattrs: xattrs(names) }, links: null };
    };
    const result = merge(
      store,
      snapshot({ "user.both": "1", "user.gone": "1", "user.kept": "1" }),
      snapshot({ "user.both": "2", "user.gone": "1", "user.kept": "1", "user.ours": "x" }),
      snapshot({ "user.both": "2", "user.kept": "1", "user.theirs": "y" }),
    );
    assert.deepEqual(result.conflicts, []);
    assert.deepEqual([...store.readXattrs(result.snapshot.root.xattrs).keys()].sort(), [
      "user.both",
      "user.kept",
      "user.ours",
      "user.theirs",
    ]);
  });
});

Deno.test("each kind of conflict, as ours leaves it and as theirs does", async () => {
  const tree = () =>
    directory({
      f: file(lines("f")),
      bin: file("a\0b"),
      latin: file("caf\xe9\n"),
      l: symlink("base"),
      d: directory({ x: file(lines("x")), y: file(lines("y")) }),
      e: directory({}, { mode: 0o755 }),
    });
  const renamed = (from: string, to: string) => (root: ModelInode) => {
    root.children.set(to, get(root, from));
    root.children.delete(from);
  };
  type Edit = (root: ModelInode) => void;
  const cases: Record<string, [ours: Edit, theirs: Edit]> = {
    "f edit/edit": [
      set("f", { text: lines("f", { 1: "o" }) }),
      set("f", { text: lines("f", { 1: "t" }) }),
    ],
    "bin edit/edit": [set("bin", { text: "o\0" }), set("bin", { text: "t\0" })],
    "latin edit/edit": [set("latin", { text: "o\n\xff" }), set("latin", { text: "t\n\xff" })],
    "n add/add": [made("n", () => file("o\n")), made("n", () => file("t\n"))],
    "l symlink": [set("l", { text: "o" }), set("l", { text: "t" })],
    "f edit/delete": [set("f", { text: "o\n" }), removed("f")],
    "f delete/edit": [removed("f"), set("f", { mode: 0o755 })],
    "f mode": [set("f", { mode: 0o755 }), set("f", { mode: 0o600 })],
    "d mode": [set("d", { mode: 0o700 }), set("d", { mode: 0o711 })],
    "f owner": [set("f", { uid: 1 }), set("f", { uid: 2 })],
    "f xattrs": [set("f", { xattr: "o" }), set("f", { xattr: "t" })],
    "f type": [set("f", { text: "o\n" }), made("f", () => symlink("t"))],
    "f file/directory": [set("f", { text: "o\n" }), made("f", () => directory({ t: file("t") }))],
    "d directory/file": [set("d/x", { text: "o\n" }), made("d", () => file("t\n"))],
    "n directory/file": [made("n", () => directory()), made("n", () => file("t\n"))],
    "f rename/delete": [renamed("f", "r"), removed("f")],
    "f delete/rename": [removed("f"), renamed("f", "r")],
    "f rename/rename": [renamed("f", "r"), renamed("f", "s")],
    "e edit/delete": [set("e", { mode: 0o700 }), removed("e")],
    "e delete/edit": [removed("e"), set("e", { uid: 5 })],
  };
  await withStore((store) => {
    for (const [expected, [mine, other]] of Object.entries(cases)) {
      for (const strategy of ["conflict", "ours", "theirs"] as const) {
        const { result, ours, theirs, base } = mergeEdits(store, tree(), mine, other, { strategy });
        const reported = strategy === "conflict" ? result.conflicts : result.decided;
        assert.deepEqual(reported.map(({ path, kind }) => `${path} ${kind}`), [expected]);
        const side = strategy === "theirs" ? theirs : ours;
        const summary = (s: Snapshot) =>
          [...listSnapshot(store, s)].map(([p, r]) => `${p} ${r.mode} ${r.uid} ${r.content}`)
            .sort();
        const [got, wanted] = [result.snapshot, side].map((snapshot) =>
          summary(snapshot).map((line) =>
            line.startsWith(" ") || line.startsWith("d ") ? line.split(" ", 3) : line
          )
        );
        assert.deepEqual(got, wanted, `${expected} ${strategy}`);
        const conflict = reported[0]!;
        const lookup = (snapshot: Snapshot, path: string) =>
          listSnapshot(store, snapshot).get(path)?.content;
        assert.equal(conflict.base?.content, lookup(base, conflict.path));
        assert.equal(conflict.ours?.content, lookup(ours, conflict.oursPath ?? conflict.path));
        assert.equal(
          conflict.theirs?.content,
          lookup(theirs, conflict.theirsPath ?? conflict.path),
        );
      }
    }
  });
});

Deno.test("markers are in the file, and the conflict is reported; of the rest both sides' lines are there", async () => {
  await withStore((store) => {
    const edits = [
      set("f", { text: lines("f", { 2: "ours", 7: "of ours" }) }),
      set("f", { text: lines("f", { 2: "theirs", 12: "of theirs" }) }),
    ] as const;
    const tree = directory({ f: file(lines("f")) });
    const { result, text } = mergeEdits(store, tree, ...edits, {
      strategy: "markers",
      labels: { ours: "main", theirs: "a\ngent \u00e4" },
    });
    assert.deepEqual(conflictLines(result), ["f edit/edit"]);
    assert.equal(
      text("f"),
      lines("f", {
        2: "<<<<<<< main\nours\n||||||| base\nf line 2\n=======\ntheirs\n>>>>>>> a gent \xc3\xa4",
        7: "of ours",
        12: "of theirs",
      }),
    );
    const union = mergeEdits(store, tree, ...edits, { strategy: "union" });
    assert.deepEqual(union.result.conflicts, []);
    assert.equal(union.text("f"), lines("f", { 2: "ours\ntheirs", 7: "of ours", 12: "of theirs" }));
    const mine = mergeEdits(store, tree, ...edits, { strategy: "ours" });
    assert.equal(mine.text("f"), lines("f", { 2: "ours", 7: "of ours", 12: "of theirs" }));
  });
});

Deno.test("large files are merged as a whole", async () => {
  await withStore((store) => {
    const size = TEXT_BYTES_MAX + 1;
    const large = (first: string): InodeRecord => {
      const content = store.putFile(size, (offset, into, length) => {
        into.fill(10, 0, length);
        if (offset === 0) into[0] = first.charCodeAt(0);
      });
      return { ...storeModel(store, directory()).root, mode: 0o100644, ...content, size };
    };
    const [base, ours, theirs] = [large("b"), large("o"), large("t")];
    const options = { strategy: "markers", labels: { ours: "", theirs: "" }, now: 0 } as const;
    assert.equal(mergeRecord(store, base, base, theirs, options).result, "theirs");
    const both = mergeRecord(store, base, ours, theirs, options);
    assert.deepEqual([both.result, both.conflicts], ["ours", ["edit/edit"]]);
  });
});

Deno.test("files that differ in their holes only have no conflict", async () => {
  await withStore((store) => {
    const size = 300_000;
    const put = (
      data?: (from: number, to: number) => { offset: number; length: number }[],
      byte = 0,
    ) => store.putFile(size, (_, into, length) => void into.fill(byte, 0, length), data);
    const record = (content: ReturnType<typeof put>, ino: number): InodeRecord => ({
      ...listSnapshot(store, storeModel(store, directory({ f: file("x") }))).get("f")!,
      ...content,
      ino,
      size,
    });
    const base = record(put((from, to) => [{ offset: from, length: to - from }]), 5);
    const punched = record(put(() => []), 5);
    const edited = record(put(undefined, 7), 5);
    const options = {
      strategy: "conflict",
      labels: { ours: "ours", theirs: "theirs" },
      now: 0,
    } as const;
    for (
      const [ours, theirs, expected] of [
        [punched, edited, edited],
        [edited, punched, edited],
        [base, punched, punched],
      ] as const
    ) {
      const merged = mergeRecord(store, base, ours, theirs, options);
      assert.deepEqual(merged.conflicts, []);
      const { result } = merged;
      const chosen = result === "ours" ? ours : result === "theirs" ? theirs : result;
      assert.equal(chosen.content, expected.content);
    }
    const both = mergeRecord(store, null, base, punched, options);
    assert.deepEqual(both.conflicts, []);
  });
});
