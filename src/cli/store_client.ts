/**
 * Connects a command to a store: through the daemon that has it open, or to its files.
 *
 * @module
 */

import type { ControlClient } from "../control/client.ts";
import { connectTo } from "./daemon_client.ts";
import { findStore } from "../daemon/offline_store.ts";
import type { CommandInput, OptionSpec } from "./command.ts";
import { ProgressLine, type ReportProgress, whileWatching } from "./print/progress_line.ts";

export const STORE_OPTION: OptionSpec = {
  value: "DIR",
  brief: "the store itself, where no daemon has it open",
};

/** What to do in either case. */
export interface StoreTask<T> {
  /** Name of the daemon's task, to ask how far it is. */
  readonly name: string;
  online(client: ControlClient): Promise<T>;
  offline(store: string, report: ReportProgress): Promise<T>;
}

/** Runs the task where the store is, and shows how far it is. */
export async function withStore<T>(input: CommandInput, task: StoreTask<T>): Promise<T> {
  const found = await findStore({
    store: input.values.get("store"),
    socket: input.values.get("sock"),
    directory: input.values.get("project"),
  });
  const line = new ProgressLine(input.flags.has("json"));
  try {
    if (found.daemon === null) return await task.offline(found.store, line.report);
    using client = await connectTo(found.daemon);
    using watcher = await connectTo(found.daemon);
    return await whileWatching(watcher, task.name, line.report, task.online(client));
  } finally {
    line.end();
  }
}
