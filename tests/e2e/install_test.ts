/** The executable installed, brought up to date under a mount, and taken away, as a user would. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assertPrinted } from "../support/assert_fits.ts";
import { run } from "../support/process.ts";
import { EXECUTABLE, withPlace } from "./executable.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

Deno.test("installed, used, brought up to date under a mount, taken away", () =>
  withPlace(async (place) => {
    const release = join(place.root, "release");
    const made = await run([join(ROOT, "scripts/release"), release], {
      env: { AGENTVFS_BIN: EXECUTABLE },
    });
    assert.equal(made.code, 0, made.stderr);
    const prefix = join(place.root, "home/.local");
    const program = join(prefix, "bin/agentvfs");
    const environment = [
      `HOME=${place.root}/home`,
      `PATH=${prefix}/bin:/usr/bin:/bin`,
      `AGENTVFS_STATE_DIR=${place.root}/state`,
    ];
    const user = (...command: string[]) => run(["/usr/bin/env", "-i", ...environment, ...command]);
    const succeed = async (...command: string[]) => {
      const { code, stdout, stderr } = await user(...command);
      assert.equal(code, 0, `${command.join(" ")}\n${stdout}${stderr}`);
      return stdout;
    };

    const installed = await succeed("sh", join(release, "install.sh"));
    assert.match(
      installed,
      /^agentvfs \S+ is installed: .*\n(.*\n)*next: agentvfs quickstart DIR\n$/,
    );
    const project = await place.project("shop", { "a.txt": "one" });
    const mount = /^mount=(.*)$/m.exec(await succeed("agentvfs-quickstart", project))![1]!;
    await Deno.writeTextFile(join(mount, "a.txt"), "two");
    const status = async () =>
      JSON.parse(await succeed("agentvfs", "--json", "-C", project, "status"));
    const { serverPid, store } = await status();

    const upgraded = await succeed("agentvfs", "upgrade", "--restart");
    assert.match(upgraded, /was there, and is again/);
    assert.ok(upgraded.includes(`mount=${mount}\n`), upgraded);
    assert.notEqual((await status()).serverPid, serverPid);
    assert.equal(await Deno.readTextFile(join(mount, "a.txt")), "two");

    const asked = await user("agentvfs", "--json", "uninstall", "--purge");
    assert.equal(asked.code, 1);
    assert.equal(JSON.parse(asked.stdout).error.code, "not_confirmed");
    const open = await Deno.open(join(mount, "a.txt"));
    const busy = await user("agentvfs", "--json", "uninstall");
    assert.equal(JSON.parse(busy.stdout).error.code, "mount_busy", busy.stdout);
    assert.match(await succeed(program, "--version"), /^agentvfs /);
    open.close();

    const args = ["--json", "uninstall"];
    const gone = await user("agentvfs", ...args);
    assert.equal(gone.code, 0, gone.stderr);
    await assertPrinted(args, gone);
    assert.deepEqual(JSON.parse(gone.stdout).stopped, [mount]);
    assert.equal((await run(["find", prefix, "!", "-type", "d"])).stdout, "");
    assert.ok((await Deno.stat(store)).isDirectory, "what was recorded is gone");
    assert.equal(await Deno.readTextFile(join(project, "a.txt")), "one");

    await succeed("sh", join(release, "install.sh"));
    await succeed("agentvfs", "quickstart", project);
    const kept = JSON.parse(await succeed("agentvfs", "--json", "uninstall", "--keep-program"));
    assert.deepEqual([kept.stopped, kept.removed], [[mount], []]);
    const purged = await succeed(
      "sh",
      join(release, "install.sh"),
      "--uninstall",
      "--purge",
      "--yes",
    );
    assert.ok(purged.endsWith(`removed ${place.root}/state\n`), purged);
    await assert.rejects(Deno.stat(join(place.root, "state")));
  }));
