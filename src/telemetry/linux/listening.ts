/**
 * The supervisor's side of a run whose system calls are to be heard of: how the listener comes to it, and on to who listens.
 *
 * @module
 */

import { close } from "../../../ffi/linux/open.ts";
import { ignoreSignal, SIGINT, SIGQUIT } from "../../../ffi/linux/process.ts";
import {
  keepToItself,
  receiveDescriptor,
  socketPair,
} from "../../../ffi/linux/watch/unix_socket.ts";

const [SIGHUP, SIGTERM] = [1, 15];

export class Listening {
  readonly #open: Set<number>;

  private constructor(readonly own: number, readonly inherited: number) {
    this.#open = new Set([own, inherited]);
  }

  /** A failure (`failureCode`) where there is no socket to be had. */
  static begin(): Listening | number {
    const ends = socketPair();
    if (typeof ends === "number") return ends;
    const [own, inherited] = ends;
    keepToItself(own);
    return new Listening(own, inherited);
  }

  /** Once the process was started that hands it over: the listener, which programs inherit; negative if there is none. */
  async receive(): Promise<number> {
    this.#shut(this.inherited);
    const listener = await receiveDescriptor(this.own);
    if (listener >= 0) this.#open.add(listener);
    return listener;
  }

  close(): void {
    for (const fd of this.#open) this.#shut(fd);
  }

  #shut(fd: number): void {
    if (this.#open.delete(fd)) close(fd);
  }

  /** This process goes on when the terminal ends programs: those that it listens to may not end. */
  static outliveTerminal(): void {
    for (const signal of [SIGHUP, SIGINT, SIGQUIT, SIGTERM]) ignoreSignal(signal);
  }
}
