/**
 * A worker that pretends to run on Windows and then is the module that its address names.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import "./pretend.ts";

/** What comes before the module listens. */
const early: MessageEvent[] = [];
self.onmessage = (event) => void early.push(event);
await import(new URL(self.location.href).searchParams.get("module")!);
for (const event of early) self.dispatchEvent(new MessageEvent("message", { data: event.data }));
