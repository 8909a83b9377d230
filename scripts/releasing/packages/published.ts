import { join } from "node:path";
import { executableName, type Target, TARGETS } from "../targets.ts";

/** A release as packages see it: what there is, its checksums, and where people get it. All packages are made of this table. */
export interface Published {
  readonly version: string;
  /** Where the files of the release are. */
  readonly url: string;
  /** Where the sources are. */
  readonly homepage: string;
  /** The executables that there are. */
  readonly executables: readonly PublishedExecutable[];
  /** The checksum of a file of the release. Throws if it has none. */
  sha256(file: string): string;
}

/** An executable of a release. */
export interface PublishedExecutable {
  readonly target: Target;
  readonly file: string;
  readonly sha256: string;
}

/** Reads what `deno task release` made. */
export async function readPublished(
  directory: string,
  url: string,
  homepage: string,
): Promise<Published> {
  const version = (await Deno.readTextFile(join(directory, "VERSION"))).trim();
  const sums = new Map<string, string>();
  for (const line of (await Deno.readTextFile(join(directory, "SHA256SUMS"))).trim().split("\n")) {
    const [, sum, file] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    if (file === undefined) {
      throw new Error(`${directory}/SHA256SUMS has a line that is none: ${line}`);
    }
    sums.set(file, sum!);
  }
  const sha256 = (file: string) => {
    const sum = sums.get(file);
    if (sum === undefined) throw new Error(`The release in ${directory} has no ${file}`);
    return sum;
  };
  const executables = TARGETS.flatMap((target) => {
    const file = executableName(version, target);
    return sums.has(file) ? [{ target, file, sha256: sha256(file) }] : [];
  });
  return { version, url: url.replace(/\/$/, ""), homepage, executables, sha256 };
}
