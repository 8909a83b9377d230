/**
 * Which system's code is behind this layer, and behind those above it. Each file of it has a namesake in the folder of every
 * system, `linux`, `macos` and `windows`, with the same exports.
 *
 * All of those are loaded everywhere, as nobody can wait for them: what costs time is opening libraries, and those of another
 * system are never opened (`bindLibc` and its like look at `Deno.build.os`).
 *
 * @module
 */

type System = "linux" | "macos" | "windows";

const SYSTEM: System = Deno.build.os === "darwin"
  ? "macos"
  : Deno.build.os === "windows"
  ? "windows"
  : "linux";

/** What a system has to have: Linux's functions, and numbers of its own. */
export type Like<T> = {
  readonly [K in keyof T]: T[K] extends number ? number : T[K] extends string ? string : T[K];
};

/** Of the modules that do the same, the one for the system that this runs on. */
export function pick<T extends object>(
  linux: T,
  { macos, windows }: {
    readonly macos: Like<NoInfer<T>>;
    readonly windows: Like<NoInfer<T>>;
  },
): Like<T> {
  const system = { linux, macos, windows }[SYSTEM];
  return (system ?? linux) as Like<T>;
}

/**
 * Above this layer each system has rooms of its own, which nobody loads but who runs on it: imports the module for the system
 * that this runs on. To be awaited in a module's body, but not in what a worker begins with: messages to it would be lost.
 */
export function load<T>(
  systems: Readonly<Record<System, () => Promise<T>>>,
): Promise<T> {
  return systems[SYSTEM]();
}
