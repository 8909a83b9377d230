/**
 * The nodes of `.agentvfs`: which there are, what the kernel knows of them, and what they look like.
 *
 * @module
 */

import { S_IFDIR, S_IFLNK, S_IFREG } from "../../store/trees/entry.ts";
import { MAIN_VIEW, NODES_PER_VIEW, VIEW_LIMIT, VIRTUAL_VIEW, wireNode } from "../views.ts";
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

export type VirtualNode =
  | { readonly kind: "home"; readonly view: number }
  /** `view`: that of the branch whose children they are; the main one: all branches. */
  | { readonly kind: "branches"; readonly prefix: string; readonly view: number }
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

  get size(): number {
    return this.#nodes.size;
  }

  /** Null for what the kernel cannot know. */
  get(id: number): VirtualNode | null {
    if (id === MAIN_VIEW) return { kind: "home", view: this.caller };
    if (id < VIEW_LIMIT) return { kind: "home", view: id };
    if (id === BRANCHES) return { kind: "branches", prefix: "", view: MAIN_VIEW };
    if (id === CHECKPOINTS) return { kind: "checkpoints" };
    if (id === MAIN_LINK) return { kind: "main" };
    return this.#nodes.get(id)?.node ?? null;
  }

  /** True of what is in the mount once, whoever looks: the home of the shared mountpoint and what leads to the trees. */
  isCommon(id: number): boolean {
    return id === MAIN_VIEW || (id >= BRANCHES && id < FIRST_OTHER);
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
    this.#branches = [...names].sort();
    this.#isBranch = new Set(names);
    const forgotten: ForgottenNames = { parents: [], names: [], removed: [], data: [] };
    const forget = (path: string) => {
      const place = this.#placeOf(path);
      if (place === null) return;
      forgotten.parents.push(place.parent);
      forgotten.names.push(place.name);
      forgotten.removed.push(0);
    };
    gone.forEach(forget);
    forgotten.data.push(wireNode(VIRTUAL_VIEW, BRANCHES));
    for (const [id, { node }] of this.#nodes) {
      if (node.kind !== "branches" || node.view !== MAIN_VIEW) continue;
      forgotten.data.push(wireNode(VIRTUAL_VIEW, id));
      if (!this.hasBranchesBelow(node.prefix)) forget(node.prefix.slice(0, -1));
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

  /** What is directly in a directory, other than checkpoints. */
  names(node: VirtualNode & { kind: "home" | "branches" }): Listed[] {
    return node.kind === "home" ? homeNames(node.view) : branchNames(this.#branches, node.prefix);
  }

  /** The directory that a path below `branches` is in, and its name there; null if the kernel cannot know it. */
  #placeOf(path: string): { parent: number; name: string } | null {
    const slash = path.lastIndexOf("/");
    const prefix = path.slice(0, slash + 1);
    const name = path.slice(slash + 1);
    if (prefix === "") return { parent: wireNode(VIRTUAL_VIEW, BRANCHES), name };
    for (const [id, { node }] of this.#nodes) {
      if (node.kind === "branches" && node.view === MAIN_VIEW && node.prefix === prefix) {
        return { parent: wireNode(VIRTUAL_VIEW, id), name };
      }
    }
    return null;
  }
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
/** Inode numbers that each view has for them, and for its `branches`. */
const FILE_NUMBERS = 4;

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

/** Which of a home's nodes it is that get a new node id at each lookup; null: none of those. */
function placeInHome(node: VirtualNode): number | null {
  if (isFile(node.kind)) return FILES.indexOf(node.kind);
  const isBranches = node.kind === "branches" && node.prefix === "" && node.view !== MAIN_VIEW;
  return isBranches ? FILES.length : null;
}

/**
 * Inode number of a node. Each lookup of a file makes a node, but it is one file: a program that looks at a name and then
 * opens it compares the numbers.
 */
export function inodeNumberOf(id: number, node: VirtualNode): number {
  const place = placeInHome(node);
  if (place === null || !("view" in node)) return wireNode(VIRTUAL_VIEW, id);
  const file = FILE_NUMBERS * node.view + place;
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
