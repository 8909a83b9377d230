/**
 * Lines over the control socket.
 *
 * @module
 */

import { connectLocal, type LocalConnection } from "../host/local_socket.ts";
import { LineReader } from "./line_reader.ts";
import type { Transport } from "./transport.ts";

export class SocketTransport implements Transport {
  readonly place: string;
  readonly #connection: LocalConnection;
  readonly #lines: LineReader;

  constructor(socket: string, connection: LocalConnection) {
    this.place = socket;
    this.#connection = connection;
    this.#lines = new LineReader(connection, { maxBytes: Infinity, deadlineMs: 0x7fffffff });
  }

  /** Rejects with Deno's error where nobody listens at `socket`, or this process may not connect. */
  static async connect(socket: string): Promise<SocketTransport> {
    return new SocketTransport(socket, await connectLocal(socket));
  }

  async exchange(line: string): Promise<string | null> {
    const bytes = new TextEncoder().encode(line + "\n");
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.#connection.write(bytes.subarray(sent));
    }
    return await this.next();
  }

  /** The next line that was not asked for; null where the daemon hung up. */
  async next(): Promise<string | null> {
    return await this.#lines.next();
  }

  close(): void {
    // Deno keeps a socket open while a read of it is under way; this makes the daemon hang up and end that read.
    this.#connection.closeWrite().catch(() => {});
    try {
      this.#connection.close();
    } catch { /* closed already */ }
  }
}
