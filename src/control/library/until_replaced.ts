import { ControlError } from "../client.ts";

/** Longest time until a server that went away has a successor, and how often it is looked, ms. */
const REPLACED_DEADLINE_MS = 10_000;
const LOOK_MS = 25;

/** Connects to the server that takes over, once there is one. */
export async function untilReplaced<T>(connect: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + REPLACED_DEADLINE_MS;
  while (true) {
    try {
      return await connect();
    } catch (error) {
      if (!(error instanceof ControlError) || performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
