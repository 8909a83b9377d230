/**
 * Asking a daemon whose server may be replaced, or die, at any time: its keeper starts another one. Answers may take long, but
 * who cannot answer is not waited for.
 *
 * @module
 */

import { connectSocket, ControlClient, ControlError } from "../control/client.ts";
import type { Transport } from "../control/transport.ts";

/**
 * Longest time until a server that died has a successor, ms. Its keeper lives: else nobody waits. What a successor reads first
 * may be long, and the machine busy.
 */
const REPLACED_DEADLINE_MS = 60_000;
const LOOK_MS = 25;
/** After that it is looked whether the server answers anybody, and whether the keeper can start another one, ms. */
const PATIENCE_MS = 5_000;
/** A call that is the death of so many servers is not made again. */
const MOST_CALLS = 5;

/**
 * Connects; where a server is being replaced, to the next one.
 *
 * @param mount what it serves; null where that is not known
 * @param door finds another way, which is taken where the socket is out of reach; null: there is none
 */
export async function connectKept(
  socket: string,
  mount: string | null,
  door: () => Promise<Transport | null> = () => Promise.resolve(null),
): Promise<ControlClient> {
  const deadline = performance.now() + REPLACED_DEADLINE_MS;
  let nextLook = performance.now() + PATIENCE_MS;
  while (true) {
    try {
      return new ControlClient(watched(await connectSocket(socket)));
    } catch (error) {
      if (!(error instanceof ControlError) || error.code !== "unreachable") throw error;
      const isReplaced = mayPass(error.cause, mount);
      const other = isReplaced ? null : await door();
      if (other !== null) return new ControlClient(other);
      const late = performance.now() > deadline;
      if (!isReplaced || late || mount === null || !await isKept(mount)) throw error;
      if (performance.now() > nextLook) {
        const suspended = await suspension(mount);
        if (suspended !== null) throw suspended;
        nextLook = performance.now() + PATIENCE_MS;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/**
 * Between two servers there is no socket, or nobody who listens. But who may not connect will not be allowed to later, and who
 * does not see what is known of the daemon does not see its socket either.
 */
function mayPass(cause: unknown, mount: string | null): boolean {
  return cause instanceof Deno.errors.ConnectionRefused ||
    cause instanceof Deno.errors.NotFound && mount !== null;
}

async function suspension(mount: string): Promise<Error | null> {
  const { suspendedKeeper } = await import("../daemon/workspaces/suspended_keeper.ts");
  return await suspendedKeeper(mount);
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

/** The transport to a socket, whose exchanges fail once it is clear that the server cannot answer. */
function watched(transport: Transport): Transport {
  return {
    place: transport.place,
    exchange: (line) => whileAnswering(transport.place, transport.exchange(line)),
    close: () => transport.close(),
  };
}

async function whileAnswering<T>(socket: string, exchange: Promise<T>): Promise<T> {
  const { promise: silent, reject } = Promise.withResolvers<never>();
  const ended = new AbortController();
  const timer = setTimeout(() => {
    import("../daemon/workspaces/silent_server.ts")
      .then(({ silence }) => silence(socket, ended.signal))
      .then((error) => error !== null && reject(error), reject);
  }, PATIENCE_MS);
  try {
    return await Promise.race([exchange, silent]);
  } finally {
    clearTimeout(timer);
    ended.abort();
  }
}
