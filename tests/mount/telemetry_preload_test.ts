/** The source ldpreload: what programs of a run do elsewhere, by their own telling. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { until } from "../support/process.ts";
import { withProject } from "../support/mounted.ts";
import { skip } from "../support/skip.ts";

const SCRIPTS = fileURLToPath(new URL("../../scripts", import.meta.url));

/** What the daemon answers the original's library that asks about opening `path`. */
async function wireAnswer(socket: string, path: string): Promise<number> {
  using connection = await Deno.connect({ transport: "unix", path: socket });
  const message = new Uint8Array(272);
  message.set([1, 0, 2, 0]);
  message.set(new TextEncoder().encode(path), 16);
  await connection.write(message);
  const answer = new Uint8Array(1);
  await connection.read(answer);
  return answer[0]!;
}

Deno.test("programs of a run tell what they do outside the mount; what they do in it is told once", async (t) => {
  const dist = fileURLToPath(new URL("../../dist", import.meta.url));
  const { stdout } = await new Deno.Command(`${SCRIPTS}/build_preload`, {
    args: [dist],
    stderr: "null",
  }).output();
  if (!new TextDecoder().decode(stdout).includes(`preload-${Deno.build.arch}.so`)) {
    await skip(t, "there is no C compiler");
    return;
  }
  const directory = await Deno.makeTempDir();
  const socket = `${directory}/cas_preload.sock`;
  // A place that LD_PRELOAD cannot name.
  const store = `${directory}/a place: $LIB/store`;
  await withProject("echo 1 > a", async (mounted) => {
    const outside = `${mounted.state}/outside`;
    const script = `cat a >b; echo x >'${outside}'; rm '${outside}' a`;
    const run = ["-C", mounted.project, "run", "--branch", "b", "--", "bash", "-c", script];
    const { code, stderr } = await mounted.run(run, { cwd: mounted.project });
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /cannot be preloaded/);
    const of = (provider: string, lines: string) =>
      lines.trim().split("\n").map((line) => JSON.parse(line))
        .filter(({ event }) => event.provider === provider);
    const log = await until("it is in the log", async () => {
      const { stdout } = await mounted.run(["-C", mounted.project, "audit", "--json"]);
      return of("ldpreload", stdout).some(({ file, event }) =>
        file?.path === outside && event.action === "unlink"
      ) && stdout;
    });
    const told = of("ldpreload", log);
    const about = (path: string) =>
      told.filter(({ file }) => file?.path === path).map(({ event }) => event.action);
    assert.deepEqual(about(outside), ["open", "unlink"]);
    // The mount tells of these.
    assert.deepEqual(about(`${mounted.project}/b`), []);
    assert.deepEqual(about(`${mounted.project}/a`), ["open"]);
    const programs = told.filter(({ event }) => event.action === "exec")
      .map(({ file }) => file.path.replace(/.*\//, ""));
    assert.deepEqual(programs, ["cat", "rm"]);
    assert.ok(of("mount", log).some(({ file }) => file?.path.endsWith("/b")));
    const { sources } = await mounted.ctl("telemetry", "status");
    const state = sources.find(({ name }: { name: string }) => name === "ldpreload");
    assert.equal(state.state, "running");

    // The original's library says the same on its socket, and rules deny there, too.
    const rules = `${mounted.state}/rules.json`;
    const rule = { name: "environment", path_pattern: ".env", deny: "read" };
    await Deno.writeTextFile(rules, JSON.stringify({ rules: [rule] }));
    await mounted.ctl("policy", "install", rules);
    assert.equal(await wireAnswer(socket, `${mounted.mount}/.env`), 2);
    assert.equal(await wireAnswer(socket, `${mounted.mount}/a`), 0);
    await until("the refusal is in the log", async () => {
      const { stdout } = await mounted.run(["-C", mounted.project, "audit", "--json"]);
      return of("ldpreload", stdout).some(({ rule }) => rule?.name === "environment");
    });

    // Outside the mount programs hold to the rules that are for there, whoever serves.
    const kept = `${mounted.state}/kept`;
    await Deno.writeTextFile(kept, "kept\n");
    const outer = { name: "kept", outside: true, path_pattern: kept, deny: "write,unlink" };
    await Deno.writeTextFile(rules, JSON.stringify({ rules: [rule, outer] }));
    const { unheld } = await mounted.ctl("policy", "install", rules);
    assert.deepEqual(unheld.map(({ rule }: { rule: string }) => rule), ["kept"]);
    assert.match(unheld[0].why, /Programs of agentvfs run that are linked dynamically/);
    const check = await mounted.run(["policy", "check", rules, "--json"]);
    assert.match(check.stdout, /static programs and those in Go/);
    const tested = await mounted.run(
      ["-C", mounted.project, "policy", "test", "--outside", kept, "--op", "unlink"],
    );
    assert.equal(tested.code, 1, tested.stdout);
    await mounted.killServer();
    const attempt = `cat '${kept}'; rm -f '${kept}'; echo x >'${kept}'`;
    const attempted = await mounted.run(
      ["-C", mounted.project, "run", "--branch", "b", "--", "bash", "-c", attempt],
      { cwd: mounted.project },
    );
    assert.equal(attempted.stdout, "kept\n");
    assert.equal(attempted.stderr.match(/Permission denied/g)?.length, 2, attempted.stderr);
    assert.equal(await Deno.readTextFile(kept), "kept\n");
    await until("both refusals are in the log", async () => {
      const { stdout } = await mounted.run(["-C", mounted.project, "audit", "--json"]);
      return of("ldpreload", stdout).filter(({ rule }) => rule?.name === "kept").length === 2;
    });
  }, {
    arguments: ["--telemetry", "changes,ldpreload", "--store", store],
    env: { CAS_PRELOAD_SOCKET: socket },
  });
  await Deno.remove(directory, { recursive: true });
});
