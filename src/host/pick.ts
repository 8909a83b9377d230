/**
 * Which system's code is behind this layer. Each file of it has a namesake in the folder of every system, `linux`, `macos`
 * and `windows`, with the same exports.
 *
 * All of them are loaded everywhere, so that one bundle serves every system: what costs time is opening libraries, and
 * those of another system are never opened (`bindLibc` and its like look at `Deno.build.os`).
 *
 * @module
 */

/** What a system has to have: Linux's functions, and numbers of its own. */
export type Like<T> = {
  readonly [K in keyof T]: T[K] extends number ? number : T[K] extends string ? string : T[K];
};

/** Of the modules that do the same, the one for the system that this runs on. */
export function pick<T extends object>(
  linux: T,
  { macos, windows }: {
    readonly macos: Like<NoInfer<T>>;
    readonly windows?: Like<NoInfer<T>>;
  },
): Like<T> {
  const system = { darwin: macos, windows }[Deno.build.os as string];
  return (system ?? linux) as Like<T>;
}
