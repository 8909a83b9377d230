/**
 * A worker for worker_test.ts: reads what it is told to from a store, as the file system's thread does.
 *
 * @module
 */

/// <reference lib="deno.worker" />

import { loadHasher } from "../format/hash.ts";
import type { ObjectId } from "../format/object_id.ts";
import { Store } from "../store.ts";

const hasher = await loadHasher();
let store: Store | undefined;

self.onmessage = ({ data }: MessageEvent<{ directory: string; id: ObjectId }>) => {
  store ??= Store.open(data.directory, hasher);
  self.postMessage({
    backend: hasher.backend,
    has: store.has(data.id),
    bytes: store.has(data.id) ? store.read(data.id) : null,
  });
};
self.postMessage("ready");
