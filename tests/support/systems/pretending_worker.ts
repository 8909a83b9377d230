/**
 * A worker that pretends to run on another system, by one of the modules that its address names, and then is the other one.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

/** What comes before the module listens. */
const early: MessageEvent[] = [];
self.onmessage = (event) => void early.push(event);
const named = new URL(self.location.href).searchParams;
await import(named.get("pretend")!);
await import(named.get("module")!);
for (const event of early) self.dispatchEvent(new MessageEvent("message", { data: event.data }));
