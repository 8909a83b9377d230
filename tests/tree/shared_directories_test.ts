/**
 * Directories that several views have in common, under random work of all of them. The kernel is played: it keeps ids of
 * directories, gives them back, and lets nobody into one that was removed. `AGENTVFS_RUNS=N` for more than the usual 20.
 */

import assert from "node:assert/strict";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import { create, rename, unlink } from "../../src/tree/operations/names.ts";
import { Status } from "../../src/tree/status.ts";
import type { WorkingTree } from "../../src/tree/working_tree.ts";
import { SharedDirectories } from "../../src/mount/shared_directories.ts";
import { SharedLog } from "../../src/mount/shared_log.ts";
import { MAIN_VIEW, SHARED_VIEW, type View, ViewTable, wireNode } from "../../src/mount/views.ts";
import { type Random, repeat } from "../support/random.ts";
import { Fixture } from "./fixture.ts";

const RUNS = Number(Deno.env.get("AGENTVFS_RUNS") ?? 20);
const DIRECTORY = 0o040755;
const VIEWS = 3;
const NAMES = ["a", "b", "c"];
const ROOT = 1;

/** Where a process of a view stands. */
interface Standing {
  readonly view: View;
  readonly id: number;
  readonly directory: Inode;
}

class Kernel {
  readonly #fixtures = Array.from({ length: VIEWS }, () => new Fixture());
  readonly views: ViewTable;
  readonly shared: SharedDirectories;
  readonly #references = new Map<number, number>([[ROOT, 1]]);
  readonly #dead = new Set<number>();
  #standing: Standing[] = [];

  constructor() {
    const view = (number: number): View => ({
      number,
      branch: `b${number}`,
      tree: this.#fixtures[number]!.tree,
      writable: true,
      inodeSpace: number,
      completed: null,
      frozen: false,
      isRouted: true,
      isKept: false,
    });
    this.views = new ViewTable(view(MAIN_VIEW), () => {});
    for (let number = 1; number < VIEWS; number++) this.views.add(view(number));
    this.shared = new SharedDirectories(this.views, this.log);
  }

  get log(): SharedLog {
    return new SharedLog(`${this.#fixtures[0]!.directory}/shared`);
  }

  any(random: Random): View {
    return this.views.get(random(VIEWS))!;
  }

