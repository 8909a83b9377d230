/**
 * Keeps looking at the project, and lets be brought in what changed there.
 *
 * The system tells of changes where it can watch so many directories; then the project is looked at when it has been quiet for
 * a moment, and now and then besides, as events can be lost. Elsewhere it is looked at again and again, the less often the
 * longer that takes.
 *
 * @module
 */

import { ServiceError } from "../../control/service_error.ts";

export interface WatchedProject {
  /** The project's path. */
  readonly source: string;
  /** Looks at it and brings in what may be. */
  refresh(): Promise<unknown>;
}

/** After the last change, ms; and at most so long after the first. */
const QUIET_MS = 300;
const LATEST_MS = 3_000;
/** Between looks where events tell of changes, ms. */
const SELDOM_MS = 60_000;
/** Between looks where nothing does: at least this, ms, and so many times as long as the last took. */
const OFTEN_MS = 2_000;
const COST_FACTOR = 20;

export class ProjectWatch {
  readonly #project: WatchedProject;
  #watcher: Deno.FsWatcher | null = null;
  #isOver = false;
  /** Set while there is something to look at. */
  #firstChange = 0;
  #lastChange = 0;
  #wake = Promise.withResolvers<void>();
  #lastError = "";

  constructor(project: WatchedProject) {
    this.#project = project;
  }

  /** Resolves after {@linkcode end}. Never rejects. */
  async run(): Promise<void> {
    this.#listen();
    while (!this.#isOver) {
      const started = performance.now();
      await this.#look();
      const took = performance.now() - started;
      const pause = this.#watcher === null ? Math.max(OFTEN_MS, COST_FACTOR * took) : SELDOM_MS;
      await this.#wait(pause);
    }
  }

  end(): void {
    this.#isOver = true;
    this.#watcher?.close();
    this.#watcher = null;
    this.#wake.resolve();
  }

  async #look(): Promise<void> {
    this.#firstChange = 0;
    try {
      await this.#project.refresh();
      this.#lastError = "";
    } catch (error) {
      // It may be that git is at work there, or that a merge is to be settled: the next time, then. It is told once.
      const message = error instanceof ServiceError ? error.message : String(error);
      if (message !== this.#lastError && !this.#isOver) {
        console.log(`The project's changes were not brought in: ${message}`);
      }
      this.#lastError = message;
    }
  }

  #listen(): void {
    let watcher: Deno.FsWatcher;
    try {
      watcher = Deno.watchFs(this.#project.source, { recursive: true });
    } catch (error) {
      console.log(`The project is looked at now and then: ${(error as Error).message}`);
      return;
    }
    this.#watcher = watcher;
    this.#receive(watcher).catch((error) => {
      if (this.#watcher !== watcher) return;
      this.#watcher = null;
      console.log(`The project is looked at now and then: ${error.message}`);
      this.#changed();
    });
  }

  async #receive(watcher: Deno.FsWatcher): Promise<void> {
    for await (const { kind } of watcher) if (kind !== "access") this.#changed();
  }

  #changed(): void {
    this.#lastChange = performance.now();
    if (this.#firstChange === 0) this.#firstChange = this.#lastChange;
    this.#wake.resolve();
  }

  /** Until it is time to look: when changes have come to an end, or after so many ms. */
  async #wait(ms: number): Promise<void> {
    const until = performance.now() + ms;
    while (!this.#isOver) {
      const now = performance.now();
      const due = this.#firstChange === 0
        ? until
        : Math.min(this.#lastChange + QUIET_MS, this.#firstChange + LATEST_MS);
      if (now >= due) return;
      await this.#sleep(due - now);
    }
  }

  /** Less if something changes. */
  async #sleep(ms: number): Promise<void> {
    this.#wake = Promise.withResolvers();
    const timer = setTimeout(() => this.#wake.resolve(), ms);
    Deno.unrefTimer(timer);
    await this.#wake.promise;
    clearTimeout(timer);
  }
}
