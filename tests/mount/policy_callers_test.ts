/**
 * To whom rules of the mount apply: branches, programs, sessions.
 */

import assert from "node:assert/strict";
import { inCgroup, withCgroup } from "../support/cgroup.ts";
import { withProject } from "../support/mounted.ts";
import { run, shell, until } from "../support/process.ts";
import { installRules, RULED_PROJECT } from "../support/rules.ts";
import { withTemporary } from "../support/temporary.ts";

Deno.test("rules about branches hold in each view of theirs, also under another name of the branch", () =>
  withProject(RULED_PROJECT, async (m) => {
    await m.ctl("branch", "create", "agent/one");
    await installRules(m, [{ path_pattern: "src/**", deny: "write", branch: "agent/*" }]);
    const write = async (tree: string) =>
      await shell("(echo x >>src/b) 2>&1 && echo ok || true", { cwd: tree });
    assert.equal(await write(m.mount), "ok\n");
    assert.match(await write(m.path(".agentvfs/branches/agent/one")), /Permission denied/);
    await m.ctl("branch", "rename", "agent/one", "two");
    assert.equal(await write(m.path(".agentvfs/branches/two")), "ok\n");
    await m.ctl("branch", "rename", "two", "agent/two");
    assert.match(await write(m.path(".agentvfs/branches/agent/two")), /Permission denied/);
    await m.killServer();
    assert.match(await write(m.path(".agentvfs/branches/agent/two")), /Permission denied/);
  }));

Deno.test("rules about programs know those that ask, each time anew", () =>
  withProject(RULED_PROJECT, async (m) => {
    const python = await shell(`python3 -c 'import os; print(os.readlink("/proc/self/exe"))'`);
    await installRules(m, [
      { path_pattern: "src/**", allow: "all", program: python.trim() },
      { path_pattern: "src/**", deny: "write,create", program: ["python3", "dd"] },
      { path_pattern: "infra/**", deny: "unlink", program: "rm" },
    ]);
    const { unheld } = await m.ctl("policy", "show");
    assert.equal(unheld.length, 1);
    const script = `
      python3 -c 'open("src/b", "a").write("x")' && echo one
      (dd if=/dev/zero of=src/b count=1 2>&1 || true) | grep -o 'Permission denied'
      (rm infra/prod/main.tf 2>&1 || true) | grep -o 'Permission denied'
      (exec -a rm unlink infra/prod/main.tf) && echo three`;
    const said = await shell(script, { cwd: m.mount });
    assert.equal(said, "one\nPermission denied\nPermission denied\nthree\n");
  }));

/** Whether a copy of bash may write. */
async function writes(shellPath: string, cwd: string): Promise<string> {
  const { stdout, stderr } = await run([shellPath, "-c", "echo x >>src/b && echo wrote"], { cwd });
  return /Permission denied/.test(stderr) ? "refused" : (stdout + stderr).trim();
}

Deno.test("a rule's program is what its path leads to, now: symbolic links, hard links", () =>
  withTemporary((tools) =>
    withProject(RULED_PROJECT, async (m) => {
      const bash = `cp "$(readlink -f "$(command -v bash)")"`;
      await shell(`${bash} one; ${bash} two; ln -s one link; ln one hard`, { cwd: tools });
      await installRules(m, [
        { path_pattern: "src/**", deny: "write,create", program: `${tools}/link` },
      ]);
      const write = (name: string) => writes(`${tools}/${name}`, m.mount);
      assert.equal(await write("one"), "refused");
      assert.equal(await write("hard"), "refused");
      assert.equal(await write("two"), "wrote");
      const asked = async (name: string) => {
        const of = ["src/b", "--op", "write", "--program", `${tools}/${name}`];
        const { stdout } = await m.run(["-C", m.project, "--json", "policy", "test", ...of]);
        return JSON.parse(stdout).verdicts[0].verdict;
      };
      const said = [await asked("one"), await asked("link"), await asked("two")];
      assert.deepEqual(said, ["deny", "deny", "allow"]);
      const relative = await m.refused("policy", "test", "src/b", "--program", "./link");
      assert.deepEqual([relative.exit, relative.code], [2, "bad_program"]);
      await shell("ln -sfn two link", { cwd: tools });
      await until(
        "the link's new program is refused",
        async () => await write("two") === "refused",
      );
      assert.equal(await write("one"), "wrote");
      await m.killServer();
      assert.equal(await write("two"), "refused");
      await until("the other one is not", async () => await write("one") === "wrote");
    })
  ));

