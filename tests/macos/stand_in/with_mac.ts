/**
 * A project mounted by a program that takes this machine for a Mac.
 *
 * @module
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { PATIENT } from "../../support/agent_hooks.ts";
import { type Outcome, run, until } from "../../support/process.ts";
import { mountsBelow, withTemporary } from "../../support/temporary.ts";
import { compileStandIns } from "./stand_ins.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

export interface Mac {
  /** While this file is there no journal comes to the disk. */
  readonly hold: string;
  readonly home: string;
  readonly project: string;
  readonly mount: string;
  /** The command that starts the program. */
  readonly program: readonly string[];
  ask(...words: string[]): Promise<Outcome>;
  askIn(cwd: string, ...words: string[]): Promise<Outcome>;
  /** Answer of a command that has to succeed, read as JSON. */
  json<T>(...words: string[]): Promise<T>;
}

/** Runs `use` with a program that takes this machine for a Mac, on which a project is mounted. */
export function withMac(use: (mac: Mac) => Promise<void>): Promise<void> {
  return withTemporary(async (directory) => {
    const [home, project] = [`${directory}/home`, `${directory}/project`];
    for (const path of [home, `${project}/src`]) await Deno.mkdir(path, { recursive: true });
    await Deno.writeTextFile(`${project}/src/a`, "as imported\n");
    await Deno.writeTextFile(`${project}/src/._own`, "the project's\n");
    const env = {
      ...await compileStandIns(directory),
      HOME: home,
      AGENTVFS_STAND_IN_HOLD: `${directory}/hold`,
      DENO_DIR: await denoDirectory(),
      ...PATIENT.env,
    };
    const program = [
      ...[Deno.execPath(), "run", "-A", "--quiet", "--no-check", `--config=${ROOT}deno.json`],
      `${ROOT}tests/macos/stand_in/main.ts`,
    ];
    const askIn = (cwd: string, ...words: string[]) => run([...program, ...words], { env, cwd });
    const ask = (...words: string[]) => askIn(project, ...words);
    const json = async <T>(...words: string[]): Promise<T> => {
      const { code, stdout, stderr } = await ask(...words, "--json");
      assert.equal(code, 0, stdout + stderr);
      return JSON.parse(stdout) as T;
    };
    try {
      const { mount } = await json<{ mount: string }>("quickstart");
      assert.ok(mount.startsWith(`${home}/Library/Application Support/agentvfs/`), mount);
      const hold = env.AGENTVFS_STAND_IN_HOLD;
      await use({ hold, home, project, mount, program, ask, askIn, json });
    } finally {
      await ask("stop");
      await until("the mount is gone", async () => (await mountsBelow(directory)).length === 0);
    }
  });
}

/** Where modules are that were loaded already: a home of its own has none. */
async function denoDirectory(): Promise<string> {
  const { stdout } = await run([Deno.execPath(), "info", "--json"]);
  return JSON.parse(stdout).denoDir;
}
