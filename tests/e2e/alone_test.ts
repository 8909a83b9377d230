/** What the executable does without any daemon, on a machine that has only the executable. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { COMMANDS } from "../../src/cli/commands.ts";
import { run } from "../support/process.ts";
import { EXECUTABLE, withPlace } from "./executable.ts";

Deno.test("help and version", () =>
  withPlace(async (place) => {
    assert.match(await place.ok("--help"), /^agentvfs: give an agent/);
    assert.match(await place.ok("--version"), /^agentvfs \d+\.\d+\.\d+$/);
    assert.equal(JSON.parse(await place.ok("version", "--json")).standalone, true);
  }));

Deno.test("nothing is kept in the temporary directory, where others could put something for it to run", () =>
  withPlace(async (place) => {
    const temporary = join(place.root, "temporary");
    await Deno.mkdir(temporary);
    for (let i = 0; i < 2; i++) {
      for (const command of ["version", "doctor"]) {
        await run(["/usr/bin/env", `TMPDIR=${temporary}`, EXECUTABLE, command]);
      }
    }
    assert.deepEqual([...Deno.readDirSync(temporary)], []);
    const none = join(temporary, "none");
    const doctor = [EXECUTABLE, "doctor", "--json"];
    const { stdout } = await run(["/usr/bin/env", `TMPDIR=${none}`, ...doctor]);
    const { checks } = JSON.parse(stdout);
    assert.equal(checks.find(({ name }: { name: string }) => name === "BLAKE3").found, "native");
  }));

Deno.test("every command has its help", () =>
  withPlace(async (place) => {
    const names = Object.keys(COMMANDS).filter((name) => COMMANDS[name]!.hidden === undefined);
    for (const name of names) {
      const help = await place.ok(...name.split(" "), "--help");
      assert.match(help, new RegExp(`\nUsage: agentvfs ${name}\\b`));
    }
  }));

Deno.test("doctor finds what a mount needs, and the native hash is inside", () =>
  withPlace(async (place) => {
    const { ok, checks } = JSON.parse(await place.ok("doctor", "--json"));
    assert.equal(ok, true);
    const state = (name: string) => checks.find((check: { name: string }) => check.name === name);
    assert.match(state("agentvfs").found, /executable/);
    assert.equal(state("BLAKE3").found, "native");
    assert.equal(state("zstd").state, "ok");
  }));

Deno.test("exit codes: usage is 2, no daemon is 3", () =>
  withPlace(async (place) => {
    assert.equal((await place.run([])).code, 2);
    assert.equal((await place.run(["chekpoint"])).code, 2);
    assert.equal((await place.run(["status", "--jsom"])).code, 2);
    assert.equal((await place.run(["quickstart", "/no-such-place"])).code, 2);
    assert.equal((await place.run(["status"])).code, 3);
    assert.equal((await place.run(["ctl", "checkpoint", "x", "--sock", "/no-such-place"])).code, 3);
  }));

Deno.test("called by its other names it acts as those commands", () =>
  withPlace(async (place) => {
    const ctl = await place.run(["--sock", "/no-such-place", "status"], { as: "agentvfs-ctl" });
    assert.equal(ctl.code, 3);
    assert.match(
      (await place.run(["--help"], { as: "agentvfs-ctl" })).stdout,
      /^Usage: agentvfs ctl/,
    );
    const quickstart = await place.run(["/no-such-place"], { as: "agentvfs-quickstart" });
    assert.match(quickstart.stderr, /There is no project directory \/no-such-place/);
  }));
