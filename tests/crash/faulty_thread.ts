/**
 * A thread of the server's, with faults (see {@linkcode Fault}).
 *
 * @module
 */

import { injected, onFault, takeFault } from "./faults.ts";

const module = new URL(import.meta.url).searchParams.get("module")!;

if (module.endsWith("/background.ts")) {
  onFault("background", () => {
    throw injected("background");
  });
} else if (module.endsWith("/fs_thread.ts")) {
  // This thread never gets back to its event loop. What it reads as JSON are commands.
  const { parse } = JSON;
  JSON.parse = (text, reviver) => {
    if (takeFault("command")) throw injected("command");
    return parse(text, reviver);
  };
}

// What comes while the module is loaded would be lost: nobody listens yet.
const early: MessageEvent[] = [];
const keep = (event: Event) => void early.push(event as MessageEvent);
self.addEventListener("message", keep);
await import(module);
self.removeEventListener("message", keep);
for (const { data } of early) self.dispatchEvent(new MessageEvent("message", { data }));
