/** What runs and sessions start, and whom they speak to, is in the log of events beside what they change. */

import assert from "node:assert/strict";
import type { LoggedEvent } from "../../src/telemetry/logged_event.ts";
import { inCgroup, withCgroup } from "../support/cgroup.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { run, until } from "../support/process.ts";
import { logged } from "../support/truth/work.ts";

/** Events of processes and the network, once a program that is called `last` has ended. */
async function processEvents(m: Mounted): Promise<LoggedEvent[]> {
  return await until("the last program's end is in the log", async () => {
    const { code, stdout, stderr } = await m.run(["-C", m.project, "audit", "--json"]);
    assert.equal(code, 0, stderr);
    const lines = stdout.split("\n").filter((line) => line !== "");
    const events = lines.map((line) => JSON.parse(line) as LoggedEvent);
    const isLast = ({ event, process }: LoggedEvent) =>
      event.action === "exit" && process?.name === "last";
    return events.some(isLast) && events.filter(({ event }) => event.provider === "ebpf");
  });
}

/** Last arguments of the programs that are called `last`. */
async function names(m: Mounted): Promise<string[]> {
  const execs = (await processEvents(m)).filter(({ event, process }) =>
    event.action === "exec" && process?.name === "last"
  );
  return execs.map(({ process }) => process!.args!.at(-1)!);
}

/** A name of its own for a program that ends at once. */
const PROJECT = "cp /bin/true last";

Deno.test("a run's programs are in the log from the first on, with arguments, branch and end", async () => {
  await withProject(PROJECT, async (m) => {
    const script =
      "sh -c 'exit 3'; echo x >new; (echo >/dev/tcp/127.0.0.1/9) 2>/dev/null; ./last a";
    const command = ["run", "-b", "b", "--net", "none", "--", "bash", "-c", script];
    const outcome = await m.run(command, { cwd: m.project });
    assert.equal(outcome.code, 0, outcome.stderr);
    const events = await processEvents(m);
    const execs = events.filter(({ event }) => event.action === "exec");
    assert.deepEqual(execs.map(({ process }) => process!.args), [
      ["bash", "-c", script],
      ["sh", "-c", "exit 3"],
      ["./last", "a"],
    ]);
    for (const { agentvfs, process } of execs) {
      assert.equal(agentvfs.branch, "b");
      assert.equal(process!.working_directory, m.project);
    }
    const ends = events.filter(({ event, process }) =>
      event.action === "exit" && process!.name === "sh"
    );
    assert.deepEqual(ends.map(({ process }) => process!.exit_code), [3]);
    // Without SHELL in its environment bash asks nscd for it, at a socket of the machine, which no rule is about.
    const connections = events.filter(({ event, destination }) =>
      event.action === "connect" && destination !== undefined
    ).map(({ error, destination }) => [destination!.ip, destination!.port, error?.code]);
    assert.deepEqual(connections, [["127.0.0.1", 9, "EACCES"]]);
  });
});

Deno.test("a process is one, whichever source tells of it", async () => {
  await withProject(PROJECT, async (m) => {
    // It is looked at anew after a while, when the kernel's programs have told of it.
    const script = "for i in 1 2 3; do echo $i >f$i; sleep 0.1; done; ./last a";
    const command = ["run", "-b", "b", "--", "bash", "-c", script];
    assert.equal((await m.run(command, { cwd: m.project })).code, 0);
    const { process } = (await processEvents(m)).find(({ event, process }) =>
      event.action === "exec" && process?.name === "bash"
    )!;
    const its = (await logged(m)).filter(({ process: { pid } = {} }) => pid === process!.pid);
    assert.deepEqual([...new Set(its.map(({ event }) => event.provider))].sort(), [
      "ebpf",
      "mount",
    ]);
    const entities = new Set(its.map(({ process }) => process!.entity_id));
    assert.deepEqual([...entities], [process!.entity_id]);
  });
});

