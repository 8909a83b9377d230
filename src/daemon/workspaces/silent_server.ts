/**
 * A server that answers nobody: somebody suspended it, or it is stuck.
 *
 * @module
 */

import { connectSocket, ControlError } from "../../control/client.ts";
import { Peers } from "../../host/peers.ts";
import { askStatus } from "./spawn.ts";
import { stillSuspended } from "./still_suspended.ts";

/** Time between two looks, ms. */
const LOOK_MS = 5_000;
const STATUS_DEADLINE_MS = 10_000;
/** Longest time in which a server, however busy, answers nobody who asks how it is, ms. */
const SILENT_MS = 60_000;

/** Looks at the server behind `socket` until it is clear that it cannot answer, or `ended`: then null. */
export async function silence(socket: string, ended: AbortSignal): Promise<ControlError | null> {
  let heard = performance.now();
  while (!ended.aborted) {
    const suspended = await suspension(socket);
    if (suspended !== null) return suspended;
    if (await askStatus(socket, STATUS_DEADLINE_MS) !== null) heard = performance.now();
    else if (performance.now() - heard > SILENT_MS) return stuck(socket);
    await delay(LOOK_MS, ended);
  }
  return null;
}

/** Why the server behind `socket` cannot answer, if it is suspended. */
export async function suspension(socket: string): Promise<ControlError | null> {
  const peers = new Peers();
  try {
    using _connection = await connecting(socket);
    const pid = await stillSuspended(peers.accepted().map(({ pid }) => pid));
    return pid === null ? null : suspended(socket, pid);
  } catch (error) {
    if (error instanceof ControlError) return null;
    throw error;
  }
}

async function connecting(socket: string): Promise<Disposable> {
  const transport = await connectSocket(socket);
  return { [Symbol.dispose]: () => transport.close() };
}

function suspended(socket: string, pid: number): ControlError {
  const message =
    `The server of this mount is suspended (process ${pid}): it answers nobody until it goes on`;
  return new ControlError("timeout", socket, message, {
    hint: `Let it go on: kill -CONT ${pid}; it then does what it was asked. ` +
      `Or end it with kill -9 ${pid}: another one takes over, and nothing that was written is lost`,
  });
}

function stuck(socket: string): ControlError {
  const message = `The daemon at ${socket} has answered nobody for ${SILENT_MS / 1000} s`;
  return new ControlError("timeout", socket, message, {
    hint:
      "Its log says more: daemon.log beside the socket. A server that is killed has a successor, and nothing that was written is lost",
  });
}

/** Ends early when `ended` does. */
function delay(ms: number, ended?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    ended?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
