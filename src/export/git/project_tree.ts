/**
 * The project in git's trees, followed from snapshot to snapshot: what `git add --all` would make of each.
 *
 * What git tracks stays tracked. What is new is left out if the snapshot's own rules ignore it. A repository in the project is
 * the commit that it is at.
 *
 * @module
 */

import { diffSnapshots } from "../../history/diff/diff.ts";
import { lookupPath } from "../../history/snapshots/lookup_path.ts";
import { isDirectoryRecord } from "../../history/snapshots/record.ts";
import type { InodeRecord, Snapshot } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";
import { blobId, GITLINK, gitMode, isGitsOwn } from "../git_entry.ts";
import { readPieces } from "../read_pieces.ts";
import type { GitTree } from "./git_tree.ts";
import type { Repository } from "./repository.ts";
import { RuleFiles } from "./rule_files.ts";
import { snapshotHead } from "./snapshot_head.ts";

export type TreeChange =
  | { readonly path: string; readonly kind: "delete" }
  /** `id`: git has these bytes already. */
  | {
    readonly path: string;
    readonly kind: "file";
    readonly mode: string;
    readonly record: InodeRecord;
    readonly id: string | null;
  }
  | { readonly path: string; readonly kind: "commit"; readonly id: string };

type FileChange = Extract<TreeChange, { kind: "file" }>;

/** Id of what git has as it is in the snapshot that the tree stands for. */
const UNKNOWN = "";

export class ProjectTree implements Disposable {
  readonly #store: Store;
  readonly #repository: Repository;
  readonly #tree: GitTree;
  readonly #rules: RuleFiles;
  /** Directories in which git tracks something, and how much. */
  readonly #tracked = new Map<string, number>();
  /** Of the snapshot that is looked at: directory to what is checked out in it. */
  #heads = new Map<string, string | null>();
  /** Paths of {@linkcode GITLINK}s in the tree. */
  readonly #links = new Set<string>();

  /** @param tree what git has before the first snapshot */
  constructor(store: Store, repository: Repository, tree: GitTree) {
    this.#store = store;
    this.#repository = repository;
    this.#tree = tree;
    this.#rules = new RuleFiles(repository);
    for (const [path, { mode }] of tree) {
      this.#count(path, 1);
      if (mode === GITLINK) this.#links.add(path);
    }
  }

  [Symbol.dispose](): void {
    this.#rules[Symbol.dispose]();
  }

