/**
 * The thread that waits for the disk where the system has no call that does not.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { flushForever, type FlushStart } from "../../mount/macos/flush_thread.ts";

self.onmessage = ({ data }: MessageEvent<FlushStart>) => flushForever(data);
