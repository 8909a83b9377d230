/**
 * Lines through `.agentvfs/ctl` in the mount: a way to the daemon where its socket is out of reach, as inside agents' sandboxes.
 *
 * @module
 */

import type { Transport } from "./transport.ts";

const PIECE_BYTES = 64 * 1024;

export class FileTransport implements Transport {
  /** `place`: path of `ctl`. */
  private constructor(readonly place: string) {}

  /** Rejects with Deno's error where it cannot be opened for reading and writing. */
  static async connect(place: string): Promise<FileTransport> {
    (await open(place)).close();
    return new FileTransport(place);
  }

  async exchange(line: string): Promise<string | null> {
    // Opened for each: the tree it is in may be moved to another checkpoint meanwhile.
    using file = await open(this.place);
    const bytes = new TextEncoder().encode(line + "\n");
    for (let sent = 0; sent < bytes.length;) sent += await file.write(bytes.subarray(sent));
    // A descriptor reads on where its write ended: with the answer.
    const decoder = new TextDecoder();
    const piece = new Uint8Array(PIECE_BYTES);
    let answer = "";
    for (let count; (count = await file.read(piece)) !== null;) {
      answer += decoder.decode(piece.subarray(0, count), { stream: true });
    }
    return answer === "" ? null : answer.trimEnd();
  }

  close(): void {}
}

function open(path: string): Promise<Deno.FsFile> {
  return Deno.open(path, { read: true, write: true });
}
