/**
 * Where processes beside the daemon hand in what they saw: datagrams of JSON, an event a line, to a socket that belongs to the
 * user of the daemon.
 *
 * Who may write there may tell lies, as may who could write to the log itself: only what such sources can see is taken.
 *
 * @module
 */

import { Errno } from "../../../ffi/linux/errno.ts";
import { close } from "../../../ffi/linux/open.ts";
import { bindDatagrams, receiveNow } from "../../../ffi/linux/watch/unix_socket.ts";
import type { TelemetryEvent } from "../event.ts";
import { type Source, SourceError } from "../source.ts";
import { parseRecord } from "./parse_record.ts";

/** The most that a datagram has: paths that are no ASCII take up to twice their length. */
const MOST_DATAGRAM_BYTES = 128 * 1024;
/** Datagrams of one turn. */
const MOST_AT_ONCE = 64;
const MODE = 0o600;

export class RecordSocket implements Source {
  readonly name = "seccomp";
  readonly #bytes = new Uint8Array(MOST_DATAGRAM_BYTES);
  readonly #decoder = new TextDecoder();
  #fd: number;

  private constructor(fd: number, readonly path: string) {
    this.#fd = fd;
  }

  /** Takes the place of one that was there. Throws {@linkcode SourceError}. */
  static open(path: string): RecordSocket {
    remove(path);
    const fd = bindDatagrams(path);
    if (fd < 0) {
      const why = fd === -Errno.ENAMETOOLONG ? "its path is too long" : `errno ${-fd}`;
      throw new SourceError(
        "seccomp",
        `there is no socket ${path} to hand in what was seen: ${why}`,
      );
    }
    Deno.chmodSync(path, MODE);
    return new RecordSocket(fd, path);
  }

  get fd(): number {
    return this.#fd;
  }

  take(tell: (event: TelemetryEvent) => void): void {
    for (let i = 0; i < MOST_AT_ONCE && this.#fd >= 0; i++) {
      const length = receiveNow(this.#fd, this.#bytes);
      if (length < 0) return;
      const text = this.#decoder.decode(this.#bytes.subarray(0, length));
      for (const line of text.split("\n")) {
        const event = line === "" ? null : parseRecord(line);
        if (event !== null) tell(event);
      }
    }
  }

  stop(): void {
    if (this.#fd < 0) return;
    close(this.#fd);
    this.#fd = -1;
    remove(this.path);
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch { /* it was not there */ }
}
