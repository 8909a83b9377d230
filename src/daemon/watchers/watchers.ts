/**
 * Those who watch the mount: who they are, and telling them what was changed from behind the kernel.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import { mountAt } from "../../host/mounts.ts";
import { type ProcessId, processId } from "../../host/processes.ts";
import { Word } from "../../mount/reenactor_memory.ts";
import type { Watches } from "../../mount/linux/watches.ts";
import type { ChangedName } from "../../tree/changed_names.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import type { FsClient } from "../fs_thread/fs_client.ts";
import { onWorkerFailure } from "../threads/worker_failure.ts";
import type { ReenactorJob, ReenactorMessage, ReenactorStart } from "./reenactor_thread.ts";

/** What a branch needs of it. */
export interface BranchWatchers {
  /** Who watches the mount now; null if nobody does. */
  look(): Promise<Watches | null>;
  /** Tells them of names of a branch's tree. Resolves when that is done, or it takes long: then it goes on. */
  tell(branch: string, changes: readonly ChangedName[] | undefined): Promise<void>;
}

export interface WatchersParts {
  /** Where the file system is mounted. */
  readonly mount: string;
  /** False: nobody is told. */
  readonly areTold: boolean;
  readonly fs: FsClient;
  readonly background: BackgroundClient;
  /** Memory that the fs thread has, too. */
  readonly memory: SharedArrayBuffer;
  /** Called with the thread that makes the calls before it makes any: the next server must know it. */
  readonly remember: (thread: ProcessId) => void;
  /** The root of a branch's tree, from the mountpoint. */
  readonly rootOf: (branch: string) => string;
  readonly failed: (error: Error) => void;
}

/** Longest time a command waits for those who watch to be told, ms. */
const DEADLINE_MS = 5_000;
/** Longest time that the thread may take to stop, ms. */
const STOP_DEADLINE_MS = 2_000;

export class Watchers implements BranchWatchers {
  readonly #words: Int32Array;
  #worker: Promise<Worker> | null = null;
  #done: PromiseWithResolvers<void> | null = null;
  /** The end of the queue of jobs. */
  #last: Promise<void> = Promise.resolve();

  constructor(readonly parts: WatchersParts) {
    this.#words = new Int32Array(parts.memory);
  }

  async look(): Promise<Watches | null> {
    if (!this.parts.areTold) return null;
    const mount = await mountAt(this.parts.mount);
    return mount === null ? null : await this.parts.background.call("watches", mount.device);
  }

  async tell(branch: string, changes: readonly ChangedName[] = []): Promise<void> {
    if (changes.length === 0) return;
    const told = this.#last.then(() => this.#tell(branch, changes)).finally(async () => {
      await this.parts.fs.call("reenacted", null);
    });
    this.#last = told.catch(() => {});
    if (await isLate(told, DEADLINE_MS)) {
      console.log(`Telling those who watch of ${changes.length} changes takes long and goes on`);
    }
  }

  /** Resolves when nothing is open: the mount would be busy. What was not told of is given up. */
  async end(): Promise<void> {
    Atomics.store(this.#words, Word.STOP, 1);
    await isLate(this.#last, STOP_DEADLINE_MS);
    Atomics.store(this.#words, Word.STOP, 0);
  }

  async #tell(branch: string, changes: readonly ChangedName[]): Promise<void> {
    const mount = await mountAt(this.parts.mount);
    if (mount === null) return;
    const worker = await (this.#worker ??= this.#start());
    const tree = {
      mount: binaryString(mount.path),
      device: mount.device,
      root: binaryString(this.parts.rootOf(branch)),
    };
    this.#done = Promise.withResolvers();
    worker.postMessage({ tree, changes } satisfies ReenactorJob);
    await this.#done.promise;
  }

  #start(): Promise<Worker> {
    const worker = new Worker(new URL("./reenactor_thread.ts", import.meta.url), {
      type: "module",
    });
    const ready = Promise.withResolvers<Worker>();
    onWorkerFailure(worker, "reenactor", this.parts.failed);
    worker.onmessage = ({ data }: MessageEvent<ReenactorMessage>) => {
      if (data.type === "done") return this.#done?.resolve();
      try {
        this.parts.remember(processId(data.thread)!);
        Atomics.store(this.#words, Word.THREAD, data.thread);
        ready.resolve(worker);
      } catch (error) {
        ready.reject(error);
      }
    };
    worker.postMessage({ memory: this.parts.memory } satisfies ReenactorStart);
    return ready.promise;
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
