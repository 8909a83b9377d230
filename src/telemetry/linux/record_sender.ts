/**
 * Hands in at the daemon's socket (`record_socket.ts`) what was seen, many events at a time. The daemon may be away, or busy: for
 * a while they are kept, and then counted as lost.
 *
 * @module
 */

import { monotonicTime } from "../../../ffi/linux/clock.ts";
import { close } from "../../../ffi/linux/open.ts";
import { connectDatagrams, sendNow } from "../../../ffi/linux/watch/unix_socket.ts";
import type { Provider, TelemetryEvent } from "../event.ts";

const MOST_BYTES = 32 * 1024;
/** What is kept where nobody takes it, in datagrams. */
const MOST_KEPT = 256;

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
    if (this.#lines.length >= MOST_BYTES) this.flush();
  }

  /** Sends what there is, as far as it is taken. */
  flush(): void {
    if (this.#lines !== "") this.#keep();
    while (this.#kept.length > 0 && this.#send(this.#kept[0]!)) {
      this.#kept.shift();
    }
    if (this.#kept.length > 0 || this.#lost === 0) return;
    const lost = { provider: this.provider, action: "lost", count: this.#lost } as const;
    this.#lost = 0;
    this.tell({ ...lost, time: monotonicTime() });
    this.flush();
  }

  #keep(): void {
    const bytes = this.#encoder.encode(this.#lines);
    if (this.#kept.length >= MOST_KEPT) {
      this.#lost += this.#count;
    } else {
      this.#kept.push(bytes);
    }
    this.#lines = "";
    this.#count = 0;
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
