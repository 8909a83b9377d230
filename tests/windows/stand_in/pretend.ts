/**
 * Makes this process take Linux for Windows: import it before anything else. Files, processes and sockets are Linux's own
 * (`stand_ins.ts` says which modules take the places of Windows'); WinFsp's library, its driver, and what is asked of Windows
 * itself around it, are the stand-in at AGENTVFS_STAND_IN. Workers pretend it, too.
 *
 * @module
 */

/// <reference lib="deno.window" />

import { fileURLToPath } from "node:url";
// While this is Linux still.
import "../../../ffi/linux/libc.ts";

const library = Deno.env.get("AGENTVFS_STAND_IN")!;
const LIBRARIES = new Set([library, "kernel32.dll", "advapi32.dll"]);
const { dlopen } = Deno;

Object.defineProperty(Deno, "build", { value: { ...Deno.build, os: "windows" } });
Object.defineProperty(Deno, "dlopen", {
  value: (name: string, symbols: Deno.ForeignLibraryInterface) =>
    dlopen(LIBRARIES.has(name) ? library : name, symbols),
});

const { addSignalListener } = Deno;
Object.defineProperty(Deno, "addSignalListener", {
  value: (signal: Deno.Signal, listener: () => void) => {
    // Linux has no such signal.
    if (signal !== "SIGBREAK") addSignalListener(signal, listener);
  },
});

const RealWorker = globalThis.Worker;
Object.defineProperty(globalThis, "Worker", {
  value: class extends RealWorker {
    constructor(specifier: string | URL, options?: WorkerOptions) {
      const pretending = new URL("./pretending_worker.ts", import.meta.url);
      pretending.search = new URLSearchParams({ module: String(specifier) }).toString();
      super(pretending, options);
    }
  },
  writable: true,
});

const RealCommand = Deno.Command;
const [main, pretending] = ["../../../main.ts", "./main.ts"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url))
);
const config = Deno.env.get("AGENTVFS_STAND_IN_CONFIG")!;
Object.defineProperty(Deno, "Command", {
  value: class extends RealCommand {
    /** The program, where it starts itself, pretends, too. */
    constructor(command: string | URL, options: Deno.CommandOptions = {}) {
      const args = options.args?.map((arg) =>
        arg === main ? pretending! : arg.startsWith("--config=") ? `--config=${config}` : arg
      );
      super(command, args === undefined ? options : { ...options, args });
    }
  },
});
