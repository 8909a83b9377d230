/**
 * Where a path of Windows leads: through directories, symlinks, and `.agentvfs` to the other trees.
 *
 * @module
 */

import { foldedName, shownName, storedName } from "../../../../ffi/windows/names_utf16.ts";
import { NtStatus } from "../../../../ffi/windows/nt_status.ts";
import type { Inode } from "../../../tree/nodes/inode.ts";
import { readTarget } from "../../../tree/operations/read.ts";
import { Status } from "../../../tree/status.ts";
import type { Question } from "../../virtual/question.ts";
import { VIRTUAL_NAME } from "../../virtual/virtual_nodes.ts";
import type { View, ViewTable } from "../../views.ts";
import type { FoldedNames } from "./folded_names.ts";
import { ntStatusOf } from "../nt_status_of.ts";
import { follow, MOST_HOPS } from "./symlinks.ts";
import type { VirtualFile } from "../virtual_file.ts";

/** What a path names, whether or not there is anything. */
export interface Place {
  readonly view: View;
  /** Null of the root of a view. */
  readonly parent: Inode | null;
  /** As it is stored, or would be. */
  readonly name: string;
  readonly inode: Inode | null;
  /** From the root of the volume, as Windows is shown it: with the spelling that is stored. */
  readonly path: readonly string[];
  readonly virtual: VirtualFile | null;
}

export type Walked =
  | { readonly place: Place }
  | { readonly status: NtStatus }
  /** Symlinks lead there: a path from the root of the volume, or one of the kernel's. */
  | { readonly reparse: string }
  /** Answered when the daemon has. */
  | { readonly question: Question }
  /** Answered when the view is thawed. */
  | { readonly frozen: View };

/** `.agentvfs` of a view. */
export interface Home {
  /** Where names below it lead: to something in it, or to the root of a view after so many names. */
  walk(view: View, names: readonly string[]):
    | { readonly virtual: VirtualFile }
    | { readonly view: View; readonly used: number }
    | Exclude<Walked, { readonly place: Place }>;
}

const HOME = foldedName(VIRTUAL_NAME);

export class Walker {
  constructor(
    readonly views: ViewTable,
    readonly names: FoldedNames,
    readonly home: Home,
  ) {}

  /** `follows`: a symlink at the end is followed as those on the way are. */
  walk(path: string, follows: boolean): Walked {
    let names = path.split("\\").filter((name) => name !== "");
    for (let hops = 0; hops <= MOST_HOPS; hops++) {
      const walked = this.#once(names, follows);
      if (!("link" in walked)) {
        if (hops === 0 || !("place" in walked)) return walked;
        return { reparse: "\\" + walked.place.path.join("\\") };
      }
      const { link, at } = walked;
      const target = readTarget(link.view.tree, link.inode);
      if (typeof target === "number") return { status: ntStatusOf(target) };
      const led = follow(link.directory, target);
      if (led === null) return { status: NtStatus.OBJECT_PATH_NOT_FOUND };
      const rest = names.slice(at + 1);
      if (typeof led === "string") return { reparse: below(led, rest) };
      names = [...led, ...rest];
    }
    return { status: NtStatus.REPARSE_POINT_NOT_RESOLVED };
  }

  #once(names: readonly string[], follows: boolean): Walked | Link {
    let view = this.views.main;
    let at: Inode = view.tree.root;
    let parent: Inode | null = null;
    let name = "";
    const path: string[] = [];
    for (let i = 0; i < names.length; i++) {
      const next = names[i]!;
      const isLast = i === names.length - 1;
      if (at === view.tree.root && view.writable && this.#isHome(next)) {
        const led = this.home.walk(view, names.slice(i + 1));
        if ("virtual" in led) {
          path.push(...names.slice(i));
          const { virtual } = led;
          return { place: { view, parent: null, name: "", inode: null, path, virtual } };
        }
        if (!("view" in led)) return led;
        path.push(...names.slice(i, i + 1 + led.used));
        view = led.view;
        [at, parent, name] = [view.tree.root, null, ""];
        i += led.used;
        continue;
      }
      if (view.frozen) return { frozen: view };
      if (at.isSymlink) {
        return { link: { view, inode: at, directory: path.slice(0, -1) }, at: i - 1 };
      }
      if (at.directory === null) return { status: NtStatus.OBJECT_PATH_NOT_FOUND };
      this.#keep(view, at);
      const found = this.names.find(view.tree, at, next);
      if (typeof found === "number") {
        if (found === Status.NotFound && isLast) {
          path.push(next);
          const place = { view, parent: at, name: storedName(next), inode: null, path };
          return { place: { ...place, virtual: null } };
        }
        if (found === Status.NotFound) return { status: NtStatus.OBJECT_PATH_NOT_FOUND };
        return { status: ntStatusOf(found) };
      }
      [parent, name, at] = [at, found.name, found.inode];
      path.push(shownName(name));
    }
    if (view.frozen) return { frozen: view };
    if (at.isSymlink && follows) {
      return { link: { view, inode: at, directory: path.slice(0, -1) }, at: names.length - 1 };
    }
    return { place: { view, parent, name, inode: at, path, virtual: null } };
  }

  #isHome(name: string): boolean {
    return name === VIRTUAL_NAME || !this.names.caseSensitive && foldedName(name) === HOME;
  }

  /** What changes in a directory that somebody went through is told to who watches. */
  #keep(view: View, directory: Inode): void {
    if (view.writable && directory.lookups === 0) view.tree.nodes.remember(directory);
  }
}

/** A path of the kernel's own, and names from there. */
function below(path: string, names: readonly string[]): string {
  const isWhole = names.length === 0 || path.endsWith("\\");
  return path + (isWhole ? "" : "\\") + names.join("\\");
}

interface Link {
  readonly link: {
    readonly view: View;
    readonly inode: Inode;
    /** Path of the directory that it is in. */
    readonly directory: readonly string[];
  };
  /** Which of the names it is. */
  readonly at: number;
}
