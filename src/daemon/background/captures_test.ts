import assert from "node:assert/strict";
import type { Capture } from "../../tree/capture/capture.ts";
import { Captures, type PostedCapture } from "./captures.ts";

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
  use: (
    captures: Captures,
    post: (posted: PostedCapture) => void,
    port: MessagePort,
  ) => Promise<void>,
): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  try {
    await use(new Captures(port2), (posted) => port1.postMessage(posted), port2);
  } finally {
    port1.close();
    port2.close();
  }
}

Deno.test("a capture is taken whether it is asked for before it is there or after, however deep it is", () =>
  withCaptures(async (captures, post) => {
    const early = captures.take(1);
    post({ id: 2, capture: chain(3) });
    post({ id: 1, capture: chain(20_000) });
    assert.equal((await early).directories.length, 20_001);
    assert.deepEqual(await captures.take(2), chain(3));
  }));

Deno.test("one that cannot be read is an error that nobody catches: the end of the thread", () =>
  withCaptures((_captures, _post, port) => {
    const uncaught = Promise.withResolvers<ErrorEvent>();
    const options = { once: true };
    globalThis.addEventListener("error", (event) => {
      event.preventDefault();
      uncaught.resolve(event);
    }, options);
    port.dispatchEvent(new MessageEvent("messageerror"));
    return uncaught.promise.then(({ message }) => assert.match(message, /cannot be read/));
  }));

Deno.test("one that does not come is not waited for without end", () =>
  withCaptures(async (captures) => {
    await assert.rejects(captures.take(1, 20), /was not handed over/);
  }));
