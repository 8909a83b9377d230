/** The client from npm, in Node and in Bun: everything it does of the system, against a daemon without a file system. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withDaemon } from "../cli/harness.ts";
import { isInstalled, run, succeed } from "../support/process.ts";
import { skip } from "../support/skip.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DEADLINE_MS = 300_000;
const BUN = "1.4.5";

/** What is run; it prints a line of JSON. */
const PROGRAM = `
import { ControlClient, ControlError, findDaemon, ServiceError, WorkspaceError } from "@agentvfs/client";
const { socket, workspace } = await findDaemon({ directory: process.argv[2] });
const client = await ControlClient.connect(socket);
const { label } = await client.checkpoint({ label: "before" });
const work = await client.transaction({ label: "work" });
await work.commit();
const refused = await client.rollback({ ref: "nowhere" }).catch((error) => error);
const events = await client.subscribe({ kinds: ["checkpoint"] }).catch((error) => error);
events.close?.();
client.close();
const closed = await client.status().catch((error) => error);
const nobody = await ControlClient.connect("/nonexistent/socket").catch((error) => error);
const nowhere = await findDaemon({ directory: "/" }).catch((error) => error);
console.log(JSON.stringify({
  label,
  state: work.state,
  mount: workspace.mount,
  refused: [refused instanceof ServiceError, refused.code],
  closed: [closed instanceof ControlError, closed.code],
  nobody: [nobody instanceof ControlError, nobody.code, nobody.message],
  nowhere: [nowhere instanceof WorkspaceError, nowhere.code],
}));
process.exit(0);
`;

/** What the compiler has to take, and what it has not to. */
const TYPED = `
import { ControlClient, type Result, type StatusReport } from "@agentvfs/client";
const client = await ControlClient.connect("/run/x");
const status: StatusReport = await client.status();
const same: Result<"status"> = status;
const id: string = (await client.checkpoint({ label: "x" })).id;
// @ts-expect-error: a rollback needs a ref
await client.rollback({});
export { id, same };
`;

/** Where bun is, from npm where it is not installed; null where npm does not give it. */
async function bun(): Promise<string | null> {
  if (await isInstalled("bun")) return "bun";
  const home = Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME")!, ".cache");
  const place = join(home, "agentvfs", `bun-${BUN}`);
  const program = join(place, "node_modules/bun/bin/bun.exe");
  const runs = async () => (await run([program, "--version"]).catch(() => null))?.code === 0;
  if (await runs()) return program;
  const install = ["npm", "install", "--prefix", place, "--no-audit", "--no-fund", `bun@${BUN}`];
  await run(install, { deadlineMs: DEADLINE_MS }).catch(() => null);
  return await runs() ? program : null;
}

Deno.test("the client of npm works in Node and in Bun, and its types are right", async (t) => {
  if (!await isInstalled("node")) return await skip(t, "there is no node");
  const programs: Record<string, string | null> = { node: "node", bun: await bun() };
  await withDaemon(async ({ root, project, config }) => {
    const modules = join(root, "app/node_modules/@agentvfs/client");
    const build = [
      Deno.execPath(),
      "run",
      "-A",
      "--quiet",
      "--no-check",
      "scripts/npm/client/build.ts",
    ];
    await succeed([...build, modules], {
      cwd: ROOT,
      env: Deno.env.toObject(),
      deadlineMs: DEADLINE_MS,
    });
    const cwd = join(root, "app");
    await Deno.writeTextFile(join(cwd, "program.mjs"), PROGRAM);
    await Deno.writeTextFile(join(cwd, "typed.mts"), TYPED);
    for (const [name, program] of Object.entries(programs)) {
      await t.step(name, async (t) => {
        if (program === null) return await skip(t, `npm does not give ${name}`);
        const said = JSON.parse(await succeed([program, "program.mjs", project], { cwd }));
        assert.deepEqual(said, {
          label: "before",
          state: "committed",
          mount: config.mount,
          refused: [true, "unknown_ref"],
          closed: [true, "closed"],
          nobody: [true, "unreachable", "No daemon: there is no socket /nonexistent/socket"],
          nowhere: [true, "unreachable"],
        });
      });
    }
    await t.step("types", async () => {
      const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "esnext"];
      const tsc = [
        Deno.execPath(),
        "run",
        "-A",
        "--quiet",
        "--no-config",
        "npm:typescript@5.9.3/tsc",
      ];
      const { code, stdout } = await run(
        [...tsc, ...options, "--lib", "esnext,dom", "--exactOptionalPropertyTypes", "typed.mts"],
        { cwd, deadlineMs: DEADLINE_MS },
      );
      assert.equal(code, 0, stdout);
    });
  });
});
