/**
 * The nodes of `.agentvfs`: which there are, what the kernel knows of them, and what they look like.
 *
 * @module
 */

import { S_IFDIR, S_IFLNK, S_IFREG } from "../../store/trees/entry.ts";
import {
  MAIN_VIEW,
  NODES_PER_VIEW,
  VIEW_LIMIT,
  type ViewTable,
  VIRTUAL_VIEW,
  wireNode,
} from "../views.ts";
import type { Elsewhere } from "../shared_directories.ts";
import { branchesNode, FIRST_BRANCHES_NODE } from "./branches_node.ts";
import { CtlFile, type Door } from "./ctl_file.ts";

export const VIRTUAL_NAME = ".agentvfs";

/** Nodes of directories: that of view v's `.agentvfs` is v, so that another server knows it. */
export const BRANCHES = VIEW_LIMIT;
export const CHECKPOINTS = VIEW_LIMIT + 1;
export const MAIN_LINK = VIEW_LIMIT + 2;
const FIRST_OTHER = VIEW_LIMIT + 3;
/** Numbers that each server has for nodes that come and go, until after so many servers they begin anew. */
const NODES_PER_SERVER = 2 ** 24;
const SERVERS = 2 ** 11;
/** Nodes of {@linkcode VirtualNodes.once} that are kept. */
const LASTING = 1024;

/** The root of the mount cannot have a second name in it. */
export const MAIN_NAME = "main";
export const MAIN_TARGET = "../..";

/** Names, by node id of their directory, and directories whose listings are others now. */
export interface ForgottenNames {
  readonly parents: number[];
  readonly names: string[];
  /** Nothing that is open: a zero for each name. */
  readonly removed: number[];
  readonly data: number[];
}

/** What the server that takes over has to know to answer who has `ctl` open: plain data. */
export interface InheritedNodes {
  readonly nextNode: number;
  readonly ctl: readonly {
    readonly id: number;
    /** A server before this one knew of `ctl` only, and does not say. */
    readonly kind?: Door;
    readonly view: number;
    readonly text: string;
    /** Where the text begins. */
    readonly start: number;
    readonly lookups: number;
  }[];
}

/** A directory of the branches the names of which begin with a prefix: `""`, or one that ends with a slash. */
export interface BranchesNode {
  readonly kind: "branches";
  readonly prefix: string;
  /** The view in whose `.agentvfs` it is; the main one: in that of the mountpoint. */
  readonly place: number;
  /** That of the branch whose children they are; the main one: all branches. At the mountpoint it depends on the caller. */
  readonly view: number;
}

export type VirtualNode =
  | { readonly kind: "home"; readonly view: number }
  | BranchesNode
  | { readonly kind: "checkpoints" }
  | { readonly kind: "main" }
  | CtlFile
  /** What an event that was written under a name of its own is answered. */
  | { readonly kind: "answer"; readonly view: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "status"; readonly view: number; readonly bytes: Uint8Array<ArrayBuffer> };

/** A name in a listing. */
export interface Listed {
  readonly name: string;
  /** The bits of a mode that tell. */
  readonly type: number;
}

export class VirtualNodes {
  /** Those without a number of their own, and how many references the kernel has. */
  readonly #nodes = new Map<number, { node: VirtualNode; lookups: number }>();
  /** Ids of {@linkcode once}, by key; what was asked for last is last. */
  readonly #lasting = new Map<string, number>();
  #branches: readonly string[] = [];
  #isBranch: ReadonlySet<string> = new Set();
  #nextNode = FIRST_OTHER;
  /** The view of whoever asks at the shared mountpoint. */
  caller = MAIN_VIEW;

  constructor(readonly views: ViewTable) {}

  get size(): number {
    return this.#nodes.size;
  }

  /** Null for what the kernel cannot know. */
  get(id: number): VirtualNode | null {
    if (id === MAIN_VIEW) return { kind: "home", view: this.caller };
    if (id < VIEW_LIMIT) return { kind: "home", view: id };
    if (id === BRANCHES) return this.#branchesNode(MAIN_VIEW, "");
    if (id === CHECKPOINTS) return { kind: "checkpoints" };
    if (id === MAIN_LINK) return { kind: "main" };
    const node = this.#nodes.get(id)?.node;
    if (node === undefined) return id < FIRST_BRANCHES_NODE ? null : this.#branchesOfBefore(id);
    return node.kind === "branches" ? this.#branchesNode(node.place, node.prefix) : node;
  }