  /** Says that the tree stands for that snapshot. */
  begin(snapshot: Snapshot): void {
    for (const { path, after } of diffSnapshots(this.#store, null, snapshot)) {
      if (!isGitsOwn(path)) this.#rules.set(this.#store, path, after);
    }
  }

  /**
   * What makes the tree that of `after`; deletions come first.
   *
   * @param before what the tree stands for; null where that is not known, and every file is compared
   */
  async advance(before: Snapshot | null, after: Snapshot): Promise<TreeChange[]> {
    this.#heads = new Map();
    const found = this.#look(before, after);
    const untracked = [...found.files.keys()].filter((path) => !this.#tree.has(path));
    const ignored = await this.#rules.ignored([...untracked, ...found.commits.keys()]);
    const files = [...found.files].filter(([path]) => this.#tree.has(path) || !ignored.has(path));
    const changes: TreeChange[] = [
      ...[...found.deleted].map((path) => ({ path, kind: "delete" as const })),
      ...await this.#changed(files, before),
      ...[...found.commits]
        .filter(([path, id]) =>
          this.#tree.get(path)?.id !== id && (this.#tree.has(path) || !ignored.has(path))
        )
        .map(([path, id]) => ({ path, kind: "commit" as const, id })),
    ];
    for (const change of changes) this.#apply(change);
    return changes;
  }

  /** What differs, as far as it is git's: what is ignored is not known yet. */
  #look(before: Snapshot | null, after: Snapshot) {
    const files = new Map<string, InodeRecord>();
    const commits = new Map<string, string>();
    const deleted = new Set<string>();
    const seen = new Set<string>();
    let rulesChanged = false;
    const take = (path: string, record: InodeRecord | null) => {
      if (isGitsOwn(path)) {
        // Of a repository in the project, something may have been committed.
        const inner = this.#innerRepository(after, path);
        if (inner !== null) commits.set(inner.path, inner.id);
        return;
      }
      const inner = this.#innerRepository(after, path);
      if (inner !== null) {
        commits.set(inner.path, inner.id);
        seen.add(inner.path);
        return;
      }
      this.#rules.set(this.#store, path, record);
      if (gitMode(record) !== null) {
        files.set(path, record!);
        seen.add(path);
      } else if (this.#tree.has(path)) {
        if (this.#isEmptySubmodule(path, record)) seen.add(path);
        else if (before !== null) deleted.add(path);
      }
    };
    for (
      const { path, after: record, details, status } of diffSnapshots(this.#store, before, after)
    ) {
      if (status === "M" && !details.some((detail) => GITS_DETAILS.has(detail))) continue;
      rulesChanged ||= RuleFiles.isIgnoreFile(path);
      take(path, record);
    }
    // Their refs may be in the project's own repository.
    for (const path of this.#links) {
      const head = this.#headOf(after, path);
      if (head !== null) commits.set(path, head);
    }
    if (before === null) {
      for (const path of this.#tree.keys()) if (!seen.has(path)) deleted.add(path);
    } else if (rulesChanged) {
      // What was ignored may not be any more.
      for (const { path, after: record } of diffSnapshots(this.#store, null, after)) {
        if (!this.#tree.has(path) && !isGitsOwn(path)) take(path, record);
      }
    }
    return { files, commits, deleted };
  }

  /** Of files that may have changed, those whose bytes or mode git has not. */
  async #changed(
    files: readonly (readonly [string, InodeRecord])[],
    before: Snapshot | null,
  ): Promise<FileChange[]> {
    const { hash } = this.#repository;
    const rest = files.filter(([path, record]) => {
      const known = before === null ? this.#tree.get(path) : undefined;
      return known === undefined || known.mode !== gitMode(record) ||
        known.id !== blobId(this.#store, record, hash);
    });
    const conversions = await this.#rules.conversions(rest.map(([path]) => path));
    const changes: FileChange[] = [];
    for (const [path, record] of rest) {
      const mode = gitMode(record)!;
      const conversion = mode === LINK ? "none" : conversions.get(path) ?? "none";
      const isConverted = conversion === "any" ||
        conversion !== "none" && hasCarriageReturn(this.#store, record) &&
          !(conversion === "auto line ends" && await this.#hadCarriageReturn(before, path));
      const id = isConverted ? await this.#rules.store(this.#store, path, record) : null;
      const known = this.#tree.get(path);
      if (id !== null && known?.id === id && known.mode === mode) continue;
      changes.push({ path, kind: "file", mode, record, id });
    }
    return changes;
  }

  /** True if what git has at a path has lines that end with a carriage return. */
  async #hadCarriageReturn(before: Snapshot | null, path: string): Promise<boolean> {
    const known = this.#tree.get(path);
    if (known === undefined || known.mode === LINK || known.mode === GITLINK) return false;
    if (known.id !== UNKNOWN) return await this.#rules.hasCarriageReturn(known.id);
    const record = before === null ? null : lookupPath(this.#store, before, path);
    return record !== null && hasCarriageReturn(this.#store, record);
  }

  /** The repository that `path` is in, or that it is the directory of, if git takes it for one commit. */
  #innerRepository(snapshot: Snapshot, path: string): { path: string; id: string } | null {
    for (let end = path.indexOf("/");; end = path.indexOf("/", end + 1)) {
      const directory = end < 0 ? path : path.slice(0, end);
      const isLink = this.#tree.get(directory)?.mode === GITLINK;
      if (isLink || !this.#tracked.has(directory)) {
        const id = this.#headOf(snapshot, directory);
        if (id !== null) return { path: directory, id };
      }
      if (end < 0) return null;
    }
  }

  #headOf(snapshot: Snapshot, directory: string): string | null {
    let head = this.#heads.get(directory);
    if (head === undefined) {
      head = directory === ".git" || directory.startsWith(".git/")
        ? null
        : this.#headIn(snapshot, directory);
      this.#heads.set(directory, head);
    }
    return head;
  }

  #headIn(snapshot: Snapshot, directory: string): string | null {
    if (lookupPath(this.#store, snapshot, `${directory}/.git`) === null) return null;
    // Where its refs are elsewhere, it is taken to be where it was.
    return snapshotHead(this.#store, snapshot, directory) ?? this.#linkAt(directory);
  }

  #linkAt(path: string): string | null {
    const entry = this.#tree.get(path);
    return entry?.mode === GITLINK ? entry.id : null;
  }

  /** A submodule that is not checked out is a directory with nothing in it. */
  #isEmptySubmodule(path: string, record: InodeRecord | null): boolean {
    return this.#linkAt(path) !== null && isDirectoryRecord(record) && record!.entries === 0;
  }

  #apply(change: TreeChange): void {
    const { path, kind } = change;
    this.#links.delete(path);
    if (kind === "delete") {
      if (this.#tree.delete(path)) this.#count(path, -1);
      return;
    }
    if (!this.#tree.has(path)) this.#count(path, 1);
    if (kind === "commit") this.#links.add(path);
    const id = change.id ?? UNKNOWN;
    this.#tree.set(path, { mode: kind === "file" ? change.mode : GITLINK, id });
  }

  #count(path: string, by: number): void {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const directory = path.slice(0, end);
      const count = (this.#tracked.get(directory) ?? 0) + by;
      if (count === 0) this.#tracked.delete(directory);
      else this.#tracked.set(directory, count);
    }
  }
}

const LINK = "120000";
/** What of a change git keeps. */
const GITS_DETAILS: ReadonlySet<string> = new Set(["mode", "content", "target"]);

function hasCarriageReturn(store: Store, record: InodeRecord): boolean {
  for (const piece of readPieces(store, record)) if (piece.includes(0x0d)) return true;
  return false;
}
