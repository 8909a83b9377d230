import assert from "node:assert/strict";
import { NotifyAction, NotifyFilter } from "../../../ffi/windows/nt_file.ts";
import { NOTIFY_INFO } from "../../../ffi/windows/winfsp/protocol.ts";
import { retarget } from "../../tree/rollback/retarget.ts";
import { Fixture } from "../../../tests/tree/fixture.ts";
import { given, Script } from "../../../tests/windows/script.ts";
import { serveTree, viewOf } from "../../../tests/windows/served.ts";
import { branchNotices, noticeLists, noticesOf } from "./notices.ts";

const ACTIONS: ReadonlyMap<number, string> = new Map([
  [NotifyAction.ADDED, "+"],
  [NotifyAction.REMOVED, "-"],
  [NotifyAction.MODIFIED, "~"],
]);

/** What lists of notices say, as the driver reads them. */
function read(lists: Iterable<Uint8Array<ArrayBuffer>>): { text: string; filter: number }[] {
  const all: { text: string; filter: number }[] = [];
  for (const bytes of lists) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < bytes.length;) {
      const size = view.getUint16(at + NOTIFY_INFO.SIZE, true);
      let name = "";
      for (let i = at + NOTIFY_INFO.NAME; i < at + size; i += 2) {
        name += String.fromCharCode(view.getUint16(i, true));
      }
      const action = ACTIONS.get(view.getUint32(at + NOTIFY_INFO.ACTION, true));
      all.push({ text: `${action}${name}`, filter: view.getUint32(at + NOTIFY_INFO.FILTER, true) });
      at = (at + size + 7) & ~7;
    }
  }
  return all;
}

function withRollback(
  there: string,
  steps: string,
  body: (said: string[], filters: Map<string, number>) => void,
  branch = "main",
): void {
  const fixture = new Fixture();
  try {
    given(fixture.tree, there);
    const base = fixture.checkpoint();
    const script = new Script(serveTree(fixture.tree).driver);
    script.run(steps);
    script.end();
    fixture.checkpoint();
    const view = viewOf(fixture.tree, branch === "main" ? 0 : 3, branch);
    const said = read(noticeLists(noticesOf(view, retarget(fixture.tree, base))));
    body(
      said.map(({ text }) => text).sort(),
      new Map(said.map(({ text, filter }) => [text, filter])),
    );
  } finally {
    fixture.close();
  }
}

Deno.test("a rollback tells the driver of each name that is another thing, and of nothing else", () =>
  withRollback(
    "a=old b=same d/f=1 gone=x",
    "h: open a; @h write 0 new; i: create made; j: open gone; @j delete; @j close; k: open d/f",
    (said, filters) => {
      const names = said.filter((text) => !/\\$/.test(text.slice(1)));
      assert.deepEqual(names, ["+\\gone", "-\\made", "~\\a"]);
      assert.equal(filters.get("+\\gone"), NotifyFilter.FILE_NAME);
    },
  ));

Deno.test("what differs in its attributes alone is told of, open or not", () =>
  withRollback(
    "d/f=1",
    "x: open d; @x list; h: open d/f; @h setattr ro; @h close",
    (said, filters) => {
      assert.ok(said.includes("~\\d\\f"), said.join(" "));
      assert.equal(filters.get("~\\d\\f"), NotifyFilter.ATTRIBUTES | NotifyFilter.LAST_WRITE);
    },
  ));

Deno.test("a branch is told of with the folders that lead to it, in the order of doing", () => {
  const texts = (before: string[], now: string[]) => branchTexts(main(before), main(now));
  const main = (names: string[]) => names.map((name) => ({ name, parent: "main" }));
  const at = "\\.agentvfs\\branches";
  assert.deepEqual(texts(["a"], ["a", "b/c", "b/d:e"]), [
    `+${at}\\b`,
    `+${at}\\b\\c`,
    `+${at}\\b\\d\uf03ae`,
  ]);
  assert.deepEqual(texts(["a", "b/c", "b/d"], ["b/d"]), [`-${at}\\b\\c`, `-${at}\\a`]);
  assert.deepEqual(texts(["b/c"], []), [`-${at}\\b\\c`, `-${at}\\b`]);
  assert.deepEqual(texts(["a"], ["a"]), []);
});

function branchTexts(...[before, now]: Parameters<typeof branchNotices>): string[] {
  return read(noticeLists(branchNotices(before, now))).map(({ text }) => text);
}

Deno.test("a branch that was made from others is told of where each of them lists it", () => {
  const at = "\\.agentvfs\\branches";
  const [a, b] = [{ name: "a", parent: "main" }, { name: "b", parent: "a" }];
  const c = { name: "t/c", parent: "b" };
  const places = [`${at}\\a${at}\\t`, `${at}\\b${at}\\t`, `${at}\\t`];
  const added = places.flatMap((place) => [`+${place}`, `+${place}\\c`]);
  assert.deepEqual(branchTexts([a, b], [a, b, c]), added);
  const removed = places.reverse().flatMap((place) => [`-${place}\\c`, `-${place}`]);
  assert.deepEqual(branchTexts([a, b, c], [a, b]), removed);
  // What is in one that goes, or comes, goes and comes with it. Below one that is gone nothing descends from those above.
  assert.deepEqual(branchTexts([a, b, c], [a, c]), [
    `-${at}\\b`,
    `-${at}\\a${at}\\t\\c`,
    `-${at}\\a${at}\\t`,
    `-${at}\\a${at}\\b`,
  ]);
  assert.deepEqual(branchTexts([b], [a, b]), [`+${at}\\a`], "whose parent comes back");
  const renamed = [a, { name: "d", parent: "a" }, { ...c, parent: "d" }];
  assert.deepEqual(branchTexts([a, b, c], renamed), [
    `-${at}\\b`,
    `-${at}\\a${at}\\b`,
    `+${at}\\a${at}\\d`,
    `+${at}\\d`,
  ]);
});

Deno.test("directories are told as such, and what is in them before them", () =>
  withRollback("a", "x: create d dir; y: create d/f", (said, filters) => {
    assert.ok(said.includes("-\\d") && said.includes("-\\d\\f"), said.join(" "));
    assert.equal(filters.get("-\\d"), NotifyFilter.DIR_NAME);
    assert.ok([...filters.keys()].indexOf("-\\d\\f") < [...filters.keys()].indexOf("-\\d"));
  }));

Deno.test("names of a branch are told where its tree is seen, and as Windows is shown them", () =>
  withRollback("a:b=1", "x: open a%uf03ab; @x write 0 2", (said) => {
    assert.ok(said.includes("~\\.agentvfs\\branches\\team\\side\\a\uf03ab"), said.join(" "));
  }, "team/side"));

Deno.test("a rollback of very much is told in lists that the driver takes", () => {
  const notices = Array.from({ length: 3000 }, (_, i) => ({
    name: `\\directory\\file${i}`,
    action: NotifyAction.MODIFIED,
    filter: 1,
  }));
  const lists = [...noticeLists(notices)];
  assert.ok(lists.length > 1 && lists.length < 30, `${lists.length} lists`);
  for (const list of lists) assert.ok(list.length <= 32 * 1024);
  assert.equal(read(lists).length, 3000);
});
