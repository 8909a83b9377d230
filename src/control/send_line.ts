/**
 * Sends one line as it is, for people and programs that speak the protocol themselves.
 *
 * @module
 */

import { ControlError } from "./client.ts";
import type { Transport } from "./transport.ts";

/** The reply to `line`, without its newline. Rejects with {@linkcode ControlError}. */
export async function sendLine(transport: Transport, line: string): Promise<string> {
  const { place } = transport;
  try {
    const reply = await transport.exchange(line.replaceAll("\n", " "));
    if (reply !== null) return reply;
  } catch (cause) {
    throw new ControlError("closed", place, `The daemon at ${place} went away`, { cause });
  } finally {
    transport.close();
  }
  throw new ControlError("closed", place, `The daemon at ${place} hung up without an answer`);
}