  /** What a request about a directory does first. */
  directory(view: View, id: number): Inode | undefined {
    assert.ok(this.#references.has(id), `the kernel does not know ${id}`);
    return this.shared.directory(view, id);
  }

  /** A LOOKUP: the id, or null if there is no such directory. */
  lookup(view: View, parent: number, name: string): number | null {
    const directory = this.directory(view, parent);
    if (directory === undefined) return null;
    const found = view.tree.lookup(directory, name);
    if (typeof found === "number") return null;
    const id = this.shared.remember(view, found);
    assert.ok(!this.#dead.has(id), `${id} was removed, and is given out again`);
    assert.equal(this.shared.directory(view, id), found);
    this.#references.set(id, (this.#references.get(id) ?? 0) + 1);
    return id;
  }

  /** A path walk: where it leads. */
  walk(view: View, random: Random): number {
    let at = ROOT;
    for (let depth = random(4); depth > 0; depth--) {
      at = this.lookup(view, at, NAMES[random(NAMES.length)]!) ?? at;
    }
    return at;
  }

  stand(view: View, id: number): void {
    const directory = this.directory(view, id);
    if (directory !== undefined) this.#standing.push({ view, id, directory });
  }

  make(view: View, parent: number, name: string): void {
    const directory = this.directory(view, parent);
    if (directory === undefined) return;
    const made = create(view.tree, directory, name, DIRECTORY, 0, 0, 0, null);
    if (typeof made !== "number") this.lookup(view, parent, name);
  }

  remove(view: View, parent: number, name: string): void {
    const id = this.#alone(view, parent, name);
    if (id === null) return;
    const directory = this.directory(view, parent)!;
    const removed = view.tree.lookup(directory, name) as Inode;
    if (unlink(view.tree, directory, name, true) !== Status.Ok) return;
    this.shared.moved(view, removed);
    this.#dead.add(id);
  }

  move(view: View, from: number, name: string, to: number, newName: string): void {
    const id = this.#alone(view, from, name);
    const replaced = this.#alone(view, to, newName);
    if (id === null) return;
    const [source, target] = [from, to].map((at) => this.directory(view, at)) as [Inode, Inode];
    const moved = view.tree.lookup(source, name) as Inode;
    const gone = view.tree.lookup(target, newName);
    if (rename(view.tree, source, name, target, newName, 0) !== Status.Ok) return;
    this.shared.moved(view, moved);
    if (typeof gone !== "number" && gone !== moved) {
      this.shared.moved(view, gone);
      this.#dead.add(replaced!);
    }
    for (const other of this.#standing) {
      const isCarried = other.id === id && other.view !== view;
      assert.ok(!isCarried, `${id} is moved with another view's process in it`);
    }
  }

  /** The id of a directory that nobody else uses: if others do, the kernel looks it up once more. */
  #alone(view: View, parent: number, name: string): number | null {
    const id = this.lookup(view, parent, name);
    if (id === null) return null;
    const directory = view.tree.lookup(this.directory(view, parent)!, name) as Inode;
    if (!this.shared.unshare(view, directory)) return id;
    const own = this.lookup(view, parent, name)!;
    // The first answer does not fit what the kernel has: it gives it back and asks again.
    this.#forget(own, 1);
    assert.equal(this.lookup(view, parent, name), own);
    assert.ok(
      !this.shared.unshare(view, directory),
      "it is not alone after it was asked for again",
    );
    return own;
  }

  /** What nobody stands in goes, sometimes. */
  shrink(random: Random): void {
    for (const [id, count] of this.#references) {
      if (id === ROOT || this.#standing.some((standing) => standing.id === id)) continue;
      if (random(3) === 0) this.#forget(id, count);
    }
  }

  #forget(id: number, count: number): void {
    const left = this.#references.get(id)! - count;
    if (left > 0) this.#references.set(id, left);
    else {
      this.#references.delete(id);
      this.#dead.delete(id);
    }
    if (id >= wireNode(SHARED_VIEW, 0)) return this.shared.forget(id, count);
    this.views.forget(MAIN_VIEW, id, count);
    this.shared.forgotMain(id);
  }

  leave(random: Random): void {
    this.#standing = this.#standing.filter(() => random(4) > 0);
  }

  /** Who stands somewhere stands there still, whatever others did. */
  check(): void {
    for (const { view, id, directory } of this.#standing) {
      const found = this.shared.directory(view, id);
      assert.ok(
        found === directory,
        `view ${view.number} has ${found?.nodeId} behind ${id}, not ${directory.nodeId}`,
      );
    }
    for (const view of this.views) {
      const ids = directoriesOf(view.tree).map((directory) => this.shared.idOf(view, directory))
        .filter((id) => id !== undefined);
      assert.equal(new Set(ids).size, ids.length, `one id for two directories of ${view.number}`);
    }
  }

  close(): void {
    for (const fixture of this.#fixtures) fixture.close();
  }
}

function directoriesOf(tree: WorkingTree): Inode[] {
  const found: Inode[] = [tree.root];
  for (const { directory } of found) {
    for (const { inode } of directory!.entries?.values() ?? []) found.push(inode);
  }
  return found;
}

Deno.test("random work of several views: everybody stays where they are", () => {
  repeat(RUNS, (random) => {
    const kernel = new Kernel();
    try {
      for (let step = 0; step < 400; step++) {
        const view = kernel.any(random);
        const name = () => NAMES[random(NAMES.length)]!;
        const at = kernel.walk(view, random);
        switch (random(8)) {
          case 0:
            kernel.stand(view, at);
            break;
          case 1:
          case 2:
            kernel.make(view, at, name());
            break;
          case 3:
            kernel.remove(view, at, name());
            break;
          case 4:
          case 5:
            kernel.move(view, at, name(), kernel.walk(view, random), name());
            break;
          case 6:
            kernel.shrink(random);
            break;
          default:
            kernel.leave(random);
        }
        kernel.check();
      }
    } finally {
      kernel.close();
    }
  });
});

Deno.test("views that make a directory at one place have one id for it", () => {
  const kernel = new Kernel();
  const [main, one, two] = [...kernel.views] as [View, View, View];
  try {
    for (const view of [one, two]) kernel.make(view, ROOT, "made");
    const id = kernel.lookup(one, ROOT, "made");
    assert.equal(kernel.lookup(two, ROOT, "made"), id);
    assert.equal(kernel.lookup(main, ROOT, "made"), null);
    kernel.make(main, ROOT, "made");
    assert.equal(kernel.lookup(main, ROOT, "made"), id);
    assert.notEqual(kernel.directory(one, id!), kernel.directory(two, id!));
    // And of main's it is main's own.
    for (const view of [main, one]) kernel.make(view, ROOT, "mains");
    const mains = kernel.lookup(main, ROOT, "mains")!;
    assert.ok(mains < wireNode(1, 0));
    assert.equal(kernel.lookup(one, ROOT, "mains"), mains);
  } finally {
    kernel.close();
  }
});

Deno.test("another server finds what ids stand for", () => {
  const kernel = new Kernel();
  const [, one, two] = [...kernel.views] as [View, View, View];
  try {
    for (const view of [one, two]) kernel.make(view, ROOT, "made");
    const id = kernel.lookup(one, ROOT, "made")!;
    kernel.lookup(two, ROOT, "made");
    kernel.make(one, id, "inner");
    const inner = kernel.lookup(one, id, "inner")!;
    const next = new SharedDirectories(kernel.views, kernel.log);
    next.restore(SharedLog.load(kernel.log.path));
    for (const view of [one, two]) {
      assert.equal(next.directory(view, id), kernel.directory(view, id));
    }
    assert.equal(next.directory(one, inner), kernel.directory(one, inner));
    assert.equal(next.directory(two, inner), undefined);
    assert.equal(next.remember(two, kernel.directory(two, id)!), id);
  } finally {
    kernel.close();
  }
});
