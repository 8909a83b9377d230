/**
 * The background thread, as the server's main thread sees it.
 *
 * @module
 */

import type { BackgroundMessage } from "./background.ts";
import type { BackgroundJobs, ImportCounts } from "./background_jobs.ts";
import type { Progress } from "../../store/format/sliced.ts";
import type { BackgroundStart } from "../threads/messages.ts";
import { ThreadError } from "../threads/posted_error.ts";
import { onWorkerFailure } from "../threads/worker_failure.ts";

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class BackgroundClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  /** Why no job is done any more. */
  #failure: Error | null = null;
  readonly #failed = Promise.withResolvers<never>();
  /** Long jobs under way, by name, and how far they are. */
  readonly tasks = new Map<string, Progress>();

  private constructor(start: BackgroundStart, readonly onProgress: (c: ImportCounts) => void) {
    this.failed.catch(() => {});
    this.#worker = new Worker(new URL("./background.ts", import.meta.url), { type: "module" });
    this.#worker.onmessage = (event: MessageEvent<BackgroundMessage>) => this.#receive(event.data);
    onWorkerFailure(this.#worker, "background", (error) => this.#fail(error));
    this.#worker.postMessage(start, [start.captures]);
  }

  /** Opens the store. Rejects with {@linkcode ThreadError} carrying the store's error code. */
  static async start(
    start: BackgroundStart,
    onProgress: (counts: ImportCounts) => void,
  ): Promise<BackgroundClient> {
    const client = new BackgroundClient(start, onProgress);
    await new Promise((resolve, reject) => client.#waiting.set(0, { resolve, reject }));
    return client;
  }

  /** Rejects when the thread has failed; every job does then. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#failed.reject(error);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #receive(message: BackgroundMessage): void {
    if (message.type === "progress") return this.onProgress(message.counts);
    if (message.type === "task") {
      if (message.progress === null) this.tasks.delete(message.name);
      else this.tasks.set(message.name, message.progress);
      return;
    }
    const id = message.type === "ready" ? 0 : message.id;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (message.type === "failed") waiting?.reject(new ThreadError(message.error));
    else waiting?.resolve(message.type === "done" ? message.value : undefined);
  }

  call<K extends keyof BackgroundJobs>(
    job: K,
    value: BackgroundJobs[K]["in"],
  ): Promise<BackgroundJobs[K]["out"]> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      // Throws where the value cannot be posted.
      this.#worker.postMessage({ id, job, value });
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
    });
  }

  terminate(): void {
    this.#worker.terminate();
  }
}
