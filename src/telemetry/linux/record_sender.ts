/**
 * Hands in at the daemon's socket (`record_socket.ts`) what was seen, many events at a time. The daemon may be away, or busy: for
 * a while they are kept, and then counted as lost.
 *
 * @module
 */

import { monotonicTime } from "../../../ffi/linux/clock.ts";
import { PollSet } from "../../../ffi/linux/descriptor.ts";
import { close } from "../../../ffi/linux/open.ts";
import { connectDatagrams, sendNow } from "../../../ffi/linux/watch/unix_socket.ts";
import type { Provider, TelemetryEvent } from "../event.ts";

/** Of a datagram, before its last event. */
const MOST_LENGTH = 32 * 1024;
/** What is kept where nobody takes it, in datagrams. */
const MOST_KEPT = 256;
/** How long who ends waits for somebody to take the rest, ms; and how long for one that has too much to read. */
const LAST_MS = 2_000;
const NAP_MS = 10;

export class RecordSender {
  #fd = -1;
  #lines = "";
  #kept: Uint8Array<ArrayBuffer>[] = [];
  #count = 0;
  #lost = 0;
  readonly #encoder = new TextEncoder();

  constructor(readonly path: string, readonly provider: Provider) {}

  tell(event: TelemetryEvent): void {
    this.#lines += `${JSON.stringify(event)}\n`;
    this.#count++;
    if (this.#lines.length < MOST_LENGTH) return;
    this.flush();
    if (this.#lines !== "") this.#keep();
  }

  /** Sends what there is, as far as it is taken. What is not goes with what comes next. */
  flush(): void {
    while (this.#kept.length > 0) {
      if (!this.#send(this.#kept[0]!)) return;
      this.#kept.shift();
    }
    if (this.#lost > 0) this.#tellOfLost();
    if (this.#lines !== "" && this.#send(this.#encoder.encode(this.#lines))) this.#begin();
  }

  /** Sends all that there is, waiting for who takes it, at most so many ms: nobody is there to send it later. */
  finish(patience = LAST_MS): void {
    const nothing = new PollSet([]);
    const end = monotonicTime() + patience;
    for (this.flush(); !this.#isEmpty && monotonicTime() < end; this.flush()) {
      nothing.wait(0, NAP_MS);
    }
    this.close();
  }

  get #isEmpty(): boolean {
    return this.#lines === "" && this.#kept.length === 0;
  }

  #keep(): void {
    if (this.#kept.length >= MOST_KEPT) this.#lost += this.#count;
    else this.#kept.push(this.#encoder.encode(this.#lines));
    this.#begin();
  }

  #begin(): void {
    this.#lines = "";
    this.#count = 0;
  }

  #tellOfLost(): void {
    const lost = { provider: this.provider, action: "lost", count: this.#lost } as const;
    this.#lost = 0;
    this.#lines += `${JSON.stringify({ ...lost, time: monotonicTime() })}\n`;
    this.#count++;
  }

  /** A daemon that was replaced has another socket at the path. */
  #send(bytes: Uint8Array<ArrayBuffer>): boolean {
    if (this.#fd >= 0 && sendNow(this.#fd, bytes, bytes.length) >= 0) return true;
    const again = connectDatagrams(this.path);
    if (again < 0) return false;
    this.close();
    this.#fd = again;
    return sendNow(this.#fd, bytes, bytes.length) >= 0;
  }

  close(): void {
    if (this.#fd < 0) return;
    close(this.#fd);
    this.#fd = -1;
  }
}