Deno.test("a rule's program in the mount is it in each branch, at the mountpoint and in a run", () =>
  withProject(
    `${RULED_PROJECT}; mkdir bin; cp "$(readlink -f "$(command -v bash)")" bin/one; cp bin/one bin/two; ln -s one bin/link`,
    async (m) => {
      await m.ctl("branch", "create", "team/b");
      const branch = m.path(".agentvfs/branches/team/b");
      const inRun = async (name: string) => {
        const command = [`bin/${name}`, "-c", "echo x >>src/b && echo wrote"];
        const { stdout, stderr } = await m.run(["run", "-b", "team/b", "--", ...command], {
          cwd: m.project,
        });
        return /Permission denied/.test(stderr) ? "refused" : stdout.trim();
      };
      for (const program of [m.path("bin/link"), `${m.project}/bin/one`]) {
        await installRules(m, [
          { path_pattern: "src/**", allow: "all", program },
          { path_pattern: "src/**", deny: "write,create" },
        ]);
        for (const [name, expected] of [["one", "wrote"], ["two", "refused"]] as const) {
          assert.equal(await writes(m.path("bin", name), m.mount), expected);
          assert.equal(await writes(`${branch}/bin/${name}`, branch), expected);
          assert.equal(await inRun(name), expected, `${program}: ${name} in a run`);
        }
        assert.equal(await writes("bash", m.mount), "refused");
      }
    },
  ));

/** How a shell in a cgroup is answered. */
async function askIn(cgroup: string, script: string, cwd: string): Promise<string> {
  const { stdout, stderr } = await run(inCgroup(cgroup, ["bash", "-c", script]), { cwd });
  return (stdout + stderr).trim();
}

/** What a rule is about is for session 2, and, where the answer comes in time, not for session 1. */
const BY_SESSION = `function on_event(ev)
  if ev.about == nil then return end
  if ev.about:find("refused%-to%-1$") then return ev.session == "1" and "deny" or "allow" end
  return ev.session == "2" and "allow" or "deny"
end`;

for (const env of [{}, { AGENTVFS_WITHOUT: "bpf" }]) {
  const how = "AGENTVFS_WITHOUT" in env ? "/proc" : "eBPF or /proc";
  Deno.test(`rules about sessions and branches hold for cgroups at one mountpoint, told by ${how}`, () =>
    withCgroup((cgroup) =>
      withProject(RULED_PROJECT, async (m) => {
        const [one, two] = [`${cgroup}/one`, `${cgroup}/two`];
        const filter = `${m.state}/session.lua`;
        await Deno.writeTextFile(filter, BY_SESSION);
        await m.ctl("telemetry", "filter", "add", "session", filter);
        for (const [id, directory] of [["1", one], ["2", two]] as const) {
          await Deno.mkdir(directory);
          await m.ctl("branch", "create", `b${id}`);
          const where = ["--cgroup", directory, "--branch", `b${id}`, "--id", id];
          await m.ctl("session", "register", ...where);
        }
        await installRules(m, [
          { name: "session", path_pattern: "src/**", deny: "write,create", session: "1" },
          { name: "branch", path_pattern: "infra/prod/**", deny: "all", branch: "b2" },
          // A late answer is none, so what is seen must not be what holds then.
          { path_pattern: "refused-to-1", ask: "session", ops: "create", otherwise: "allow" },
          { path_pattern: "only-for-2", ask: "session", ops: "create", otherwise: "deny" },
        ]);
        const write = "echo x >>src/b && echo wrote";
        const move = "mv infra other && mv other infra && echo moved";
        assert.match(await askIn(one, write, m.mount), /Permission denied/);
        assert.equal(await askIn(two, write, m.mount), "wrote");
        assert.equal(await askIn(one, move, m.mount), "moved");
        assert.match(await askIn(two, move, m.mount), /Permission denied/);
        assert.match(await askIn(two, "cat infra/prod/main.tf", m.mount), /Permission denied/);
        assert.equal(await shell(`${write}; ${move}`, { cwd: m.mount }), "wrote\nmoved\n");
        const make = (name: string) => `rm -f ${name}; : >${name} && echo made`;
        await until("the filter refuses it to session 1", async () => {
          return /Permission denied/.test(await askIn(one, make("refused-to-1"), m.mount));
        });
        await until("the filter allows it to session 2", async () => {
          return await askIn(two, make("only-for-2"), m.mount) === "made";
        });
        assert.equal(await askIn(two, make("refused-to-1"), m.mount), "made");
        assert.match(await askIn(one, make("only-for-2"), m.mount), /Permission denied/);
        assert.match(
          await shell(`(${make("only-for-2")}) 2>&1 || true`, { cwd: m.mount }),
          /denied/,
        );
        // Who moves to another cgroup is who it is there, from the next call on.
        const moves = `exec 3>>src/b; echo $$ >${one}/cgroup.procs; echo y >&3`;
        assert.match(await askIn(two, moves, m.mount), /Permission denied/);
        await m.killServer();
        assert.match(await askIn(one, write, m.mount), /Permission denied/);
        assert.match(await askIn(two, move, m.mount), /Permission denied/);
      }, { arguments: ["--cgroups"], env })
    ));
}
