/**
 * A directory on a real ext4 disk: what it answers is what is expected of a mount.
 *
 * @module
 */

import { run } from "../support/process.ts";

export interface ReferenceDirectory {
  readonly path: string;
  /** Removes it. */
  end(): Promise<void>;
}

/** Where an ext4 file system may be found, besides the directory for temporary files. */
const CANDIDATES = ["/tmp", "/var/tmp", "."];

/** Makes an empty directory on ext4: where there is one, else (as root) in a file of its own. */
export async function referenceDirectory(): Promise<ReferenceDirectory> {
  for (const candidate of [Deno.env.get("TMPDIR"), ...CANDIDATES]) {
    if (candidate === undefined || await fileSystemOf(candidate) !== "ext2/ext3") continue;
    const path = await Deno.makeTempDir({ dir: candidate, prefix: "agentvfs-reference-" });
    await Deno.chmod(path, 0o755);
    return { path, end: () => remove(path) };
  }
  return await loopMounted();
}

/** As stat(1) calls it; ext4 shares its magic number with its forebears. */
async function fileSystemOf(path: string): Promise<string> {
  return (await run(["stat", "-f", "-c", "%T", path])).stdout.trim();
}

async function remove(path: string): Promise<void> {
  await run(["rm", "-rf", "--one-file-system", path]);
}

async function loopMounted(): Promise<ReferenceDirectory> {
  const place = await Deno.makeTempDir({ prefix: "agentvfs-reference-" });
  const [image, path] = [`${place}/image`, `${place}/disk`];
  const end = async () => {
    await run(["umount", path]);
    await remove(place);
  };
  await Deno.chmod(place, 0o755);
  await Deno.mkdir(path);
  for (
    const command of [
      ["truncate", "-s", "2G", image],
      ["mkfs.ext4", "-q", "-F", image],
      ["mount", "-o", "loop", image, path],
    ]
  ) {
    const { code, stderr } = await run(command);
    if (code === 0) continue;
    await end();
    throw new Error(`There is no ext4 to compare with, and ${command.join(" ")} fails: ${stderr}`);
  }
  return { path, end };
}
