import assert from "node:assert/strict";
import type { Capture } from "../../tree/capture/capture.ts";
import { Captures } from "./captures.ts";
import { encodeCapture, type PostedCapture } from "../threads/posted_capture.ts";

const ROOT = {
  mode: 0o40755,
  uid: 0,
  gid: 0,
  rdev: 0,
  ino: 1,
  size: 0,
  mtimeSec: 0,
  mtimeNsec: 0,
  ctimeSec: 0,
  ctimeNsec: 0,
  xattrs: null,
};

/** A root with directories in each other. */
function chain(depth: number): Capture {
  return {
    base: { root: { ...ROOT, content: null, chunked: false, nlink: 2, entries: 0 }, links: null },
    directories: Array.from({ length: depth + 1 }, (_, i) => ({
      slot: i,
      attributes: ROOT,
      base: null,
      changes: new Map(i === depth ? [] : [["d", { type: "directory", index: i + 1 }]]),
    })),
    links: [],
    slots: depth + 1,
  };
}

async function withCaptures(
  use: (captures: Captures, post: (posted: PostedCapture) => void) => Promise<void>,
): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  try {
    await use(new Captures(port2), (posted) => port1.postMessage(posted, [posted.bytes.buffer]));
  } finally {
    port1.close();
    port2.close();
  }
}

Deno.test("a capture is taken whether it is asked for before it is there or after, however deep it is", () =>
  withCaptures(async (captures, post) => {
    const early = captures.take(1);
    post({ id: 2, bytes: encodeCapture(chain(3)) });
    post({ id: 1, bytes: encodeCapture(chain(20_000)) });
    assert.equal((await early).directories.length, 20_001);
    assert.deepEqual(await captures.take(2), chain(3));
  }));

Deno.test("one that cannot be read fails who asked for it, and nobody after", () =>
  withCaptures(async (captures, post) => {
    post({ id: 1, bytes: Uint8Array.of(255, 15, 1, 2, 3) });
    post({ id: 2, bytes: encodeCapture(chain(1)) });
    await assert.rejects(captures.take(1));
    assert.deepEqual(await captures.take(2), chain(1));
  }));

Deno.test("one that does not come is not waited for without end", () =>
  withCaptures(async (captures) => {
    await assert.rejects(captures.take(1, 20), /was not handed over/);
  }));
