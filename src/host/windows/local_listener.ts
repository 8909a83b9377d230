/**
 * Named pipes that are listened on. There is one instance of a pipe for each client, and one that waits for the next.
 *
 * @module
 */

import { isSuccess } from "../../../ffi/windows/nt_status.ts";
import { closePipe, createPipe, listen, PipeStatus } from "../../../ffi/windows/named_pipe.ts";
import type { LocalListener } from "../linux/local_listener.ts";
import type { LocalConnection } from "../linux/local_socket.ts";
import { ownUser, PipeConnection, pipeName } from "./pipe_connection.ts";
import { noteAccepted } from "./peers.ts";

/** Listens at `path`, where nobody may. Nobody but this process's user can connect. Throws Deno's AddrInUse. */
export function listenLocal(path: string): LocalListener {
  const waiting = createPipe(pipeName(path), ownUser(), true);
  if (waiting === null) throw new Deno.errors.AddrInUse(`Somebody has the pipe of ${path}`);
  return new PipeListener(pipeName(path), waiting);
}

class PipeListener implements LocalListener {
  #waiting: number | null;

  constructor(readonly name: string, waiting: number) {
    this.#waiting = waiting;
  }

  async accept(): Promise<LocalConnection> {
    this.#waiting ??= createPipe(this.name, ownUser(), false);
    const instance = this.#waiting;
    if (instance === null) throw new Deno.errors.Busy("There is no instance of the pipe");
    const { status } = await listen(instance);
    if (this.#waiting !== instance) throw new Deno.errors.Interrupted("The pipe is closed");
    // Before the client has an answer another one may come.
    this.#waiting = createPipe(this.name, ownUser(), false);
    if (!isSuccess(status) && status !== PipeStatus.CONNECTED) {
      closePipe(instance);
      throw new Deno.errors.ConnectionReset("The client is gone");
    }
    noteAccepted(instance);
    return new PipeConnection(instance);
  }

  close(): void {
    if (this.#waiting !== null) closePipe(this.#waiting);
    this.#waiting = null;
  }
}
