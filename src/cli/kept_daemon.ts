/**
 * Asking a daemon whose server may be replaced, or die, at any time: its keeper starts another one.
 *
 * @module
 */

import { ControlClient, ControlError } from "../control/client.ts";

/** Longest time until a server that died has a successor, ms. */
const REPLACED_DEADLINE_MS = 10_000;
const LOOK_MS = 25;
/** A call that is the death of so many servers is not made again. */
const MOST_CALLS = 5;

/** Connects; where a server is being replaced, to the next one. `mount`: what it serves; null where that is not known. */
export async function connectKept(socket: string, mount: string | null): Promise<ControlClient> {
  const deadline = performance.now() + REPLACED_DEADLINE_MS;
  while (true) {
    try {
      return await ControlClient.connect(socket);
    } catch (error) {
      const isGone = error instanceof ControlError && error.code === "unreachable";
      const late = performance.now() > deadline;
      if (!isGone || late || mount === null || !await isKept(mount)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** True if the mount is there and somebody holds its device. */
async function isKept(path: string): Promise<boolean> {
  const { mountAt, MOUNT_TYPE } = await import("../host/mounts.ts");
  const mount = await mountAt(path);
  if (mount === null || mount.type !== MOUNT_TYPE) return false;
  const { isDeadMount } = await import("../host/dead_mount.ts");
  return !await isDeadMount(mount);
}

/**
 * Connects, calls, hangs up; again if the server goes away meanwhile.
 *
 * @param call told whether one before it may have been carried out, or a part of it, although no answer came
 */
export async function askKept<T>(
  socket: string,
  mount: string,
  call: (client: ControlClient, isAgain: boolean) => Promise<T>,
): Promise<T> {
  for (let calls = 1;; calls++) {
    using client = await connectKept(socket, mount);
    try {
      return await call(client, calls > 1);
    } catch (error) {
      const wentAway = error instanceof ControlError && error.code === "closed";
      if (!wentAway || calls >= MOST_CALLS) throw error;
    }
  }
}
