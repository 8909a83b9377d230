/**
 * The executable under test, in a place that has neither Deno nor Node nor anything of this repository.
 *
 * @module
 */

import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Outcome, run } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";

export const EXECUTABLE = Deno.env.get("AGENTVFS_BIN") ??
  fileURLToPath(new URL("../../dist/agentvfs", import.meta.url));

/** All that the executable may find on its PATH. */
const TOOLS = ["/bin/sh", "/usr/bin/env"];

export class Place {
  constructor(readonly root: string) {}

  /** Runs `agentvfs ARGS…` from an empty directory. `as` calls it by another name. */
  run(args: readonly string[], options: { as?: string; cwd?: string } = {}): Promise<Outcome> {
    const program = options.as === undefined ? EXECUTABLE : join(this.root, "bin", options.as);
    const state = `AGENTVFS_STATE_DIR=${this.root}/state`;
    const environment = [
      ...[`PATH=${this.root}/bin`, `HOME=${this.root}/home`, state],
      `DENO_DIR=${this.root}/home/none`,
    ];
    return run(["/usr/bin/env", "-i", ...environment, program, ...args], {
      cwd: options.cwd ?? join(this.root, "empty"),
    });
  }

  /** As {@linkcode run}, where it must succeed; resolves with its output without the last newline. */
  async ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(args);
    assert.equal(code, 0, `agentvfs ${args.join(" ")} ended with ${code}\n${stdout}${stderr}`);
    return stdout.replace(/\n$/, "");
  }

  async project(name: string, files: Record<string, string>): Promise<string> {
    const directory = join(this.root, name);
    await Deno.mkdir(directory, { recursive: true });
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(join(directory, path, ".."), { recursive: true });
      await Deno.writeTextFile(join(directory, path), text);
    }
    return directory;
  }
}

/** Runs `test` with a place of its own; daemons that it left are stopped. */
export async function withPlace(test: (place: Place) => Promise<void>): Promise<void> {
  assert.ok(
    await Deno.stat(EXECUTABLE).then((info) => info.isFile, () => false),
    `There is no ${EXECUTABLE}: make it with deno task compile`,
  );
  await withTemporary(async (root) => {
    const place = new Place(await Deno.realPath(root));
    for (const name of ["bin", "empty", "home"]) await Deno.mkdir(join(place.root, name));
    for (const tool of TOOLS) await Deno.symlink(tool, join(place.root, "bin", basename(tool)));
    for (const name of ["agentvfs-ctl", "agentvfs-quickstart"]) {
      await Deno.symlink(EXECUTABLE, join(place.root, "bin", name));
    }
    try {
      await test(place);
    } finally {
      const workspaces = join(place.root, "state/workspaces");
      for await (const { name } of readDirectory(workspaces)) {
        await place.run(["stop", "--force", "--sock", join(workspaces, name, "control.sock")]);
      }
    }
  });
}

async function* readDirectory(path: string): AsyncGenerator<Deno.DirEntry> {
  try {
    yield* Deno.readDir(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
