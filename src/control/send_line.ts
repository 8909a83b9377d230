/**
 * Sends one line as it is, for people and programs that speak the protocol themselves.
 *
 * @module
 */

import { connectLocal, type LocalConnection } from "../host/local_socket.ts";
import { ControlError } from "./client.ts";
import { LineReader } from "./line_reader.ts";

/** The reply to `line`, without its newline. Rejects with {@linkcode ControlError}. */
export async function sendLine(socket: string, line: string): Promise<string> {
  let connection: LocalConnection;
  try {
    connection = await connectLocal(socket);
  } catch (cause) {
    throw new ControlError("unreachable", socket, `No daemon listens on ${socket}`, { cause });
  }
  try {
    const bytes = new TextEncoder().encode(line.replaceAll("\n", " ") + "\n");
    for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
    const reply = await new LineReader(connection, { maxBytes: Infinity, deadlineMs: 0x7fffffff })
      .next();
    if (reply !== null) return reply;
  } catch (cause) {
    throw new ControlError("closed", socket, `The daemon at ${socket} went away`, { cause });
  } finally {
    connection.close();
  }
  throw new ControlError("closed", socket, `The daemon at ${socket} hung up without an answer`);
}
