/**
 * Checking the store and collecting its garbage while everything else goes on: one at a time, a little at a time.
 *
 * @module
 */

import type { Params } from "../../control/methods.ts";
import type { GcReport, StoreStatsReport, VerifyReport } from "../../control/service/store.ts";
import { ServiceError } from "../../control/service_error.ts";
import { DEFAULT_POLICY, type RetentionPolicy } from "../../history/retention/retention.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import type { FsClient } from "../fs_thread/fs_client.ts";
import { serviceError } from "../threads/service_errors.ts";

/** Garbage in a pack from which it is written anew: when somebody asked, and when nobody did. */
export const ASKED_WORTH_IT = 0.1;
const IDLE_WORTH_IT = 0.5;

/** A collection that only old checkpoints or small changes call for waits so long. */
const OLD_PAUSE_MS = 24 * 3_600_000;
/** So much has to have been stored since the last collection, and half of what there was. */
const GROWN_BYTES = 64 * 1024 * 1024;
/** Rest after each step, as a multiple of the time it took. */
const IDLE_REST = 4;

export interface MaintenanceParts {
  readonly fs: FsClient;
  readonly background: BackgroundClient;
  /** Runs a job while nothing else changes a branch. */
  turn<T>(what: string, job: () => Promise<T>): Promise<T>;
  /** Grows with everything the mount is asked. */
  activity(): number;
  /** Carries out a collection, and tells whoever has to know what became of checkpoints. */
  readonly collecting: <T>(collect: () => Promise<T>) => Promise<T>;
  /** Shortest time without activity before a collection, and between two of them, ms; 0: none unless asked for. */
  readonly idleMs: number;
}

export class Maintenance {
  #running: { name: string; asked: boolean; ended: Promise<unknown> } | null = null;
  #stopIdle = false;
  #lastIdle = -Infinity;
  #lastActivity = -1;
  #quietSince = -Infinity;

  constructor(readonly parts: MaintenanceParts) {}

  verify({ repair = false }: Params<"verify">): Promise<VerifyReport> {
    return this.#alone("verify", () => this.parts.background.call("verify", { repair }));
  }

  gc(params: Params<"gc">): Promise<GcReport> {
    const { dryRun = false } = params;
    const options = { policy: policyOf(params), dryRun, worthIt: ASKED_WORTH_IT };
    const { collecting } = this.parts;
    return this.#alone("gc", async () => (await collecting(() => this.#collect(options, false)))!);
  }

  async storeStats(): Promise<StoreStatsReport> {
    const { fs, background, turn } = this.parts;
    try {
      const live = await turn("store stats", () => fs.call("references", null));
      return await background.call("storeStats", live);
    } catch (error) {
      throw serviceError(error);
    }
  }

  /** Collects garbage if there is likely to be some and nobody uses the mount. Called every now and then. */
  async collectWhenIdle(): Promise<void> {
    const { idleMs } = this.parts;
    const activity = this.parts.activity();
    // However the clock is set meanwhile.
    const now = performance.now();
    if (activity !== this.#lastActivity) this.#quietSince = now;
    this.#lastActivity = activity;
    if (now - this.#quietSince < idleMs || now - this.#lastIdle < idleMs) return;
    if (this.#running !== null) return;
    this.#lastIdle = now;
    const { since, grown, bytes, old } = await this.parts.background.call(
      "gcEstimate",
      DEFAULT_POLICY,
    );
    const much = grown >= Math.max(GROWN_BYTES, (bytes - grown) / 2);
    // What was deleted adds little to the packs: so a day with any change is worth a look.
    const some = old > 0 || grown > 0;
    // The last one is in the future where the clock was set back since.
    if (!much && !(some && Math.abs(Date.now() - since) >= OLD_PAUSE_MS)) return;
    if (this.#running !== null) return;
    const options = { policy: DEFAULT_POLICY, dryRun: false, worthIt: IDLE_WORTH_IT };
    const { collecting } = this.parts;
    const report = await this.#run(
      "gc",
      false,
      () => collecting(() => this.#collect(options, true)),
    );
    if (report === null) return;
    const freed = report.bytesBefore - report.bytesAfter;
    console.log(
      `Collected garbage: ${freed} bytes freed, ${report.compactedCount} checkpoints old`,
    );
  }

  /** Runs what somebody asked for, after what nobody did. Throws `busy`. */
  async #alone<T>(name: string, job: () => Promise<T>): Promise<T> {
    while (this.#running !== null && !this.#running.asked) {
      this.#stopIdle = true;
      await this.#running.ended;
    }
    if (this.#running !== null) {
      const message = `Cannot ${name} now: a ${this.#running.name} is running`;
      throw new ServiceError("busy", message, { hint: "Try again when it is done" });
    }
    try {
      return await this.#run(name, true, job);
    } catch (error) {
      throw serviceError(error);
    }
  }

  #run<T>(name: string, asked: boolean, job: () => Promise<T>): Promise<T> {
    this.#stopIdle = false;
    const result = job().finally(() => this.#running = null);
    this.#running = { name, asked, ended: result.catch(() => {}) };
    return result;
  }

  /** Null if it was stopped. */
  async #collect(
    options: { policy: RetentionPolicy; dryRun: boolean; worthIt: number },
    idle: boolean,
  ): Promise<GcReport | null> {
    const { fs, background, turn } = this.parts;
    await turn("gc", async () => {
      const live = await fs.call("references", null);
      await background.call("gcBegin", { ...options, live });
    });
    try {
      while (!(idle && this.#stopIdle)) {
        const started = performance.now();
        const { removedPacks, report } = await background.call("gcStep", null);
        if (removedPacks.length > 0) await fs.call("forgetPacks", removedPacks);
        if (report !== null) return report;
        if (idle) await rest(IDLE_REST * (performance.now() - started));
      }
      return null;
    } finally {
      await background.call("gcEnd", null);
    }
  }
}

/** The rules that are given; those of {@linkcode DEFAULT_POLICY} where none is. */
export function policyOf(params: Params<"gc">): RetentionPolicy {
  const { keep, keepForMs, keepHourly, keepDaily, keepPromptsForMs, keepLabelled } = params;
  const rules = { keep, keepForMs, keepHourly, keepDaily, keepPromptsForMs, keepLabelled };
  const given = Object.entries(rules).filter(([, value]) => value !== undefined);
  return given.length === 0 ? DEFAULT_POLICY : Object.fromEntries(given);
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
