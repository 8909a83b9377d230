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

/** What a view shows: a branch, by its number, or a commit. */
export type Shown =
  | { readonly branch: number; readonly commit?: undefined }
  | { readonly branch?: undefined; readonly commit: ObjectId };

export type OpenView = Shown & { readonly view: number };

export class ViewRegistry {
  readonly #path: string;
  readonly #open: Map<number, OpenView>;
  #last = MAIN_VIEW;

  private constructor(readonly directory: string, open: readonly OpenView[]) {
    this.#path = `${directory}/views.json`;
    this.#open = new Map(open.map((view) => [view.view, view]));
    this.#last = open.reduce((last, { view }) => Math.max(last, view), MAIN_VIEW);
  }

  /** Of a store's mount: as another server left it with `resume`, else anew. */
  static begin(store: string, resume: boolean): ViewRegistry {
    const directory = mountStatePath(store);
    if (!resume) removeAll(directory);
    Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
    return new ViewRegistry(directory, resume ? read(`${directory}/views.json`) : []);
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
    this.#write();
    return view;
  }

  remove(view: number): void {
    this.#open.delete(view);
    this.#write();
    removeAll(this.stateDirectory(view));
  }

  #write(): void {
    replaceFile(this.#path, JSON.stringify(this.open));
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
