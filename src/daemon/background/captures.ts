/**
 * The captures that the fs thread posts: they come on a port of their own and may be asked for before they are there.
 *
 * They are posted as they are. Bytes of them would be read when they are asked for, but `serialize` of `node:v8` keeps what
 * it is given for good.
 *
 * @module
 */

import type { Capture } from "../../tree/capture/capture.ts";

/** On the captures port. */
export interface PostedCapture {
  readonly id: number;
  readonly capture: Capture;
}

/** It was posted before it is asked for: it comes at once. */
const DEADLINE_MS = 60_000;

export class Captures {
  readonly #arrived = new Map<number, Capture>();
  readonly #waiting = new Map<number, (capture: Capture) => void>();

  constructor(port: MessagePort) {
    port.onmessage = ({ data: { id, capture } }: MessageEvent<PostedCapture>) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (waiting !== undefined) waiting(capture);
      else this.#arrived.set(id, capture);
    };
    // The port is deaf from now on. It is flat data: nothing but a lack of memory does that.
    port.onmessageerror = () => {
      throw new Error("What changed was handed over and cannot be read");
    };
  }

  /** Resolves with the capture of that number. Rejects if it does not come. */
  async take(id: number, deadlineMs = DEADLINE_MS): Promise<Capture> {
    const arrived = this.#arrived.get(id);
    this.#arrived.delete(id);
    return arrived ?? await this.#wait(id, deadlineMs);
  }

  #wait(id: number, deadlineMs: number): Promise<Capture> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error(`What changed was not handed over within ${deadlineMs / 1000} s`));
      }, deadlineMs);
      this.#waiting.set(id, (capture) => {
        clearTimeout(timer);
        resolve(capture);
      });
    });
  }
}
