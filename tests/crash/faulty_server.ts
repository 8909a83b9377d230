/**
 * The server's program, with faults (see {@linkcode Fault}).
 *
 * @module
 */

import { run } from "../../src/cli/run.ts";
import { LESS_VARIABLE } from "../../src/daemon/keeper/restart.ts";
import { injected, onFault, takeFault } from "./faults.ts";

if (takeFault("start")) throw injected("start");
// A view that is the death of whoever opens it.
if (Deno.env.get(LESS_VARIABLE) === undefined && takeFault("view")) throw injected("view");

onFault("rejection", () => void Promise.reject(injected("rejection")));
onFault("exception", () => {
  throw injected("exception");
});

const THREAD = new URL("./faulty_thread.ts", import.meta.url);

globalThis.Worker = class extends Worker {
  constructor(specifier: string | URL, options?: WorkerOptions) {
    const thread = new URL(THREAD);
    thread.searchParams.set("module", String(specifier));
    super(thread, options);
  }
};

Deno.exit(await run(Deno.args, "agentvfs"));
