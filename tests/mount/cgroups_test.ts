/**
 * Branches by cgroup: what the processes of a cgroup see at the shared mountpoint, and what they may ask.
 */

import assert from "node:assert/strict";
import { PROGRAM } from "../support/program.ts";
import { inCgroup, removeCgroup, withCgroup } from "../support/cgroup.ts";
import { Conversation } from "../support/conversation.ts";
import { isAlive } from "../support/is_alive.ts";
import { type Mounted, type MountOptions, withProject } from "../support/mounted.ts";
import { run, until } from "../support/process.ts";
import { PYTHON, scriptPath } from "../support/python.ts";

const PROJECT = "mkdir -p sub/deep; echo base >f; echo base >sub/g; echo base >sub/deep/h";

/** Processes that do what they are asked to. */
class Callers {
  readonly #open: Conversation[] = [];

  constructor(readonly mounted: Mounted, readonly cgroup: string) {}

  /** One in no session. */
  begin(): Conversation {
    const script = scriptPath(import.meta.url, "caller.py");
    const caller = new Conversation(["-B", script], { cwd: this.mounted.mount });
    this.#open.push(caller);
    return caller;
  }

  /** One in a new cgroup below the test's, which sees the branch; both are made. */
  async on(branch: string): Promise<Conversation> {
    await this.mounted.ctl("branch", "create", branch);
    const caller = this.begin();
    await caller.ask(`enter(${JSON.stringify(await this.session(branch))})`);
    return caller;
  }

  async session(branch: string, name = branch): Promise<string> {
    const directory = `${this.cgroup}/${name}`;
    await Deno.mkdir(directory);
    await this.mounted.ctl("session", "register", "--cgroup", directory, "--branch", branch);
    return directory;
  }

