/**
 * Sockets by which programs can be asked to do something: a mount that is read-only does not keep anybody from connecting.
 *
 * @module
 */

/** Paths of the Unix sockets that are bound now, as far as they lead to one. */
export function listeningSockets(): string[] {
  const paths = new Set(boundPaths(readTable()));
  return [...paths].filter(isSocket);
}

/**
 * Of `/proc/net/unix`, those that do not depend on where a program stands. Lines have eight columns; the last is the path, and
 * may be missing. Names that begin with `@` are abstract.
 */
export function boundPaths(table: string): string[] {
  return table.split("\n").slice(1).flatMap((line) => {
    const path = /^\S+: (?:\S+ +){6}(\/.*)$/.exec(line)?.[1];
    return path === undefined ? [] : [path];
  });
}

function readTable(): string {
  try {
    return Deno.readTextFileSync("/proc/net/unix");
  } catch {
    return "";
  }
}

function isSocket(path: string): boolean {
  try {
    return Deno.statSync(path).isSocket === true;
  } catch {
    return false;
  }
}
