/**
 * What sandboxes in a run mount on directories of its branch, as bubblewrap does: the kernel takes it away with whatever leads
 * to the branch in the mount, so that has to stay.
 */

import assert from "node:assert/strict";
import { inCgroup, withCgroup } from "../support/cgroup.ts";
import { withConversation } from "../support/conversation.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { run, until } from "../support/process.ts";
import { PROGRAM } from "../support/program.ts";
import { PYTHON, scriptPath } from "../support/python.ts";

const PROJECT = "mkdir -p tools place; echo 1 >tools/one";
const MOUNTED = `os.path.exists("place/one")`;
const MOUNT = `child("mount --bind tools place")`;
const BRANCH = "agent/1";

Deno.test("what is mounted in a run stays, whoever looks at what, and more can be mounted", async () => {
  await withCgroup(async (cgroup) => {
    await withProject(PROJECT, async (m) => {
      const session = async (name: string): Promise<string> => {
        const directory = `${cgroup}/${name}`;
        await Deno.mkdir(directory);
        await m.ctl("branch", "create", name);
        await m.ctl("session", "register", "--cgroup", directory, "--branch", name);
        return directory;
      };
      const routed = await session("routed");
      const branches = m.path(".agentvfs/branches");
      const others: [string, () => Promise<unknown>][] = [
        ["a session begins", () => session("late")],
        ["one looks at all branches", () => run(["ls", "-l", branches])],
        ["one looks at what leads to it", () => run(["ls", "-l", `${branches}/agent`])],
        ["one looks at its tree", () => run(["ls", "-l", `${branches}/${BRANCH}/place`])],
        ["a session looks at its branches", () => inSession(routed, `ls -l ${branches}`)],
        ["it is recorded", () => m.ctl("checkpoint", "all", "--branch", BRANCH)],
        ["a branch next to it comes", () => m.ctl("branch", "create", "agent/2")],
        ["and goes", () => m.ctl("branch", "delete", "agent/2")],
        ["the server is killed", () => m.killServer()],
        ["one looks at its tree", () => run(["ls", "-l", `${branches}/${BRANCH}/place`])],
        ["another server is started", async () => {
          const { code, stderr } = await m.run(["restart"], { cwd: m.project });
          assert.equal(code, 0, stderr);
        }],
      ];
      await m.ctl("branch", "create", BRANCH);
      await withPlace(m, async (ask) => {
        for (const [what, act] of others) {
          await act();
          assert.equal(await ask(MOUNTED), true, what);
          await ask(`child("umount place")`);
          assert.equal(await ask(MOUNT), "", what);
        }
      });
    }, { arguments: ["--cgroups"] });
  });
});

Deno.test("who asks for a branch that is not theirs keeps nobody from mounting in it for long", async () => {
  await withCgroup(async (cgroup) => {
    await withProject(PROJECT, async (m) => {
      const routed = `${cgroup}/routed`;
      await Deno.mkdir(routed);
      for (const name of ["other", BRANCH]) await m.ctl("branch", "create", name);
      await m.ctl("session", "register", "--cgroup", routed, "--branch", "other");
      await withPlace(m, async (ask) => {
        const tree = m.path(`.agentvfs/branches/${BRANCH}`);
        await inSession(routed, `! ls ${tree} 2>/dev/null`);
        await until("it can be mounted again", async () => await ask(MOUNT) === "", 10_000);
      });
      // Meanwhile runs are begun.
      const asking = inSession(
        routed,
        `for i in $(seq 300); do ls ${m.path(".agentvfs/branches")}/agent; done 2>/dev/null; true`,
      );
      for (let i = 0; i < 4; i++) {
        const begun = await m.run(["run", "--branch", BRANCH, "--", "cat", "tools/one"], {
          cwd: m.project,
        });
        assert.equal(begun.stdout, "1\n", begun.stderr);
      }
      await asking;
    }, { arguments: ["--cgroups"] });
  });
});

Deno.test("what a sandbox closes for writing stays closed", async () => {
  await withProject(PROJECT, async (m) => {
    const tools = `${m.project}/tools`;
    const sandbox = ["bwrap", "--dev-bind", "/", "/", "--ro-bind", tools, tools];
    await inRun(m, sandbox, async (ask) => {
      const isClosed = async (when: string) => {
        assert.equal(await ask(`write("tools/one", "2")`), "EROFS", when);
        assert.equal(await ask(`names("tools")`).then(String), "one", when);
      };
      await isClosed("at first");
      await m.killServer();
      await isClosed("after the server was killed");
      await m.ctl("policy", "install", "secrets");
      await isClosed("with other rules");
      const { code, stderr } = await m.run(["restart"], { cwd: m.project });
      assert.equal(code, 0, stderr);
      await isClosed("after another server was started");
      await run(["ls", "-lR", m.path(`.agentvfs/branches/${BRANCH}`)]);
      await isClosed("after somebody looked");
    });
  });
});

async function inSession(cgroup: string, script: string): Promise<void> {
  const { code, stderr } = await run(inCgroup(cgroup, ["sh", "-c", script]));
  assert.equal(code, 0, stderr);
}

type Ask = (question: string) => Promise<unknown>;

/** `body` asks a program in a run, in whose namespace `tools` is mounted on `place`. */
async function withPlace(m: Mounted, body: (ask: Ask) => Promise<void>): Promise<void> {
  await inRun(m, ["unshare", "-m"], async (ask) => {
    assert.equal(await ask(MOUNT), "");
    assert.equal(await ask(MOUNTED), true);
    await body(ask);
  });
}

/** `body` asks a program that `sandbox` starts in a run. */
async function inRun(
  m: Mounted,
  sandbox: readonly string[],
  body: (ask: Ask) => Promise<void>,
): Promise<void> {
  const script = scriptPath(import.meta.url, "caller.py");
  const [program, ...args] = PROGRAM;
  const command = [...args, "run", "--branch", BRANCH, "--", ...sandbox, PYTHON, "-B", script];
  const options = {
    program: program!,
    cwd: m.project,
    env: { AGENTVFS_STATE_DIR: m.state, AGENTVFS_SOCK: "" },
  };
  await withConversation(command, options, async (conversation) => {
    await body((question) => conversation.ask(question));
  });
}
