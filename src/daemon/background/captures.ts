/**
 * The captures that the fs thread posts: they come on a port of their own and may be asked for before they are there.
 *
 * @module
 */

import type { Capture } from "../../tree/capture/capture.ts";
import { decodeCapture, type PostedCapture } from "../threads/posted_capture.ts";

/** It was posted before it is asked for: it comes at once. */
const DEADLINE_MS = 60_000;

export class Captures {
  readonly #arrived = new Map<number, Uint8Array>();
  readonly #waiting = new Map<number, (bytes: Uint8Array) => void>();

  constructor(port: MessagePort) {
    port.onmessage = ({ data: { id, bytes } }: MessageEvent<PostedCapture>) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (waiting !== undefined) waiting(bytes);
      else this.#arrived.set(id, bytes);
    };
  }

  /** Resolves with the capture of that number. Rejects if it does not come, or cannot be read. */
  async take(id: number, deadlineMs = DEADLINE_MS): Promise<Capture> {
    const arrived = this.#arrived.get(id);
    this.#arrived.delete(id);
    return decodeCapture(arrived ?? await this.#wait(id, deadlineMs));
  }

  #wait(id: number, deadlineMs: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error(`What changed was not handed over within ${deadlineMs / 1000} s`));
      }, deadlineMs);
      this.#waiting.set(id, (bytes) => {
        clearTimeout(timer);
        resolve(bytes);
      });
    });
  }
}