  async end(): Promise<void> {
    for (const caller of this.#open) await caller.end();
  }
}

async function withCallers(
  body: (callers: Callers, mounted: Mounted) => Promise<void>,
  options: MountOptions = {},
): Promise<void> {
  await withCgroup(async (cgroup) => {
    await withProject(PROJECT, async (mounted) => {
      const callers = new Callers(mounted, cgroup);
      try {
        await body(callers, mounted);
      } finally {
        await callers.end();
      }
    }, { arguments: ["--cgroups"], ...options });
  });
}

const SOURCES: Readonly<Record<string, Record<string, string>>> = {
  bpf: {},
  proc: { AGENTVFS_WITHOUT: "bpf" },
};

for (const [source, env] of Object.entries(SOURCES)) {
  Deno.test(`callers' cgroups are told by ${source}`, async () => {
    await withCallers(async (callers, m) => {
      const one = await callers.on("one");
      const two = await callers.on("two");
      const main = callers.begin();
      const { routing } = await m.ctl("session", "list");
      assert.equal(routing.source, source);
      assert.equal((await m.status()).routing?.source, source);
      for (const [caller, name] of [[one, "one"], [two, "two"], [main, "main"]] as const) {
        await caller.ask(`write("f", "${name}")`);
        await caller.ask(`os.mkdir("${name}")`);
        await caller.ask(`write("sub/deep/${name}", "")`);
      }
      for (const [caller, name] of [[one, "one"], [two, "two"], [main, "main"]] as const) {
        assert.equal(await caller.ask(`read("f")`), name);
        assert.deepEqual(await caller.ask(`names()`), ["f", name, "sub"].sort());
        assert.deepEqual(await caller.ask(`names("sub/deep")`), ["h", name].sort());
        assert.equal(await caller.ask(`os.path.exists("sub/deep/one")`), name === "one");
        // Threads and child processes are where their parent is.
        assert.equal(
          await caller.ask(`child("cat f; ls -d one two main 2>/dev/null; true")`),
          `${name}${name}\n`,
        );
      }
      const inode = (caller: Conversation) => caller.ask(`os.stat("f").st_ino`);
      assert.notEqual(await inode(one), await inode(two));
    }, { env });
  });

  Deno.test(`a move to another cgroup counts from the next operation on, by ${source}`, async () => {
    await withCallers(async (callers, m) => {
      const caller = await callers.on("one");
      await m.ctl("branch", "create", "two");
      const two = await callers.session("two");
      await caller.ask(`write("f", "one")`);
      await caller.ask(`hold("file", "f")`);
      await caller.ask(`hold("directory", "sub")`);
      await caller.ask(`write("sub/mine", "one")`);
      await caller.ask(`enter("${two}")`);
      assert.equal(await caller.ask(`read("f")`), "base\n");
      // Handles keep the branch they were opened on.
      assert.equal(await caller.ask(`held_text("file")`), "one");
      assert.deepEqual(await caller.ask(`names(held["directory"])`), ["deep", "g", "mine"]);
      await caller.ask(`enter("${callers.cgroup}")`);
      assert.equal(await caller.ask(`read("f")`), "base\n");
      await caller.ask(`enter("${callers.cgroup}/one")`);
      assert.equal(await caller.ask(`read("f")`), "one");
      // A cgroup of the same name is another one.
      await caller.ask(`enter("${callers.cgroup}")`);
      await removeCgroup(`${callers.cgroup}/one`);
      await Deno.mkdir(`${callers.cgroup}/one`);
      await caller.ask(`enter("${callers.cgroup}/one")`);
      assert.equal(await caller.ask(`read("f")`), "base\n");
      const { sessions } = await m.ctl("session", "list");
      assert.deepEqual(sessions.map(({ branch }: { branch: string }) => branch), ["two"]);
    }, { env });
  });

  Deno.test(`the nearest registered cgroup counts, by ${source}`, async () => {
    await withCallers(async (callers, m) => {
      const caller = await callers.on("one");
      const [inner, innermost] = [`${callers.cgroup}/one/a`, `${callers.cgroup}/one/a/b`];
      await Deno.mkdir(innermost, { recursive: true });
      await caller.ask(`write("f", "one")`);
      await caller.ask(`enter("${innermost}")`);
      assert.equal(await caller.ask(`read("f")`), "one");
      await m.ctl("branch", "create", "two");
      await m.ctl("session", "register", "--cgroup", inner, "--branch", "two", "--id", "7");
      assert.equal(await caller.ask(`read("f")`), "base\n");
      await m.ctl("branch", "switch", "one", "--id", "7");
      assert.equal(await caller.ask(`read("f")`), "one");
      await m.ctl("branch", "switch", "two", "--cgroup", inner);
      assert.equal(await caller.ask(`read("f")`), "base\n");
      await m.ctl("session", "unregister", "--id", "7");
      assert.equal(await caller.ask(`read("f")`), "one");
      await m.ctl("session", "unregister", "--cgroup", `${callers.cgroup}/one`);
      assert.equal(await caller.ask(`read("f")`), "base\n");
      const hybrid = callers.cgroup.slice(0, callers.cgroup.lastIndexOf("/"));
      const relative = inner.slice(hybrid.length);
      const session = await m.ctl("session", "register", "--cgroup", relative, "--branch", "one");
      assert.equal(session.cgroup, inner);
      assert.equal(session.processes, 1);
      assert.equal(await caller.ask(`read("f")`), "one");
    }, { env });
  });
}

Deno.test("directories that others rename and remove stay where they are", async () => {
  await withCallers(async (callers, m) => {
    const one = await callers.on("one");
    const two = await callers.on("two");
    const main = callers.begin();
    const inside = [one, two, main];
    for (const caller of inside) await caller.ask(`os.chdir("sub/deep")`);
    const where = m.path("sub/deep");
    // One renames what they all sit in, through the path.
    await one.ask(`os.rename("${m.path("sub")}", "${m.path("moved")}")`);
    for (const caller of [two, main]) {
      assert.deepEqual(await caller.ask(`names()`), ["h"]);
      assert.deepEqual(await caller.ask(`names("..")`), ["deep", "g"]);
      assert.equal(await caller.ask(`child("cd ${where} && /bin/pwd")`), `${where}\n`);
      assert.equal(await caller.ask(`os.getcwd()`), where);
    }
    assert.equal(await one.ask(`read("h")`), "base\n");
    await one.ask(`write("mine", "one")`);
    assert.deepEqual(await one.ask(`names("${m.path("moved/deep")}")`), ["h", "mine"]);
    assert.equal(await one.ask(`os.path.exists("${m.path("sub")}")`), false);
    // Another one removes it.
    await two.ask(`os.chdir("${m.mount}")`);
    assert.equal(await two.ask(`child("rm -rf sub && ls")`), "f\n");
    assert.equal(await main.ask(`read("h")`), "base\n");
    assert.equal(await main.ask(`child("cd ${where} && /bin/pwd")`), `${where}\n`);
    assert.equal(await main.ask(`os.getcwd()`), where);
    // And makes it again: with something else in it.
    await two.ask(`os.makedirs("sub/deep")`);
    await two.ask(`write("sub/deep/other", "two")`);
    await two.ask(`os.chdir("sub/deep")`);
    assert.deepEqual(await two.ask(`names()`), ["other"]);
    assert.deepEqual(await main.ask(`names()`), ["h"]);
    assert.equal(await main.ask(`os.path.exists("other")`), false);
    // A rename onto a directory that others are in.
    await one.ask(`os.chdir("${m.mount}")`);
    await one.ask(`os.mkdir("empty")`);
    await one.ask(`os.mkdir("full")`);
    await one.ask(`write("full/x", "")`);
    await main.ask(`os.makedirs("${m.path("empty")}")`);
    await main.ask(`os.chdir("${m.path("empty")}")`);
    await one.ask(`os.rename("full", "empty")`);
    assert.deepEqual(await one.ask(`names("empty")`), ["x"]);
    assert.deepEqual(await main.ask(`names()`), []);
    await main.ask(`write("y", "")`);
    assert.deepEqual(await main.ask(`names("${m.path("empty")}")`), ["y"]);
    // From one branch into another nothing leads.
    const elsewhere = m.path(".agentvfs/branches/one/sub");
    assert.equal(await main.ask(`os.rename("y", "${elsewhere}")`), "EXDEV");
    await main.ask(`hold("root", "${m.path(".agentvfs/branches/one")}", os.O_DIRECTORY)`);
    assert.equal(await main.ask(`os.link("y", "y", dst_dir_fd=held["root"])`), "EXDEV");
    // But what is in a file does.
    await main.ask(`write("y", "text")`);
    await main.ask(`hold("from", "y")`);
    await main.ask(`hold("to", "${elsewhere}", os.O_WRONLY | os.O_CREAT)`);
    assert.equal(await main.ask(`os.copy_file_range(held["from"], held["to"], 100)`), 4);
    assert.equal(await one.ask(`read("${m.path("sub")}")`), "text");
  });
});

Deno.test("a file that is linked into a branch is never taken for a directory that stands there in its place", async () => {
  await withCallers(async (callers, m) => {
    const one = await callers.on("one");
    const mover = callers.begin();
    await mover.ask(`os.mkdir("${m.path(".agentvfs/branches/one/both")}")`);
    await mover.ask(`write("both", "file")`);
    await mover.ask(`hold("both", "both", os.O_RDWR)`);
    await mover.ask(`enter("${callers.cgroup}/one")`);
    const source = `f"/proc/self/fd/{held['both']}"`;
    const link = `os.link(${source}, "linked", src_dir_fd=held["both"], follow_symlinks=True)`;
    assert.equal(await mover.ask(link), "EXDEV");
    for (const caller of [one, mover]) assert.deepEqual(await caller.ask(`names("both")`), []);
    assert.equal(await callers.begin().ask(`read("both")`), "file");
  });
});

Deno.test("who stands in a directory that others do not have keeps its path", async () => {
  await withCallers(async (callers, m) => {
    const one = await callers.on("one");
    const two = await callers.on("two");
    const main = callers.begin();
    const keeps = async (caller: Conversation, path: string) => {
      await until("it has its path", async () => await caller.ask(`os.getcwd()`) === path);
    };
    // Made by one branch alone, and looked for by the others.
    await one.ask(`os.makedirs("own/deeper")`);
    await one.ask(`os.chdir("own/deeper")`);
    for (const caller of [two, main]) {
      assert.equal(await caller.ask(`os.path.exists("own")`), false);
      await keeps(one, m.path("own/deeper"));
      assert.equal(await caller.ask(`os.path.exists("own/deeper")`), false);
      await keeps(one, m.path("own/deeper"));
    }
    // A file to one, a directory to another.
    await two.ask(`write("own", "a file")`);
    assert.equal(await two.ask(`read("own")`), "a file");
    await keeps(one, m.path("own/deeper"));
    assert.equal(await two.ask(`read("own")`), "a file");
    // Main's, which a branch removes, and replaces.
    await main.ask(`os.chdir("sub/deep")`);
    await two.ask(`child("rm -r sub")`);
    await keeps(main, m.path("sub/deep"));
    assert.equal(await two.ask(`os.path.exists("sub")`), false);
    await keeps(main, m.path("sub/deep"));
    // A branch renames what main is in.
    await one.ask(`os.rename("${m.path("sub")}", "${m.path("other")}")`);
    await keeps(main, m.path("sub/deep"));
    await keeps(one, m.path("own/deeper"));
  });
});

Deno.test("a session survives the server, directories that only its branch has included", async () => {
  await withCallers(async (callers, m) => {
    const one = await callers.on("one");
    const two = await callers.on("two");
    await one.ask(`os.makedirs("own/a/b")`);
    await one.ask(`os.chdir("own/a/b")`);
    await one.ask(`write("file", "one")`);
    await one.ask(`hold("gone", "file")`);
    await one.ask(`os.remove("file")`);
    await two.ask(`os.makedirs("own/a")`);
    await two.ask(`os.chdir("own/a")`);
    const { serverPid, restarts } = await m.status();
    Deno.kill(serverPid, "SIGKILL");
    await until(
      "another server serves",
      async () => !isAlive(serverPid) && (await m.status()).restarts > restarts,
    );
    assert.deepEqual(await one.ask(`names()`), []);
    assert.equal(await one.ask(`held_text("gone")`), "one");
    await one.ask(`write("after", "one")`);
    assert.deepEqual(await one.ask(`names("${m.path("own/a/b")}")`), ["after"]);
    assert.deepEqual(await two.ask(`names()`), []);
    assert.equal(await one.ask(`os.getcwd()`), m.path("own/a/b"));
    assert.equal(await two.ask(`os.path.exists("b")`), false);
    await two.ask(`write("${m.path("f")}", "two")`);
    assert.equal(await one.ask(`read("${m.path("f")}")`), "base\n");
    const { sessions } = await m.ctl("session", "list");
    assert.equal(sessions.length, 2);
  });
});

Deno.test("a branch is the same by cgroup, in its view and in .agentvfs", async () => {
  await withCallers(async (callers, m) => {
    const one = await callers.on("one");
    const outside = callers.begin();
    await outside.ask(`os.chdir("${m.path(".agentvfs/branches/one")}")`);
    assert.equal(await outside.ask(`os.path.exists("new")`), false);
    assert.deepEqual(await outside.ask(`names("sub")`), ["deep", "g"]);
    await one.ask(`write("new", "one")`);
    await one.ask(`write("sub/new", "one")`);
    await one.ask(`os.remove("sub/g")`);
    assert.equal(await outside.ask(`read("new")`), "one");
    assert.deepEqual(await outside.ask(`names("sub")`), ["deep", "new"]);
    assert.equal(await outside.ask(`read("sub/g")`), "ENOENT");
    await outside.ask(`write("new", "outside")`);
    await outside.ask(`os.mkdir("made")`);
    assert.equal(await one.ask(`read("new")`), "outside");
    await one.ask(`os.chdir("made")`);
    assert.deepEqual(await one.ask(`names()`), []);
    const { id } = await m.ctl("checkpoint", "--branch", "one", "here");
    await one.ask(`write("${m.path("new")}", "later")`);
    await m.ctl("rollback", "--branch", "one", id);
    assert.equal(await one.ask(`read("${m.path("new")}")`), "outside");
    assert.equal(await outside.ask(`read("new")`), "outside");
  });
});

Deno.test("a process of a session speaks for its branch only", async () => {
  await withCallers(async (callers, m) => {
    const one = await callers.on("one");
    await callers.on("two");
    const cgroup = `${callers.cgroup}/one`;
    const said = async (...words: string[]) => {
      const self = await agentvfsIn(m, cgroup, words);
      return { ...self, said: JSON.parse(self.stdout || "{}") };
    };
    assert.equal((await said("checkpoint", "mine")).code, 0);
    assert.equal((await said("status")).said.branch, "one");
    assert.equal((await said("rollback", "mine")).code, 0);
    for (
      const words of [
        ["branch", "delete", "two"],
        ["branch", "switch", "two", "--cgroup", cgroup],
        ["merge", "two", "--into", "one"],
        ["merge", "one", "--into", "main"],
        ["session", "unregister", "--cgroup", cgroup],
        ["session", "register", "--cgroup", cgroup, "--branch", "two"],
        ["session", "list"],
        ["diff", "--branch", "two"],
        ["log", "--branch", "main"],
        ["gc"],
        ["stop"],
      ]
    ) {
      const refused = await said(...words);
      assert.equal(refused.said.error?.code, "denied", `${words.join(" ")}: ${refused.stdout}`);
      assert.equal(refused.code, 1);
    }
    // Through the mount, too.
    assert.deepEqual(await one.ask(`names(".agentvfs")`), ["branches", "ctl", "hook", "status"]);
    assert.equal(await one.ask(`json.loads(read(".agentvfs/status"))["branch"]`), "one");
    assert.deepEqual(await one.ask(`names(".agentvfs/branches")`), []);
    for (const name of ["branches/two", "branches/main", "checkpoints", "checkpoints/HEAD"]) {
      assert.equal(await one.ask(`names(".agentvfs/${name}")`), "ENOENT", name);
    }
    const reply = await one.ask(
      `[write(".agentvfs/ctl", "branch.delete {\\"name\\":\\"two\\"}"), json.loads(read(".agentvfs/ctl"))["ok"]]`,
    );
    assert.equal(reply[1], false);
    // Who was there before, and is in a session now, does not get to the other branches.
    const moved = callers.begin();
    await moved.ask(`os.chdir(".agentvfs")`);
    const all = ["branches", "checkpoints", "ctl", "hook", "status"];
    assert.deepEqual(await moved.ask(`names()`), all);
    await moved.ask(`enter("${cgroup}")`);
    assert.equal(await moved.ask(`names("branches/two")`), "ENOENT");
    assert.deepEqual(await moved.ask(`names()`), ["branches", "ctl", "hook", "status"]);
    // From outside, everything may be asked.
    const inUse = await m.refused("branch", "delete", "two");
    assert.equal(inUse.code, "branch_in_use");
    assert.match(inUse.message, /the session of .*\/two/);
    await m.ctl("branch", "delete", "--force", "two");
    assert.equal((await m.ctl("session", "list")).sessions.length, 1);
  });
});

Deno.test("the space that is left is told of every directory, as df and overlays ask for it", async () => {
  await withCallers(async (callers) => {
    const one = await callers.on("one");
    await one.ask(`os.mkdir("own")`);
    for (const caller of [one, callers.begin()]) {
      const blocks = await caller.ask(`os.statvfs(".").f_blocks`);
      assert.ok(Number(blocks) > 0);
      for (const path of ["sub", "sub/deep", "f", ".agentvfs"]) {
        assert.equal(await caller.ask(`os.statvfs("${path}").f_blocks`), blocks, path);
      }
    }
    assert.ok(Number(await one.ask(`os.statvfs("own").f_blocks`)) > 0);
    await one.ask(`child("df sub own")`);
  });
});

Deno.test("with --strict, whoever is in no session is refused", async () => {
  await withCallers(async (callers, m) => {
    const one = await callers.on("one");
    const other = callers.begin();
    assert.equal(await one.ask(`read("f")`), "base\n");
    assert.equal(await other.ask(`read("f")`), "EACCES");
    assert.equal(await other.ask(`names()`), "EACCES");
    assert.equal(await other.ask(`write("new", "x")`), "EACCES");
    assert.equal(await other.ask(`os.path.isdir("${m.mount}")`), true);
    assert.equal((await m.ctl("session", "list")).routing.strict, true);
    await m.ctl("checkpoint", "--branch", "one", "from outside");
    const main = await callers.session("main");
    await other.ask(`enter("${main}")`);
    assert.equal(await other.ask(`read("f")`), "base\n");
  }, { arguments: ["--strict"] });
});

Deno.test("what cannot be registered is refused with what to do", async () => {
  await withCallers(async (callers, m) => {
    const cgroup = `${callers.cgroup}/one`;
    await Deno.mkdir(cgroup);
    const register = (...words: string[]) => m.refused("session", "register", ...words);
    const missing = await register("--cgroup", `${callers.cgroup}/none`);
    assert.deepEqual([missing.code, missing.exit], ["no_cgroup", 2]);
    assert.match(missing.hint!, /mkdir .*\/none/);
    const version1 = await register("--cgroup", "/sys/kernel/none");
    assert.match(version1.hint!, /of version 2 are in \/sys/);
    for (const path of ["/tmp", "/etc/passwd", `${callers.cgroup}/cgroup.procs`, `${cgroup}/..`]) {
      assert.equal((await register("--cgroup", path)).code, "no_cgroup", path);
    }
    assert.equal((await register("--cgroup", cgroup, "--branch", "none")).code, "unknown_branch");
    assert.equal((await register("--cgroup", cgroup, "--id", "0")).exit, 2);
    assert.equal((await register()).exit, 2);
    assert.equal((await m.refused("session", "unregister", "--id", "3")).code, "unknown_session");
    await m.ctl("session", "register", "--cgroup", cgroup, "--id", "3");
    const taken = await register("--cgroup", callers.cgroup, "--id", "3");
    assert.equal(taken.code, "session_exists");
  });
  await withProject(PROJECT, async (m) => {
    await withCgroup(async (cgroup) => {
      const refused = await m.refused("session", "register", "--cgroup", cgroup);
      assert.deepEqual([refused.code, refused.exit], ["not_routed", 2]);
      assert.match(refused.hint!, /--cgroups/);
      const again = await m.run(["quickstart", m.project, "--cgroups", "--json"]);
      assert.deepEqual([again.code, JSON.parse(again.stdout).error.code], [1, "not_routed"]);
    });
  });
});

async function agentvfsIn(m: Mounted, cgroup: string, words: readonly string[]) {
  const command = inCgroup(cgroup, [...PROGRAM, "-C", m.project, "--json", ...words]);
  return await run(command, {
    env: { AGENTVFS_STATE_DIR: m.state, AGENTVFS_SOCK: "", NO_COLOR: "1" },
  });
}

Deno.test("who watches hears of a rollback of the branch that its cgroup sees", async () => {
  await withCallers(async (callers, m) => {
    const one = await callers.on("one");
    await m.ctl("checkpoint", "base", "--branch", "one");
    await m.ctl("checkpoint", "base");
    const recorder = scriptPath(import.meta.url, "record_events.py");
    const [program, ...args] = inCgroup(`${callers.cgroup}/one`, [PYTHON, recorder, "./"]);
    await using watcher = new Conversation(args, { cwd: m.mount, program: program! });
    const heard = async () => {
      const events: [string, string, string][] = await watcher.ask(null);
      return events.map(([watched, name, kind]) => `${watched}/${name} ${kind}`)
        .filter((event, i, all) => event !== all[i - 1]).sort();
    };
    await heard();
    for (const [caller, branch] of [[one, "one"], [callers.begin(), "main"]] as const) {
      const change =
        `echo other >sub/g; rm sub/deep/h; echo new >sub/new; mkdir made; echo x >made/file`;
      assert.equal(await caller.ask(`child(${JSON.stringify(change)})`), "");
      await heard();
      await m.ctl("rollback", "base", "--branch", branch);
      const changed = ["DELETE", "CREATE", "MODIFY", "CLOSE_WRITE"].map((k) => `./sub/g ${k}`);
      const added = ["CREATE", "MODIFY", "CLOSE_WRITE"].map((k) => `./sub/deep/h ${k}`);
      const expected = [...changed, ...added, "./sub/new DELETE", "./made DELETE"];
      assert.deepEqual(await heard(), expected.sort(), branch);
      assert.equal(await caller.ask(`read("sub/g") + read("sub/deep/h")`), "base\nbase\n");
      assert.deepEqual(await caller.ask(`names()`), ["f", "sub"]);
      assert.deepEqual(await caller.ask(`names("sub")`), ["deep", "g"]);
      await caller.ask(`os.mkdir("made")`);
      assert.deepEqual(await caller.ask(`names("made")`), []);
      await caller.ask(`os.rmdir("made")`);
    }
    // A switch is a change, too: as that from one branch's tree to the other's.
    await one.ask(`write("sub/g", "one")`);
    await one.ask(`write("sub/mine", "one")`);
    await m.ctl("branch", "create", "two", "--from", "base");
    await heard();
    await m.ctl("branch", "switch", "two", "--cgroup", `${callers.cgroup}/one`);
    const switched = ["DELETE", "CREATE", "MODIFY", "CLOSE_WRITE"].map((k) => `./sub/g ${k}`);
    assert.deepEqual(await heard(), [...switched, "./sub/mine DELETE"].sort());
    assert.equal(await one.ask(`read("sub/g")`), "base\n");
  });
});
