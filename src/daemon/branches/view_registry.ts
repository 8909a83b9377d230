/**
 * Which views of a mount are open and what they show, kept in a file so that the next server opens the same.
 *
 * The kernel goes on using the node ids of a view when a server dies. A number is therefore in the file before the
 * view is opened under it. Numbers are given out in turn, so that one that was closed is not met again soon.
 *
 * @module
 */

import { MAIN_VIEW, VIEW_LIMIT } from "../../mount/views.ts";
import { type ObjectId, parseObjectId } from "../../store/format/object_id.ts";
import { replaceFile } from "../../store/files/replace_file.ts";
import { mountStatePath } from "../../store/files/store_paths.ts";
import type { ProcessId } from "../../host/processes.ts";

/** What a view shows: a branch, by its number, or a commit. */
export type Shown =
  | { readonly branch: number; readonly commit?: undefined }
  | { readonly branch?: undefined; readonly commit: ObjectId };

export type OpenView = Shown & { readonly view: number };

/** How a server begins. */
export interface Beginning {
  /** There was no server before it on this mount. */
  readonly isFirst: boolean;
  /** It is to open no view but main's. */
  readonly withLess: boolean;
}

/** The file that tells whose servers serve the mount. */
const KEEPER = "keeper.json";

export class ViewRegistry {
  readonly #path: string;
  readonly #open: Map<number, OpenView>;
  #last = MAIN_VIEW;

  private constructor(
    readonly directory: string,
    /** True if another server of this keeper's began here before. */
    readonly isTakenOver: boolean,
    open: readonly OpenView[],
  ) {
    this.#path = `${directory}/views.json`;
    this.#open = new Map(open.map((view) => [view.view, view]));
    this.#last = open.reduce((last, { view }) => Math.max(last, view), MAIN_VIEW);
  }

  /** Of a store's mount: as another server of this keeper's left it, else anew. */
  static begin(store: string, keeper: ProcessId, { isFirst, withLess }: Beginning): ViewRegistry {
    const directory = mountStatePath(store);
    const isTakenOver = !isFirst && isKeptBy(directory, keeper);
    if (!isTakenOver) beginAnew(directory, keeper);
    const registry = new ViewRegistry(
      directory,
      isTakenOver,
      isTakenOver ? read(`${directory}/views.json`) : [],
    );
    if (withLess) registry.#clear();
    return registry;
  }

  /** What the kernel has of these views stands for nothing from now on. Their numbers are not met again soon. */
  #clear(): void {
    this.#open.clear();
    removeAll(this.#path);
  }

  /** But the main view. */
  get open(): readonly OpenView[] {
    return [...this.#open.values()];
  }

  /** Where a view of a commit has its node log. */
  stateDirectory(view: number): string {
    return `${this.directory}/${view}`;
  }

  /** A number for a view that is about to be opened. */
  add(shown: Shown): number {
    if (this.#open.size >= VIEW_LIMIT - 1) throw new Error("Too many views are open");
    let view = this.#last;
    do view = view + 1 >= VIEW_LIMIT ? MAIN_VIEW + 1 : view + 1; while (this.#open.has(view));
    removeAll(this.stateDirectory(view));
    this.#open.set(view, { ...shown, view });
    this.#last = view;
    try {
      this.#write();
    } catch (error) {
      this.#open.delete(view);
      throw error;
    }
    return view;
  }

  /** Where it cannot be written, the next server opens a view that nobody knows. */
  remove(view: number): void {
    this.#open.delete(view);
    try {
      this.#write();
      removeAll(this.stateDirectory(view));
    } catch (error) {
      console.error(`Cannot keep in ${this.#path} what is open: ${(error as Error).message}`);
    }
  }

  #write(): void {
    replaceFile(this.#path, JSON.stringify(this.open));
  }
}

function beginAnew(directory: string, keeper: ProcessId): void {
  removeAll(directory);
  Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
  try {
    replaceFile(`${directory}/${KEEPER}`, JSON.stringify(keeper));
  } catch { /* The disk is full: what there is, is this keeper's all the same. */ }
}

/** Nothing tells of a keeper where nothing could be written, or an older version did not. */
function isKeptBy(directory: string, keeper: ProcessId): boolean {
  try {
    const { pid, started } = JSON.parse(Deno.readTextFileSync(`${directory}/${KEEPER}`));
    return pid === keeper.pid && started === keeper.started;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

function removeAll(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** A file that cannot be understood leaves the kernel with nodes that stand for nothing: they answer ESTALE. */
function read(path: string): OpenView[] {
  let value: unknown;
  try {
    value = JSON.parse(Deno.readTextFileSync(path));
  } catch {
    return [];
  }
  return Array.isArray(value) ? value.filter(isOpenView) : [];
}

function isOpenView(value: unknown): value is OpenView {
  const { view, branch, commit } = (value ?? {}) as Record<string, unknown>;
  const isCount = (n: unknown) => Number.isSafeInteger(n) && n as number > 0;
  if (!isCount(view) || view as number >= VIEW_LIMIT) return false;
  return isCount(branch) || (typeof commit === "string" && parseObjectId(commit) !== null);
}