Deno.test("a program that several sources tell of is one from its start on", async () => {
  await withProject(PROJECT, async (m) => {
    const out = `${m.state}/out`;
    // It becomes another program, which each source tells of, and goes on for as long as somebody looks.
    const script = `exec bash -c 'until [ -e end ]; do echo x >${out}; sleep 0.1; done'`;
    const command = ["run", "-b", "b", "--watch", "--", "bash", "-c", script];
    const running = m.run(command, { cwd: m.project });
    const its = await until("it is told of again and again", async () => {
      const opens = (await logged(m)).filter(({ file }) => file?.path === out);
      return opens.length > 3 && opens;
    });
    await Deno.writeTextFile(m.path(".agentvfs/branches/b/end"), "");
    assert.equal((await running).code, 0);
    const { process } = (await logged(m)).find(({ event, process }) =>
      event.action === "exec" && process?.pid === its[0]!.process!.pid
    )!;
    assert.notEqual(process!.entity_id, undefined);
    for (const event of its) assert.equal(event.process!.entity_id, process!.entity_id);
  }, { arguments: ["--telemetry", "changes,ebpf,ldpreload"] });
});

Deno.test("so are a session's, until it is none; and those of a server that took over", async () => {
  await withCgroup(async (cgroup) => {
    await withProject(PROJECT, async (m) => {
      const named = (name: string) => run(inCgroup(cgroup, [m.path("last"), name]));
      await named("before");
      await m.ctl("session", "register", "--cgroup", cgroup, "--branch", "main");
      await named("one");
      // What was answered is in the log after half a second; a server that is killed before takes it along.
      await until("the first is in the log", async () => (await names(m)).includes("one"));
      await m.killServer();
      await until("the next server's kernel tells", async () => {
        await named("two");
        return (await names(m)).includes("two");
      });
      await m.ctl("session", "unregister", "--cgroup", cgroup);
      await named("after");
      await m.run(["run", "--", "sh", "-c", "./last end"], { cwd: m.project });
      await until("a run's end is in the log", async () => (await names(m)).includes("end"));
      assert.deepEqual([...new Set(await names(m))], ["one", "two", "end"]);
    }, { arguments: ["--cgroups"] });
  });
});

Deno.test("in the lines of ContextFS are the session's number, and how often rules were installed", async () => {
  await withCgroup(async (cgroup) => {
    await withProject(PROJECT, async (m) => {
      const lineOf = async (path: string) =>
        JSON.parse(
          await until(`${path} is in the log`, async () => {
            const { stdout } = await m.run(["audit", "--format", "contextfs", path], {
              cwd: m.mount,
            });
            return stdout.split("\n").find((line) => line.includes('"create"')) ?? false;
          }),
        );
      const touch = (path: string) => run(inCgroup(cgroup, ["touch", m.path(path)]));
      await touch("before");
      const before = await lineOf("before");
      assert.deepEqual([before.session_id, before.policy_version], [0, 0]);
      await m.ctl("session", "register", "--cgroup", cgroup, "--id", "7", "--branch", "main");
      const rules = `{"rules": [{"path_pattern": "never", "deny": "write"}]}`;
      await Deno.writeTextFile(`${m.project}-rules.json`, rules);
      const installed = await m.run(["policy", "install", `${m.project}-rules.json`], {
        cwd: m.project,
      });
      assert.equal(installed.code, 0, installed.stderr);
      await touch("after");
      const after = await lineOf("after");
      assert.deepEqual([after.session_id, after.policy_version], [7, 1]);
      const ran = await m.run(["run", "-b", "b", "--", "touch", "in-run"], { cwd: m.project });
      assert.equal(ran.code, 0, ran.stderr);
      const inRun = await lineOf("in-run");
      assert.ok(inRun.session_id > 1, "a run has the number of its program");
      assert.equal(inRun.policy_version, 1);
    }, { arguments: ["--cgroups"] });
  });
});
