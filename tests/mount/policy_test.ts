/**
 * Rules of the mount: they are installed, hold, and hold in the next server and the next mount.
 */

import assert from "node:assert/strict";
import { type Mounted, withProject } from "../support/mounted.ts";
import { installRules, RULED_PROJECT } from "../support/rules.ts";
import { shell, until } from "../support/process.ts";

const RULES = [
  {
    name: "production",
    path_pattern: "infra/prod/**",
    deny: "write,truncate,create,unlink,rename",
  },
  { name: "environment", path_pattern: ".env", deny: "read" },
];

/** The rules hold, whoever answers. */
async function assertHeld(m: Mounted): Promise<void> {
  const refused = "echo x >>infra/prod/main.tf || rm infra/prod/main.tf || touch infra/prod/x || " +
    "mv infra other || cat .env";
  const script =
    `(${refused} || true) 2>&1; echo x >>src/b && cat infra/prod/main.tf && mv src/b src/c && mv src/c src/b`;
  const said = await shell(script, { cwd: m.mount });
  assert.deepEqual(said.match(/Permission denied/g)?.length, 5, said);
  assert.match(said, /\nplan\n$/);
}

Deno.test("what rules deny is refused, by every server and every mount to come", () =>
  withProject(RULED_PROJECT, async (m) => {
    assert.equal(await shell("cat .env", { cwd: m.mount }), "S=1\n");
    await installRules(m, RULES);
    await assertHeld(m);
    await m.killServer();
    await assertHeld(m);
    await m.ctl("restart");
    await assertHeld(m);
    await m.restart();
    await assertHeld(m);
    const shown = await m.ctl("policy", "show");
    assert.equal(shown.version, 1);
    assert.deepEqual(shown.rules.map(({ name }: { name: string }) => name), [
      "production",
      "environment",
    ]);
    const removed = await m.ctl("policy", "remove");
    assert.equal(removed.version, 2);
    assert.equal(await shell("cat .env; mv infra other", { cwd: m.mount }), "S=1\n");
  }));

Deno.test("rules that come and go while a run is under way hold for it from then on, also when its server is killed", () =>
  withProject(RULED_PROJECT, async (m) => {
    const tries = `n=0; while [ ! -e end ]; do
      if { echo x >infra/prod/main.tf; } 2>/dev/null; then said=open; else said=kept; fi
      n=$((n + 1)); echo "$said $n" >said.new; mv said.new said; done`;
    const running = m.run(["run", "-b", "one", "--", "bash", "-c", tries], { cwd: m.project });
    const branch = m.path(".agentvfs/branches/one");
    const said = () => Deno.readTextFile(`${branch}/said`).catch(() => " 0");
    const becomes = async (word: string) => {
      const [, before] = (await said()).split(" ");
      // One that was under way, and then one that was not.
      await until(`the run is told that it is ${word}`, async () => {
        const [now, number] = (await said()).split(" ");
        return now === word && Number(number) > Number(before) + 1;
      });
    };
    await until("the run has begun", async () => (await said()).startsWith("open"));
    const { version } = await installRules(m, [
      { name: "production", path_pattern: "infra/prod/**", deny: "write,truncate" },
    ]);
    await becomes("kept");
    assert.deepEqual((await m.status()).policy, { version, rules: 1 });
    await m.killServer();
    await becomes("kept");
    await m.ctl("restart");
    await becomes("kept");
    assert.deepEqual((await m.status()).policy, { version, rules: 1 });
    await m.ctl("policy", "remove");
    await becomes("open");
    assert.deepEqual((await m.status()).policy, { version: version + 1, rules: 0 });
    await Deno.writeTextFile(`${branch}/end`, "");
    assert.equal((await running).code, 0);
  }, { allowedLog: [/SIGKILL/] }));

Deno.test("what was refused is told: in the list, and in .agentvfs/status of the branch", () =>
  withProject(RULED_PROJECT, async (m) => {
    await installRules(m, RULES);
    await m.ctl("branch", "create", "other");
    await shell("rm infra/prod/main.tf || true", { cwd: m.mount });
    await shell("cat .env || true", { cwd: m.path(".agentvfs/branches/other") });
    const { count, denials } = await m.ctl("policy", "denials");
    assert.equal(count, 2);
    const told = denials.map(({ branch, path, operation, rule, uid }: Record<string, unknown>) => [
      branch,
      path,
      operation,
      rule,
      uid,
    ]);
    assert.deepEqual(told, [
      ["main", "infra/prod/main.tf", "unlink", "production", Deno.uid()],
      ["other", ".env", "read", "environment", Deno.uid()],
    ]);
    const main = JSON.parse(await Deno.readTextFile(m.path(".agentvfs/status")));
    assert.equal(main.refused.length, 1);
    assert.match(
      main.refused[0],
      /Removing infra\/prod\/main.tf was refused by the rule "production"/,
    );
    const other = await Deno.readTextFile(m.path(".agentvfs/branches/other/.agentvfs/status"));
    assert.match(JSON.parse(other).refused[0], /Reading .env on other was refused/);
  }));

