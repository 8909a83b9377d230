/**
 * A thread of the server's, with faults (see {@linkcode Fault}).
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { injected, onFault, takeFault } from "./faults.ts";

const module = new URL(import.meta.url).searchParams.get("module")!;

if (module.endsWith("/background.ts")) {
  onFault("background", () => {
    throw injected("background");
  });
} else {
  // This thread never gets back to its event loop. What it reads as JSON are commands.
  const { parse } = JSON;
  JSON.parse = (text, reviver) => {
    if (takeFault("command")) throw injected("command");
    return parse(text, reviver);
  };
}

// What comes while the module is loaded would be lost: nobody listens yet.
const early: MessageEvent[] = [];
const keep = (event: MessageEvent) => void early.push(event);
self.addEventListener("message", keep);
await import(module);
self.removeEventListener("message", keep);
for (const event of early) self.onmessage?.(event);
