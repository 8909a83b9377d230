/**
 * Which views of a mount are open and what they show, kept in a file so that the next server opens the same: a line for
 * each that was opened or closed, written anew when most of them are obsolete.
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

/** So many lines may be obsolete however few views are open. */
const FEW_LINES = 64;

export class ViewRegistry {
  readonly #path: string;
  readonly #open: Map<number, OpenView>;
  #last = MAIN_VIEW;
  /** Of the file. Infinity: it is to be written anew. */
  #lines = Infinity;

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
      this.#write({ ...shown, view });
    } catch (error) {
      this.#open.delete(view);
      throw error;
    }
    return view;
  }

  /** Where it cannot be written, the next server opens a view that nobody knows. */
  remove(view: number): void {
    try {
      if (this.#open.delete(view)) this.#write({ closed: view });
      removeAll(this.stateDirectory(view));
    } catch (error) {
      console.error(`Cannot keep in ${this.#path} what is open: ${(error as Error).message}`);
    }
  }

  #write(change: OpenView | { readonly closed: number }): void {
    if (++this.#lines <= 2 * this.#open.size + FEW_LINES) {
      try {
        Deno.writeTextFileSync(this.#path, `${JSON.stringify(change)}\n`, { append: true });
      } catch (error) {
        // Half a line may be there, which the next one must not follow.
        this.#lines = Infinity;
        throw error;
      }
      return;
    }
    replaceFile(this.#path, this.open.map((view) => `${JSON.stringify(view)}\n`).join(""));
    this.#lines = this.#open.size;
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

/** What cannot be understood leaves the kernel with nodes that stand for nothing: they answer ESTALE. */
function read(path: string): OpenView[] {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch {
    return [];
  }
  const open = new Map<number, OpenView>();
  // Earlier versions kept one array.
  for (const value of text.split("\n").flatMap(parse)) {
    if (isOpenView(value)) open.set(value.view, value);
    else open.delete((value as { closed?: number } | null)?.closed ?? NaN);
  }
  return [...open.values()];
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return [];
  }
}

function isOpenView(value: unknown): value is OpenView {
  const { view, branch, commit } = (value ?? {}) as Record<string, unknown>;
  const isCount = (n: unknown) => Number.isSafeInteger(n) && n as number > 0;
  if (!isCount(view) || view as number >= VIEW_LIMIT) return false;
  return isCount(branch) || (typeof commit === "string" && parseObjectId(commit) !== null);
}
