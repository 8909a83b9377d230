/**
 * Temporary directories that go away also when they hold mounts or files nobody may write.
 *
 * @module
 */

import { run } from "./process.ts";

/**
 * Runs `body` with a new directory, and removes it afterwards whatever happens. Its path is the real one: what is told of files
 * is compared with it.
 *
 * @param parent in there, else where such belong
 */
export async function withTemporary<T>(
  body: (directory: string) => Promise<T>,
  parent?: string,
): Promise<T> {
  const dir = parent === undefined ? {} : { dir: parent };
  const made = await Deno.makeTempDir({ prefix: "agentvfs-test-", ...dir });
  const directory = await Deno.realPath(made);
  try {
    return await body(directory);
  } finally {
    for (const mount of await mountsBelow(directory)) await run(["umount", "-l", mount]);
    const { code, stderr } = await run(["rm", "-rf", "--one-file-system", directory]);
    if (code !== 0) console.error(`Cannot remove ${directory}: ${stderr}`);
  }
}

/** Mountpoints in `directory`, the deepest first. */
export async function mountsBelow(directory: string): Promise<string[]> {
  const table = await Deno.readTextFile("/proc/self/mounts");
  return table.split("\n").map((line) => line.split(" ")[1] ?? "")
    .map((path) => path.replace(/\\([0-7]{3})/g, (_, n) => String.fromCharCode(parseInt(n, 8))))
    .filter((path) => path.startsWith(`${directory}/`))
    .reverse();
}
