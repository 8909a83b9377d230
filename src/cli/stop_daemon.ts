/**
 * Stops a daemon and waits until it is gone.
 *
 * @module
 */

import type { ControlClient } from "../control/client.ts";
import type { StatusReport, StopReport } from "../control/service/daemon.ts";
import { isListening } from "../control/socket_path.ts";
import { suspendedKeeper } from "../daemon/workspaces/suspended_keeper.ts";
import { noProject } from "../host/current_directory.ts";
import { isAlive } from "../host/processes.ts";
import { CommandError } from "./command_error.ts";

/** Longest time an ending daemon may take to unmount, ms. */
const END_DEADLINE_MS = 15_000;
const LOOK_MS = 10;
/** How often it is looked whether somebody suspended the keeper, ms. */
const SUSPENDED_LOOK_MS = 2_000;

/** Closes `client`. */
export async function stopDaemon(
  client: ControlClient,
  force: boolean,
): Promise<{ status: StatusReport; stopped: StopReport }> {
  // Standing in the mount, this process would be what keeps it in use.
  Deno.chdir(noProject());
  let status: StatusReport;
  let stopped: StopReport;
  try {
    status = await client.status();
    stopped = await client.stop(force ? { force: true } : {});
  } finally {
    client.close();
  }
  await ended(status);
  return { status, stopped };
}

/** A daemon has ended when its socket is silent and its process is gone; only then may the next one start. */
async function ended({ keeperPid, mount, socket, log }: StatusReport): Promise<void> {
  const deadline = performance.now() + END_DEADLINE_MS;
  let nextLook = performance.now() + SUSPENDED_LOOK_MS;
  while (isAlive(keeperPid) || await isListening(socket)) {
    if (performance.now() > nextLook) {
      const suspended = await suspendedKeeper(mount);
      if (suspended !== null) throw suspended;
      nextLook = performance.now() + SUSPENDED_LOOK_MS;
    }
    if (performance.now() > deadline) {
      const seconds = END_DEADLINE_MS / 1000;
      const message =
        `The daemon said it stops and still runs after ${seconds} s (process ${keeperPid})`;
      throw new CommandError("still_running", 1, message, {
        hint:
          `Nothing that was written is lost: end it with kill -9 ${keeperPid}, then look at the log ${log}`,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
