/**
 * What one side of a merge may have done to a small tree, for comparing merges with git's.
 *
 * @module
 */

import { directory, file, type ModelInode, symlink } from "../../snapshots/testing/fixtures.ts";

/** Twelve lines that no other file has. */
export function lines(name: string, changes: Readonly<Record<number, string>> = {}): string {
  return Array.from({ length: 12 }, (_, i) => `${changes[i + 1] ?? `${name} line ${i + 1}`}\n`)
    .join("");
}

/** The tree that both sides start from. */
export function startTree(): ModelInode {
  return directory({
    b: file(`binary\0${lines("b")}`),
    d: directory({ x: file(lines("x")), y: file(lines("y")) }),
    f: file(lines("f")),
    g: file(lines("g")),
    l: symlink("target"),
    one: directory({ only: file(lines("only")) }),
  });
}

export interface Operation {
  /** What it is done to: operations on different things are not combined. */
  readonly on: string;
  apply(root: ModelInode): void;
}

function get(root: ModelInode, path: string): ModelInode {
  return path.split("/").reduce((node, name) => node.children.get(name)!, root);
}

function place(root: ModelInode, path: string): [ModelInode, string] {
  const slash = path.lastIndexOf("/");
  return [slash < 0 ? root : get(root, path.slice(0, slash)), path.slice(slash + 1)];
}

function put(root: ModelInode, path: string, node: ModelInode): void {
  const [parent, name] = place(root, path);
  parent.children.set(name, node);
}

function remove(root: ModelInode, path: string): ModelInode {
  const [parent, name] = place(root, path);
  const node = parent.children.get(name)!;
  parent.children.delete(name);
  return node;
}

function move(root: ModelInode, from: string, to: string): void {
  put(root, to, remove(root, from));
}

const edit = (path: string, text: string) => (root: ModelInode) => {
  get(root, path).text = text;
};
const replace = (path: string, make: () => ModelInode) => (root: ModelInode) =>
  put(root, path, make());
const deleted = (path: string) => (root: ModelInode) => void remove(root, path);
const moved = (from: string, to: string) => (root: ModelInode) => move(root, from, to);
const executable = (path: string) => (root: ModelInode) => {
  get(root, path).mode = 0o755;
};

/** By name, as git branches can be called. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  "none": { on: "f n l d b one", apply: () => {} },

  "f-edit-first": { on: "f", apply: edit("f", lines("f", { 1: "first" })) },
  "f-edit-first-otherwise": { on: "f", apply: edit("f", lines("f", { 1: "other" })) },
  "f-edit-second": { on: "f", apply: edit("f", lines("f", { 2: "second" })) },
  "f-edit-last": { on: "f", apply: edit("f", lines("f", { 12: "last" })) },
  "f-rewrite": { on: "f", apply: edit("f", lines("rewritten")) },
  "f-empty": { on: "f", apply: edit("f", "") },
  "f-delete": { on: "f", apply: deleted("f") },
  "f-chmod": { on: "f", apply: executable("f") },
  "f-rename-r": { on: "f", apply: moved("f", "r") },
  "f-rename-s": { on: "f", apply: moved("f", "s") },
  "f-rename-into-d": { on: "f d", apply: moved("f", "d/f") },
  "f-rename-r-chmod": {
    on: "f",
    apply(root) {
      move(root, "f", "r");
      executable("r")(root);
    },
  },
  "f-rename-r-edit-first": {
    on: "f",
    apply(root) {
      move(root, "f", "r");
      edit("r", lines("f", { 1: "first" }))(root);
    },
  },
  "f-to-symlink": { on: "f", apply: replace("f", () => symlink("elsewhere")) },
  "f-to-dir": {
    on: "f",
    apply: replace("f", () => directory({ inner: file(lines("inner")) })),
  },
  "f-into-dir-f": {
    on: "f",
    apply(root) {
      const moved = remove(root, "f");
      put(root, "f", directory({ f: moved }));
    },
  },
  "f-g-swap": {
    on: "f",
    apply(root) {
      const [f, g] = [remove(root, "f"), remove(root, "g")];
      put(root, "f", g);
      put(root, "g", f);
    },
  },
  "g-over-f": { on: "f", apply: moved("g", "f") },
  "f-add-r": { on: "f", apply: replace("r", () => file(lines("r"))) },

  "n-add": { on: "n", apply: replace("n", () => file(lines("n"))) },
  "n-add-other": { on: "n", apply: replace("n", () => file(lines("n", { 5: "other" }))) },
  "n-add-executable": { on: "n", apply: replace("n", () => file(lines("n"), { mode: 0o755 })) },
  "n-add-symlink": { on: "n", apply: replace("n", () => symlink("somewhere")) },
  "n-add-dir": {
    on: "n",
    apply: replace("n", () => directory({ inner: file(lines("inner")) })),
  },
  "n-add-dir-other": {
    on: "n",
    apply: replace("n", () => directory({ other: file(lines("other")) })),
  },

  "l-retarget": { on: "l", apply: edit("l", "new-target") },
  "l-retarget-otherwise": { on: "l", apply: edit("l", "other-target") },
  "l-delete": { on: "l", apply: deleted("l") },
  "l-rename": { on: "l", apply: moved("l", "m") },
  "l-to-file": { on: "l", apply: replace("l", () => file(lines("l"))) },
  "l-to-dir": {
    on: "l",
    apply: replace("l", () => directory({ inner: file(lines("inner")) })),
  },

  "d-child-edit": { on: "d", apply: edit("d/x", lines("x", { 1: "first" })) },
  "d-child-edit-last": { on: "d", apply: edit("d/x", lines("x", { 12: "last" })) },
  "d-child-delete": { on: "d", apply: deleted("d/x") },
  "d-child-chmod": { on: "d", apply: executable("d/x") },
  "d-child-rename": { on: "d", apply: moved("d/x", "d/z") },
  "d-child-move-out": { on: "d", apply: moved("d/x", "x") },
  "d-child-add": { on: "d", apply: replace("d/new", () => file(lines("new"))) },
  "d-child-to-dir": {
    on: "d",
    apply: replace("d/x", () => directory({ inner: file(lines("inner")) })),
  },
  "d-delete": { on: "d", apply: deleted("d") },
  "d-rename": { on: "d", apply: moved("d", "e") },
  "d-to-file": { on: "d", apply: replace("d", () => file(lines("d"))) },
  "d-to-symlink": { on: "d", apply: replace("d", () => symlink("elsewhere")) },
  "d-child-over-d": {
    on: "d",
    apply(root) {
      const x = get(root, "d/x");
      remove(root, "d");
      put(root, "d", x);
    },
  },

  "b-edit": { on: "b", apply: edit("b", `edited\0${lines("b")}`) },
  "b-edit-otherwise": { on: "b", apply: edit("b", `changed\0${lines("b")}`) },
  "b-to-text": { on: "b", apply: edit("b", lines("b")) },
  "b-delete": { on: "b", apply: deleted("b") },
  "b-rename": { on: "b", apply: moved("b", "c") },

  "one-edit": { on: "one", apply: edit("one/only", lines("only", { 1: "first" })) },
  "one-delete-only": { on: "one", apply: deleted("one/only") },
  "one-delete": { on: "one", apply: deleted("one") },
  "one-rename": { on: "one", apply: moved("one", "two") },
  "one-add": { on: "one", apply: replace("one/more", () => file(lines("more"))) },
  "one-to-file": { on: "one", apply: replace("one", () => file(lines("one"))) },
};