Deno.test("a rollback brings back what rules deny to change, and the rules hold after it", () =>
  withProject(RULED_PROJECT, async (m) => {
    await shell("echo more >>infra/prod/main.tf; mkdir infra/prod/sub", { cwd: m.mount });
    await installRules(m, RULES);
    await m.ctl("rollback", "initial");
    assert.equal(await Deno.readTextFile(m.path("infra/prod/main.tf")), "plan\n");
    await assertHeld(m);
  }));

Deno.test("rules that cannot be read keep the mount from being made", () =>
  withProject(RULED_PROJECT, async (m) => {
    await installRules(m, RULES);
    const { socket } = await m.status();
    const policy = socket.replace(/[^/]*$/, "policy.json");
    const saved = await Deno.readTextFile(policy);
    await m.stop();
    await Deno.writeTextFile(policy, saved.slice(0, 40));
    const error = await m.refused("quickstart", m.project);
    assert.match(error.message, /The rules in .*policy.json cannot be used/);
    assert.match(error.hint!, /Nothing is mounted without them/);
    assert.equal(error.exit, 4);
    await Deno.writeTextFile(policy, saved);
    await m.start();
    await assertHeld(m);
  }));

Deno.test("a wrong file is refused with its rule, line and remedy, and changes nothing", () =>
  withProject(RULED_PROJECT, async (m) => {
    await installRules(m, RULES);
    const path = `${m.state}/wrong.json`;
    await Deno.writeTextFile(path, '{"rules": [\n  {"path_pattern": "a", "deny": "wirte"}\n]}');
    const error = await m.refused("policy", "install", path);
    assert.equal(error.exit, 2);
    assert.equal(error.code, "policy_rule");
    assert.match(error.message, /Rule 1, line 2, has deny of "wirte"/);
    assert.match(error.hint!, /read, write/);
    assert.deepEqual(error.details, { line: 2 });
    await assertHeld(m);
  }));

Deno.test("a file is protected by names in directories that nobody has looked at", () =>
  withProject(
    "mkdir -p infra/prod other/deep; echo plan >infra/prod/main.tf; ln infra/prod/main.tf other/deep/x",
    async (m) => {
      await installRules(m, RULES);
      await m.restart();
      // The first that this server hears of the file is its other name.
      const said = await shell("(echo x >>other/deep/x) 2>&1 || true; cat other/deep/x", {
        cwd: m.mount,
      });
      assert.match(said, /Permission denied\nplan\n$/);
    },
  ));

Deno.test("a rename of a directory is refused for what is in it, and for nothing else", () =>
  withProject(
    "mkdir -p a/b/c d/e keys; echo x >a/b/c/f; echo k >keys/a.key; echo y >d/e/y",
    async (m) => {
      await installRules(m, [
        { name: "anchored", path_pattern: "/a/b/c/**", deny: "write" },
        { name: "anywhere", path_pattern: "*.key", deny: "all" },
        { name: "made", path_pattern: "/x/e/**", deny: "create" },
      ]);
      const move = async (from: string, to: string) =>
        (await shell(`mv -T ${from} ${to} 2>&1 && echo ok || true`, { cwd: m.mount })).trim();
      assert.match(await move("a", "z"), /Permission denied/);
      assert.match(await move("a/b", "z"), /Permission denied/);
      assert.equal(await move("keys", "others"), "ok");
      assert.equal(await move("d", "w"), "ok");
      assert.match(await move("w", "x"), /Permission denied/);
      await shell("rm w/e/y", { cwd: m.mount });
      assert.equal(await move("w", "x"), "ok");
      // A directory that went where another one was is known by its new place.
      assert.match(await shell("touch x/e/z 2>&1 || true", { cwd: m.mount }), /Permission denied/);
      await m.ctl("policy", "remove");
      assert.equal(await move("a", "z"), "ok");
      await m.ctl("rollback", "initial");
      await installRules(m, [{ path_pattern: "/a/b/c/**", deny: "write" }]);
      assert.match(await move("a", "z"), /Permission denied/);
    },
  ));

Deno.test("what rules refuse or watch is in the log of events with the rule's name, reads too", () =>
  withProject(RULED_PROJECT, async (m) => {
    await installRules(m, [...RULES, {
      name: "sources",
      path_pattern: "src/**",
      soft_watch: "write,read",
    }]);
    const script =
      "rm infra/prod/main.tf || true; cat .env || true; echo x >>src/b; cat src/b; touch end";
    await shell(`(${script}) 2>/dev/null`, { cwd: m.mount });
    const lines = await until("the last event is in the log", async () => {
      const { stdout } = await m.run(["-C", m.project, "audit", "--json"]);
      return stdout.includes('/end"') && stdout.trim().split("\n");
    });
    const told = lines.map((line) => JSON.parse(line)).filter(({ rule }) => rule !== undefined);
    const brief = told.map((
      { rule, event, file, agentvfs, error },
    ) => [
      rule.name,
      event.action,
      file.path.replace(`${m.mount}/`, ""),
      agentvfs.verdict,
      error?.code,
    ]);
    const unique = [...new Set(brief.map((row) => row.join(" ")))];
    assert.deepEqual(unique, [
      "production unlink infra/prod/main.tf deny EACCES",
      "environment read .env deny EACCES",
      "sources write src/b watch ",
      "sources read src/b watch ",
    ]);
  }));
