import assert from "node:assert/strict";
import { join } from "node:path";
import { withTemporary } from "../../tests/support/temporary.ts";
import { CommandError } from "./command_error.ts";
import {
  checkRemovable,
  installation,
  removeInstallation,
  upgradeCommand,
} from "./installation.ts";

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

Deno.test("a release is installed in the place of another by the installer that came with it", () =>
  withPrefix(async (prefix) => {
    const own = await installation(join(prefix, "bin/agentvfs"));
    assert.deepEqual(
      upgradeCommand(own, { from: "https://host/release", version: "2.0.0", restart: true }),
      [
        ...["sh", join(prefix, "share/agentvfs/install.sh"), "--prefix", prefix],
        ...["--from", "https://host/release", "--version", "2.0.0", "--restart"],
      ],
    );
  }));

Deno.test("on Windows the installer is PowerShell's, and the program cannot take itself away", () =>
  withPrefix(async (prefix) => {
    await Deno.rename(
      join(prefix, "share/agentvfs/install.sh"),
      join(prefix, "share/agentvfs/install.ps1"),
    );
    const own = await installation(join(prefix, "bin/agentvfs.exe"));
    const command = upgradeCommand(own, { from: "C:\\new", version: undefined, restart: false });
    assert.deepEqual(command.slice(command.indexOf("-File")), [
      ...["-File", join(prefix, "share/agentvfs/install.ps1")],
      ...["-Prefix", prefix, "-From", "C:\\new"],
    ]);
    // Those that the command line names are those that the installer knows.
    const options = upgradeCommand(own, { from: "x", version: "2.0.0", restart: true })
      .slice(command.indexOf("-File") + 1).filter((word) => word.startsWith("-"));
    const script = await Deno.readTextFile(new URL("../../scripts/install.ps1", import.meta.url));
    for (const option of options) assert.ok(script.includes(`]$${option.slice(1)}`), option);
    assert.throws(() => checkRemovable(own), /no program take itself away/);
    checkRemovable({ ...own, isWindows: false });
  }));
