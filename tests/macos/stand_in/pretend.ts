/**
 * Makes this process take Linux for macOS: import it before anything else. What macOS's libraries do is done by the
 * stand-ins whose paths AGENTVFS_STAND_INS has, as JSON by the name of each library. Workers pretend it, too.
 *
 * @module
 */

/// <reference lib="deno.window" />

import { fileURLToPath } from "node:url";

const libraries: Readonly<Record<string, string>> = JSON.parse(
  Deno.env.get("AGENTVFS_STAND_INS") ?? "{}",
);
const { dlopen } = Deno;

Object.defineProperty(Deno, "build", { value: { ...Deno.build, os: "darwin" } });
Object.defineProperty(Deno, "dlopen", {
  value: (name: string, symbols: Deno.ForeignLibraryInterface) => {
    const path = libraries[name];
    if (path === undefined) throw new Error(`${name} is not there on macOS`);
    return dlopen(path, symbols);
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
Object.defineProperty(Deno, "Command", {
  value: class extends RealCommand {
    /** The program, where it starts itself, pretends, too. */
    constructor(command: string | URL, options: Deno.CommandOptions = {}) {
      const args = options.args?.map((arg) => arg === main ? pretending! : arg);
      super(command, args === undefined ? options : { ...options, args });
    }
  },
});
