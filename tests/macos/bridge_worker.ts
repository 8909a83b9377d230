/**
 * The thread that a mount is served by through a {@linkcode Bridge}: it blocks at the device, as the real one does at its stream.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import type { Owner } from "../../src/mount/fuse/dialect.ts";
import { randomness } from "../support/random.ts";
import { readRequest, writeAnswer } from "../support/systems/kernel_door.ts";
import { Fixture } from "../tree/fixture.ts";
import { Bridge } from "./bridge.ts";
import { MemoryStream } from "./memory_stream.ts";
import { serveTree } from "./served.ts";

self.onmessage = (event: MessageEvent<{ fd: number; owner: Owner; seed: number }>) => {
  const { fd, owner, seed } = event.data;
  const random = randomness(seed);
  const fixture = new Fixture();
  try {
    // Mostly whole messages; now and then pieces of a few bytes.
    const stream = new MemoryStream(() => random(8) === 0 ? 1 + random(200) : 2 ** 22);
    const session = serveTree(fixture.tree, stream, { owner, storePath: fixture.directory });
    serve(fd, new Bridge(stream, session));
    self.postMessage({ ended: true });
  } catch (error) {
    self.postMessage({ failed: error instanceof Error ? error.stack : String(error) });
  } finally {
    fixture.close();
  }
};
self.postMessage({ isReady: true });

function serve(fd: number, bridge: Bridge): void {
  const buffer = new Uint8Array(1024 * 1024 + 8192);
  for (;;) {
    const length = readRequest(fd, buffer);
    if (length === null) return;
    if (length === 0) continue;
    const answer = bridge.answer(buffer.slice(0, length));
    if (answer !== null) writeAnswer(fd, answer);
  }
}
