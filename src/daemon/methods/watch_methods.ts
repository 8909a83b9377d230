/**
 * The service's methods about directories outside the mount that are watched.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import type { Params } from "../../control/methods.ts";
import type { WatchedDirectoriesReport } from "../../control/service/telemetry.ts";
import { ServiceError } from "../../control/service_error.ts";
import { isWithin } from "../../host/mounts.ts";
import { HAS_SOURCES } from "../../telemetry/has_sources.ts";
import type { TelemetryClient } from "../telemetry/telemetry_client.ts";
import { loadDirectories, saveDirectories } from "../workspaces/saved_directories.ts";
import type { DaemonConfig } from "../workspaces/workspace.ts";

export class WatchMethods {
  constructor(
    readonly config: DaemonConfig,
    /** Null if nothing is recorded. */
    readonly client: TelemetryClient | null,
  ) {}

  /** They are kept, and watched again after every start. Rejects with {@linkcode ServiceError}: then it is as it was. */
  async watch({ directories }: Params<"watchDirectories">): Promise<WatchedDirectoriesReport> {
    if (!HAS_SOURCES) {
      throw new ServiceError("only_on_linux", "Other directories are watched on Linux only", {
        exit: 4,
      });
    }
    for (const directory of directories) this.#check(directory);
    const before = loadDirectories(this.config.workspace);
    const report = await this.#set([...new Set([...before, ...directories])]);
    const failed = report.directories.find(({ path, why }) =>
      why !== null && directories.includes(path)
    );
    if (failed === undefined) return this.#kept(report);
    await this.#set(before);
    throw new ServiceError("cannot_watch", failed.why!, { exit: 4 });
  }

  async unwatch({ directories }: Params<"unwatchDirectories">): Promise<WatchedDirectoriesReport> {
    const before = loadDirectories(this.config.workspace);
    const unknown = directories.find((directory) => !before.includes(directory));
    if (unknown !== undefined) {
      throw new ServiceError("not_watched", `${unknown} is not watched`, {
        exit: 2,
        hint: "agentvfs telemetry status names those that are",
      });
    }
    const rest = before.filter((directory) => !directories.includes(directory));
    if (this.client !== null) return this.#kept(await this.#set(rest));
    return this.#kept({ directories: rest.map((path) => ({ path, why: "nothing is recorded" })) });
  }

  #check(directory: string): void {
    const { mount, workspace } = this.config;
    const refuse = (why: string, hint: string) => {
      throw new ServiceError("not_outside", `${directory} ${why}`, { exit: 2, hint });
    };
    if (!directory.startsWith("/")) refuse("is no absolute path", "Begin it with /");
    if (isWithin(directory, mount)) {
      refuse("is in the mount, which tells of itself", "See agentvfs quickstart --telemetry opens");
    }
    if (isWithin(directory, workspace)) {
      refuse("is the workspace's own: its log would tell of itself", "Name another directory");
    }
  }

  async #set(directories: readonly string[]): Promise<WatchedDirectoriesReport> {
    const state = await this.client?.directories(directories.map(binaryString)) ?? null;
    if (state !== null) return { directories: [...state.directories] };
    throw new ServiceError("nothing_recorded", "The daemon records nothing of what is done", {
      exit: 2,
      hint: "See why: agentvfs telemetry status; start it again with --telemetry changes",
    });
  }

  #kept(report: WatchedDirectoriesReport): WatchedDirectoriesReport {
    saveDirectories(this.config.workspace, report.directories.map(({ path }) => path));
    return report;
  }
}