  #branchesNode(place: number, prefix: string): BranchesNode {
    return {
      kind: "branches",
      prefix,
      place,
      view: place === MAIN_VIEW ? this.caller : place,
    };
  }

  /** A directory that another server gave the kernel; null: there are no such branches any more. */
  #branchesOfBefore(id: number): BranchesNode | null {
    const prefixes = ["", ...prefixesOf(this.#branches)];
    for (const { number } of this.views) {
      const prefix = prefixes.find((prefix) => branchesNode(number, prefix) === id);
      if (prefix !== undefined) return this.#branchesNode(number, prefix);
    }
    return null;
  }

  /** True of what is in the mount once, whoever looks: the home of the shared mountpoint and what leads to the trees. */
  isCommon(id: number): boolean {
    if (id === MAIN_VIEW || (id >= BRANCHES && id < FIRST_OTHER)) return true;
    const node = id < FIRST_BRANCHES_NODE ? null : this.get(id);
    return node?.kind === "branches" && node.place === MAIN_VIEW;
  }

  /**
   * The directory of branches at a place, to which the kernel is about to have a reference.
   *
   * It is the same one at each look, and for each server. For the kernel unmounts, in all namespaces, what is mounted below a
   * directory that turns out to be another one, and lets nobody mount anything there; and below it may be the branch that a
   * run shows.
   */
  branches(place: number, prefix: string): number {
    const id = idOfBranches(place, prefix);
    if (id === BRANCHES) return id;
    const known = this.#nodes.get(id);
    if (known !== undefined) known.lookups++;
    else this.#nodes.set(id, { node: this.#branchesNode(place, prefix), lookups: 1 });
    return id;
  }

  /** A number for a node, to which the kernel is about to have a reference. */
  add(node: VirtualNode): number {
    const id = this.#nextNode++;
    this.#nodes.set(id, { node, lookups: 1 });
    return id;
  }

  /**
   * The node that has this key, made where there is none: for a client that takes a name for the same file as long as the
   * mount lives, and gives nothing back. Those that nobody asked for lately are not known any more.
   */
  once(key: string, make: () => VirtualNode): number {
    const id = this.#lasting.get(key) ?? this.add(make());
    this.#lasting.delete(key);
    this.#lasting.set(key, id);
    if (this.#lasting.size > LASTING) {
      const [oldest, old] = this.#lasting.entries().next().value!;
      this.#lasting.delete(oldest);
      this.#nodes.delete(old);
    }
    return id;
  }

  /** The id of a key; null: nothing has it. */
  known(key: string): number | null {
    return this.#lasting.get(key) ?? null;
  }

  /** A node is another one from now on. */
  set(id: number, node: VirtualNode): void {
    this.#nodes.set(id, { node, lookups: 1 });
  }

  /** The kernel has given `count` references up. */
  forget(id: number, count: number): void {
    const known = this.#nodes.get(id);
    if (known === undefined) return;
    known.lookups -= count;
    if (known.lookups <= 0) this.#nodes.delete(id);
  }

  /** So many servers gave out numbers already, which the kernel may still use: they are not to be met again. */
  beginAfter(servers: number): void {
    this.#nextNode = FIRST_OTHER + (servers % SERVERS) * NODES_PER_SERVER;
  }

  /** For the server that takes over. */
  handOver(): InheritedNodes {
    const ctl = [...this.#nodes].flatMap(([id, { node, lookups }]) =>
      !(node instanceof CtlFile) ? [] : [{
        id,
        kind: node.kind,
        view: node.view,
        text: new TextDecoder().decode(node.answer),
        start: node.start,
        lookups,
      }]
    );
    return { nextNode: this.#nextNode, ctl };
  }

  /** Takes over what another server handed over. */
  inherit({ nextNode, ctl }: InheritedNodes): void {
    this.#nextNode = nextNode;
    for (const { id, kind = "ctl", view, text, start, lookups } of ctl) {
      const node = new CtlFile(kind, view, new TextEncoder().encode(text), start).inherited();
      this.#nodes.set(id, { node, lookups });
    }
  }

  /** There are these branches now, and those of `gone` no more. Returns what the kernel must forget. */
  setBranches(names: readonly string[], gone: readonly string[]): ForgottenNames {
    const led = prefixesOf([...this.#branches, ...names]);
    this.#branches = [...names].sort();
    this.#isBranch = new Set(names);
    const forgotten: ForgottenNames = { parents: [], names: [], removed: [], data: [] };
    const forget = (path: string) => {
      const name = path.lastIndexOf("/") + 1;
      forgotten.parents.push(wireBranches(path.slice(0, name)));
      forgotten.names.push(path.slice(name));
      forgotten.removed.push(0);
    };
    gone.forEach(forget);
    forgotten.data.push(wireBranches(""));
    for (const prefix of led) {
      forgotten.data.push(wireBranches(prefix));
      if (!this.hasBranchesBelow(prefix)) forget(prefix.slice(0, -1));
    }
    return forgotten;
  }

  hasBranch(name: string): boolean {
    return this.#isBranch.has(name);
  }

  /** True if there are branches the names of which begin so. */
  hasBranchesBelow(prefix: string): boolean {
    return this.#branches.some((name) => name.startsWith(prefix));
  }

  /** What is behind a name for others than a caller to whom it is nothing; null: nothing. */
  elsewhere(id: number, name: string): Elsewhere | null {
    const node = this.get(id);
    if (node?.kind !== "branches" || node.place !== MAIN_VIEW) return null;
    const path = node.prefix + name;
    if (!this.hasBranch(path) && !this.hasBranchesBelow(`${path}/`)) return null;
    return {
      view: this.views.main,
      id: wireBranches(`${path}/`),
      parent: wireNode(VIRTUAL_VIEW, id),
      name,
      path: `${VIRTUAL_NAME}/branches/${path}`,
    };
  }

  /** What is directly in a directory, other than checkpoints. */
  names(node: { kind: "home"; view: number } | { kind: "branches"; prefix: string }): Listed[] {
    return node.kind === "home" ? homeNames(node.view) : branchNames(this.#branches, node.prefix);
  }
}

/** The directory of branches at the mountpoint, as the kernel has it. */
function wireBranches(prefix: string): number {
  return wireNode(VIRTUAL_VIEW, idOfBranches(MAIN_VIEW, prefix));
}

function idOfBranches(place: number, prefix: string): number {
  return place === MAIN_VIEW && prefix === "" ? BRANCHES : branchesNode(place, prefix);
}

/** The directories that lead to these branches. */
function prefixesOf(branches: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (const name of branches) {
    for (let at = name.indexOf("/"); at >= 0; at = name.indexOf("/", at + 1)) {
      found.add(name.slice(0, at + 1));
    }
  }
  return found;
}

/** What of these branches is directly below a prefix. */
export function branchNames(branches: readonly string[], prefix: string): Listed[] {
  const names = branches.filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length).split("/")[0]!);
  const main = prefix === "" ? MAIN_NAME : null;
  return [...new Set(names)].map((name) => ({ name, type: name === main ? S_IFLNK : S_IFDIR }));
}

/** The files of each home, in the order of their inode numbers. */
const FILES = ["ctl", "status", "hook"] as const;

function isFile(kind: string): kind is typeof FILES[number] {
  return (FILES as readonly string[]).includes(kind);
}

function homeNames(view: number): Listed[] {
  const files = FILES.map((name) => ({ name, type: S_IFREG }));
  const trees = view === MAIN_VIEW ? ["branches", "checkpoints"] : ["branches"];
  return [...files, ...trees.map((name) => ({ name, type: S_IFDIR }))];
}

/**
 * Nobody may keep its attributes. Directories stay as they are; the length of a file changes with what is written to it, and
 * what is in `checkpoints` with time.
 */
export function isInFlux({ kind }: VirtualNode): boolean {
  return isFile(kind) || kind === "answer" || kind === "checkpoints";
}

/**
 * Inode number of a node. Each lookup of a file makes a node, but it is one file: a program that looks at a name and then
 * opens it compares the numbers.
 */
export function inodeNumberOf(id: number, node: VirtualNode): number {
  if (!isFile(node.kind) || !("view" in node)) return wireNode(VIRTUAL_VIEW, id);
  const file = FILES.length * node.view + FILES.indexOf(node.kind);
  return wireNode(VIRTUAL_VIEW, NODES_PER_VIEW / 2 + file);
}

export function modeOf({ kind }: VirtualNode): number {
  if (kind === "main") return S_IFLNK | 0o777;
  if (kind === "ctl" || kind === "hook") return S_IFREG | 0o600;
  return kind === "status" || kind === "answer" ? S_IFREG | 0o400 : S_IFDIR | 0o700;
}

/** Bytes that are to be read. */
export function sizeOf(node: VirtualNode): number {
  if (node instanceof CtlFile) return node.size;
  if (node.kind === "status" || node.kind === "answer") return node.bytes.length;
  return node.kind === "main" ? MAIN_TARGET.length : 0;
}
