/**
 * A release whose executable is a script that says which version it is, and a server of it on this machine.
 *
 * @module
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Outcome, run, succeed } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";

export const INSTALLER = fileURLToPath(new URL("../../scripts/install.sh", import.meta.url));

/** Says its version; `doctor` finds one thing missing, and what else it is told it writes down beside it. */
const program = (version: string) =>
  `#!/bin/sh
case $1 in
  --version) echo "agentvfs ${version}" ;;
  doctor) printf 'ok   kernel  6.1\\nfail libfuse3  missing\\n      fix: sudo apt-get install fuse3\\nwarn x  y\\n'; exit 4 ;;
  completions) echo "# what $2 completes with" ;;
  man) echo "${version}" >"$3/agentvfs.1"; echo "${version}" >"$3/agentvfs-${
    version.replaceAll(".", "-")
  }.1" ;;
  *) echo "$@" >>"$0.asked" ;;
esac
`;

/** Makes a release of these versions in `directory`; the last is the newest. */
export async function makeRelease(directory: string, ...versions: string[]): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  for (const version of versions) {
    await Deno.writeTextFile(join(directory, `agentvfs-${version}-${PLATFORM}`), program(version));
  }
  await Deno.copyFile(INSTALLER, join(directory, "install.sh"));
  await Deno.writeTextFile(join(directory, "VERSION"), `${versions.at(-1)}\n`);
  await writeSums(directory);
}

/** Makes the checksums what the files of a release are now. */
export async function writeSums(directory: string): Promise<void> {
  await succeed(["sh", "-c", "sha256sum agentvfs-* VERSION install.sh >SHA256SUMS"], {
    cwd: directory,
  });
}

export const PLATFORM = `${Deno.build.os === "darwin" ? "macos" : "linux"}-${Deno.build.arch}`;

/** A home directory, a release and what installs from it. */
export class Bed {
  readonly home: string;
  readonly release: string;
  readonly prefix: string;

  constructor(readonly root: string) {
    this.home = join(root, "home");
    this.release = join(root, "release");
    this.prefix = join(this.home, ".local");
  }

  /** A path in the prefix. */
  path(...names: string[]): string {
    return join(this.prefix, ...names);
  }

  /** Runs the installer with nothing but what is said here in its environment. */
  install(args: readonly string[], options: InstallOptions = {}): Promise<Outcome> {
    const { shell = ["sh"], path = "/usr/bin:/bin", env = {} } = options;
    const environment = [`HOME=${this.home}`, `PATH=${path}`, "SHELL=/bin/bash"];
    for (const [name, value] of Object.entries(env)) environment.push(`${name}=${value}`);
    return run(["/usr/bin/env", "-i", ...environment, ...shell, INSTALLER, ...args]);
  }

  /** Everything below the home directory. */
  async files(): Promise<string[]> {
    const { stdout } = await run(["find", ".", "!", "-type", "d"], { cwd: this.home });
    return stdout.split("\n").filter((line) => line !== "").toSorted();
  }
}

interface InstallOptions {
  readonly shell?: readonly string[];
  readonly path?: string;
  readonly env?: Record<string, string>;
}

/** Runs `body` with an empty home and a release of version 1.2.0. */
export async function withBed(body: (bed: Bed) => Promise<void>): Promise<void> {
  await withTemporary(async (directory) => {
    const bed = new Bed(await Deno.realPath(directory));
    await Deno.mkdir(bed.home);
    await makeRelease(bed.release, "1.2.0");
    await body(bed);
  });
}

/** What a server does to a file that is asked for; what it leaves alone is sent as it is. */
export type Spoil = (name: string, bytes: Uint8Array<ArrayBuffer>) => Response | undefined;

/** Serves a directory at 127.0.0.1. */
export async function withServer(
  directory: string,
  spoil: Spoil,
  body: (url: string) => Promise<void>,
): Promise<void> {
  const answer = async (request: Request) => {
    const name = new URL(request.url).pathname.slice(1);
    try {
      const bytes = await Deno.readFile(join(directory, name));
      return spoil(name, bytes) ?? new Response(bytes);
    } catch {
      return new Response("There is no such file", { status: 404 });
    }
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  try {
    await body(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}
