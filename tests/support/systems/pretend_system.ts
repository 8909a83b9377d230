/**
 * Makes this process take Linux for another system. Its workers, and the program where it starts itself, do so, too.
 *
 * @module
 */

/// <reference lib="deno.window" />

import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../../main.ts", import.meta.url));

export interface PretendedSystem {
  readonly os: "darwin" | "windows";
  /** The path of what is opened where a library is asked for. */
  library(name: string): string;
  /** The module that calls this, and the program that begins with it. */
  readonly pretend: URL;
  readonly main: URL;
  /** The configuration that the program is started with instead of its own. */
  readonly config?: string;
}

/** To be called before anything asks which system it is on. */
export function pretendSystem({ os, library, pretend, main, config }: PretendedSystem): void {
  const { dlopen } = Deno;
  replace(Deno, "build", { ...Deno.build, os });
  replace(
    Deno,
    "dlopen",
    (name: string, symbols: Deno.ForeignLibraryInterface) => dlopen(library(name), symbols),
  );

  replace(
    globalThis,
    "Worker",
    class extends Worker {
      constructor(specifier: string | URL, options?: WorkerOptions) {
        const pretending = new URL("pretending_worker.ts", import.meta.url);
        pretending.search = new URLSearchParams({
          pretend: pretend.href,
          module: String(specifier),
        }).toString();
        super(pretending, options);
      }
    },
  );

  replace(
    Deno,
    "Command",
    class extends Deno.Command {
      constructor(command: string | URL, options: Deno.CommandOptions = {}) {
        const args = options.args && pretendingArguments(options.args, main, config);
        const env = options.args?.includes(MAIN) ? { env: { ...options.env, ...standIns() } } : {};
        super(command, args === undefined ? options : { ...options, ...env, args });
      }
    },
  );
}

/** What a program that pretends has to know, also where it is given an environment of its own. */
function standIns(): Record<string, string> {
  const all = Object.entries(Deno.env.toObject());
  return Object.fromEntries(all.filter(([name]) => name.startsWith("AGENTVFS_STAND_IN")));
}

/** Of the program, the arguments by which it pretends as well. */
export function pretendingArguments(
  args: readonly string[],
  main: URL,
  config?: string,
): string[] {
  return args.map((arg) => {
    if (arg === MAIN) return fileURLToPath(main);
    return config !== undefined && arg.startsWith("--config=") ? `--config=${config}` : arg;
  });
}

function replace(holder: object, name: string, value: unknown): void {
  Object.defineProperty(holder, name, { value, writable: true });
}
