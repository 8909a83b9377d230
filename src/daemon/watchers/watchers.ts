/**
 * Those who watch the mount: who they are, and telling them what was changed from behind the kernel.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import { mountAt } from "../../host/mounts.ts";
import { type ProcessId, processId } from "../../host/processes.ts";
import { Word } from "../../mount/reenactor_memory.ts";
import type { Watches } from "../../mount/watches.ts";
import type { Reenacted } from "../../tree/changed_names.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import type { PendingInvalidation } from "./pending_invalidation.ts";
import type { FsClient } from "../fs_thread/fs_client.ts";
import { onWorkerFailure } from "../threads/worker_failure.ts";
import type { ReenactorJob, ReenactorMessage, ReenactorStart } from "./linux_reenactor_thread.ts";

/** What a branch needs of it. */
export interface BranchWatchers {
  /** Who watches the mount now; null if nobody does. */
  look(): Promise<Watches | null>;
  /**
   * Tells them what was changed in a branch's tree. Resolves with 0 when that is done, or where it takes long with the number
   * of changes: it goes on then.
   */
  tell(branch: WatchedBranch, changed: Reenacted | undefined): Promise<number>;
}

export interface WatchedBranch {
  readonly name: string;
  /** Number of its view. */
  readonly view: number;
}

export interface WatchersParts {
  /** Where the file system is mounted. */
  readonly mount: string;
  /** False: nobody is told. */
  readonly areTold: boolean;
  readonly fs: FsClient;
  readonly background: BackgroundClient;
  readonly invalidation: PendingInvalidation;
  /** Memory that the fs thread has, too. */
  readonly memory: SharedArrayBuffer;
  /** Called with the thread that makes the calls before it makes any: the next server must know it. */
  readonly remember: (thread: ProcessId) => void;
  /** The root of a branch's tree, from the mountpoint. */
  readonly rootOf: (branch: string) => string;
}

/** Longest time a command waits for those who watch to be told, ms. */
const DEADLINE_MS = 5_000;
/** Longest time that the thread may take to stop, ms. */
const STOP_DEADLINE_MS = 2_000;

export class Watchers implements BranchWatchers {
  readonly #words: Int32Array;
  #worker: Promise<Worker | null> | null = null;
  #done: PromiseWithResolvers<void> | null = null;
  /** The end of the queue of jobs. */
  #last: Promise<void> = Promise.resolve();

  constructor(readonly parts: WatchersParts) {
    this.#words = new Int32Array(parts.memory);
  }

  async look(): Promise<Watches | null> {
    if (!this.parts.areTold) return null;
    const mount = await mountAt(this.parts.mount);
    if (mount === null) return null;
    const watches = await this.parts.background.call("watches", mount.device);
    // It starts while the change is being prepared.
    if (watches !== null) void this.#thread();
    return watches;
  }

  async tell(branch: WatchedBranch, changed: Reenacted | undefined): Promise<number> {
    if (changed === undefined || changed.names.length === 0) return 0;
    const told = this.parts.invalidation.during(() =>
      this.#last.then(() => this.#tell(branch, changed)).finally(async () => {
        await this.parts.fs.call("reenacted", null);
      })
    );
    this.#last = told.catch(() => {});
    return await isLate(told, DEADLINE_MS) ? changed.names.length : 0;
  }

  /** Resolves when nothing is open: the mount would be busy. What was not told of is given up. */
  async end(): Promise<void> {
    Atomics.store(this.#words, Word.STOP, 1);
    await isLate(this.#last, STOP_DEADLINE_MS);
    Atomics.store(this.#words, Word.STOP, 0);
  }

  async #tell({ name, view }: WatchedBranch, { names, isRouted }: Reenacted): Promise<void> {
    const mount = await mountAt(this.parts.mount);
    if (mount === null) return;
    const worker = await this.#thread();
    if (worker === null) return;
    const tree = {
      mount: binaryString(mount.path),
      device: mount.device,
      root: isRouted ? "" : binaryString(this.parts.rootOf(name)),
      view,
    };
    this.#done = Promise.withResolvers();
    worker.postMessage({ tree, changes: names } satisfies ReenactorJob);
    await this.#done.promise;
  }

  /** Null if there can be none; whoever comes later tries again. */
  #thread(): Promise<Worker | null> {
    return this.#worker ??= this.#start().catch((error: Error) => {
      this.#worker = null;
      console.error(`Cannot tell those who watch: ${error.message}`);
      return null;
    });
  }

  async #start(): Promise<Worker> {
    const ready = Promise.withResolvers<void>();
    const worker = new Worker(new URL("./linux_reenactor_thread.ts", import.meta.url), {
      type: "module",
    });
    onWorkerFailure(worker, "reenactor", (error) => {
      // Its number may be another thread's next.
      Atomics.store(this.#words, Word.THREAD, 0);
      this.#worker = null;
      ready.reject(error);
      this.#done?.reject(error);
    });
    worker.onmessage = ({ data }: MessageEvent<ReenactorMessage>) => {
      if (data.type === "ready") {
        this.#remember(data.thread);
        ready.resolve();
      } else if (data.error === null) this.#done?.resolve();
      else this.#done?.reject(new Error(data.error));
    };
    worker.postMessage({ memory: this.parts.memory } satisfies ReenactorStart);
    await ready.promise;
    return worker;
  }

  /** The next server knows it before this one believes it. */
  #remember(thread: number): void {
    try {
      this.parts.remember(processId(thread)!);
      Atomics.store(this.#words, Word.THREAD, thread);
    } catch (error) {
      console.error(`Cannot tell those who watch: ${(error as Error).message}`);
    }
  }
}

/** True if it is not settled in time. Rejects as it does. */
async function isLate(promise: Promise<void>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), ms);
  });
  try {
    return await Promise.race([promise.then(() => false), late]);
  } finally {
    clearTimeout(timer);
  }
}
