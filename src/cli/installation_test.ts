import assert from "node:assert/strict";
import { join } from "node:path";
import { withTemporary } from "../../tests/support/temporary.ts";
import { CommandError } from "./command_error.ts";
import { installation, removeInstallation } from "./installation.ts";

/** A prefix as the installer leaves it, with something of somebody else. */
async function withPrefix(body: (prefix: string) => Promise<void>): Promise<void> {
  await withTemporary(async (prefix) => {
    await Deno.mkdir(join(prefix, "bin"));
    await Deno.mkdir(join(prefix, "share/agentvfs"), { recursive: true });
    for (const file of ["bin/agentvfs", "bin/other", "share/agentvfs/install.sh", "share/other"]) {
      await Deno.writeTextFile(join(prefix, file), "");
    }
    await Deno.writeTextFile(join(prefix, "share/agentvfs/from"), "https://host/release\n");
    await Deno.symlink("agentvfs", join(prefix, "bin/agentvfs-ctl"));
    await Deno.symlink("other", join(prefix, "bin/agentvfs-quickstart"));
    await body(prefix);
  });
}

const names = async (directory: string) =>
  (await Array.fromAsync(Deno.readDir(directory), ({ name }) => name)).toSorted();

Deno.test("what the installer made is taken away, and nothing else", () =>
  withPrefix(async (prefix) => {
    const found = await installation(join(prefix, "bin/agentvfs"));
    assert.deepEqual([found.prefix, found.from], [prefix, "https://host/release"]);
    const removed = await removeInstallation(found);
    assert.deepEqual(
      removed.map((path) => path.slice(prefix.length + 1)),
      ["bin/agentvfs-ctl", "share/agentvfs", "bin/agentvfs"],
    );
    assert.deepEqual(await names(join(prefix, "bin")), ["agentvfs-quickstart", "other"]);
    assert.deepEqual(await names(join(prefix, "share")), ["other"]);
  }));

Deno.test("a program that came in another way is left to that", () =>
  withPrefix(async (prefix) => {
    await Deno.remove(join(prefix, "share/agentvfs/install.sh"));
    await assert.rejects(
      installation(join(prefix, "bin/agentvfs")),
      (error: unknown) => error instanceof CommandError && error.code === "not_installed",
    );
  }));
