/**
 * Makes this process take Linux for Windows: import it before anything else. Files, processes and sockets are Linux's own
 * (`stand_ins.ts` says which modules take the places of Windows'); WinFsp's library, its driver, and what is asked of Windows
 * itself around it, are the stand-in at AGENTVFS_STAND_IN.
 *
 * @module
 */

// While this is Linux still.
import "../../../ffi/linux/libc.ts";
import { pretendSystem } from "../../support/systems/pretend_system.ts";

const standIn = Deno.env.get("AGENTVFS_STAND_IN")!;
const LIBRARIES = new Set([standIn, "kernel32.dll", "advapi32.dll"]);

pretendSystem({
  os: "windows",
  library: (name) => LIBRARIES.has(name) ? standIn : name,
  pretend: new URL(import.meta.url),
  main: new URL("main.ts", import.meta.url),
  config: Deno.env.get("AGENTVFS_STAND_IN_CONFIG")!,
});

const { addSignalListener } = Deno;
Object.defineProperty(Deno, "addSignalListener", {
  value: (signal: Deno.Signal, listener: () => void) => {
    // Linux has no such signal.
    if (signal !== "SIGBREAK") addSignalListener(signal, listener);
  },
});
