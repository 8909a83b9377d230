/**
 * Whether a mount does what it should on this machine, whatever its system: one command for who has a machine that nobody
 * else has. Prints a line for each thing tried.
 *
 * ```sh
 * deno task test:platform [--program dist/agentvfs]
 * ```
 *
 * @module
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { run } from "../support/process.ts";

const { values } = parseArgs({ args: Deno.args, options: { program: { type: "string" } } });
const MAIN = join(import.meta.dirname!, "../../main.ts");
const PROGRAM = values.program === undefined
  ? [Deno.execPath(), "run", "--allow-all", "--quiet", MAIN]
  : [await Deno.realPath(values.program)];

const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "agentvfs-platform-" }));
const project = join(root, "shop");
const env = { AGENTVFS_STATE_DIR: join(root, "state") };

async function agentvfs(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run([...PROGRAM, ...args], {
    ...{ cwd: root, env, deadlineMs: 120_000 },
  });
  assert.equal(code, 0, `agentvfs ${args.join(" ")} ended with ${code}\n${stdout}${stderr}`);
  return stdout.trim();
}

/** Everything in a directory, by path: what it is, and a checksum. */
async function contents(directory: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const walk = async (path: string) => {
    for await (const { name, isDirectory, isSymlink } of Deno.readDir(join(directory, path))) {
      const inner = path === "" ? name : `${path}/${name}`;
      if (name === ".agentvfs") continue;
      if (isDirectory) await walk(inner);
      else if (isSymlink) found[inner] = `-> ${await Deno.readLink(join(directory, inner))}`;
      else {
        const bytes = await Deno.readFile(join(directory, inner));
        found[inner] = createHash("sha256").update(bytes).digest("hex");
      }
    }
  };
  await walk("");
  return found;
}

let failed = 0;
/** Tries one thing; what comes after it is tried all the same. */
async function attempt(what: string, work: () => Promise<void>): Promise<boolean> {
  const start = performance.now();
  const fault = await work().then(() => null, (error) => error as Error);
  const ms = Math.round(performance.now() - start);
  console.log(`${fault === null ? "ok    " : "FAILED"} ${what} (${ms} ms)`);
  if (fault === null) return true;
  console.log(fault.message.replaceAll(/^/gm, "       "));
  failed++;
  return false;
}

async function tryAll(): Promise<void> {
  await Deno.mkdir(join(project, "src"), { recursive: true });
  for (let i = 0; i < 50; i++) await Deno.writeTextFile(join(project, "src", `${i}.txt`), `${i}\n`);
  const before = await contents(project);
  let mount = "";
  await attempt("doctor", async () => void await agentvfs("doctor"));
  const isMounted = await attempt("quickstart", async () => {
    mount = /^mount=(.*)$/m.exec(await agentvfs("quickstart", project))![1]!;
    assert.deepEqual(await contents(mount), before);
  });
  if (!isMounted) return;
  const at = (...names: string[]) => join(mount, ...names);

  await attempt("write, append, truncate, read", async () => {
    await Deno.writeTextFile(at("a.txt"), "one\n");
    await Deno.writeTextFile(at("a.txt"), "two\n", { append: true });
    assert.equal(await Deno.readTextFile(at("a.txt")), "one\ntwo\n");
    await Deno.truncate(at("a.txt"), 4);
    assert.equal(await Deno.readTextFile(at("a.txt")), "one\n");
    const large = new Uint8Array(5_000_000).map((_, i) => i * 7);
    await Deno.writeFile(at("large.bin"), large);
    assert.deepEqual(await Deno.readFile(at("large.bin")), large);
  });
  await attempt("rename, over what is there too, and directories", async () => {
    await Deno.mkdir(at("deep/er"), { recursive: true });
    await Deno.rename(at("a.txt"), at("deep/er/b.txt"));
    await Deno.rename(at("deep"), at("moved"));
    await Deno.writeTextFile(at("c.txt"), "three\n");
    await Deno.rename(at("c.txt"), at("moved/er/b.txt"));
    assert.equal(await Deno.readTextFile(at("moved/er/b.txt")), "three\n");
    await assert.rejects(Deno.stat(at("deep")), Deno.errors.NotFound);
  });
  await attempt("names with spaces, letters of all kinds, and case", async () => {
    for (const name of ["two words", "Grüße", "日本", "🙂"]) {
      await Deno.writeTextFile(at(name), name);
      assert.equal(await Deno.readTextFile(at(name)), name);
    }
    const names = await Array.fromAsync(Deno.readDir(mount), ({ name }) => name);
    for (const name of ["two words", "Grüße", "日本", "🙂"]) assert.ok(names.includes(name), name);
  });
  await attempt("a thousand files made, listed and removed", async () => {
    await Deno.mkdir(at("many"));
    for (let i = 0; i < 1000; i++) await Deno.writeTextFile(at("many", `${i}`), `${i}`);
    assert.equal((await Array.fromAsync(Deno.readDir(at("many")))).length, 1000);
    await Deno.remove(at("many"), { recursive: true });
    await assert.rejects(Deno.stat(at("many")), Deno.errors.NotFound);
  });
  if (Deno.build.os !== "windows") {
    await attempt("symbolic links and modes", async () => {
      await Deno.symlink("src/1.txt", at("link"));
      assert.equal(await Deno.readTextFile(at("link")), "1\n");
      await Deno.chmod(at("src/2.txt"), 0o750);
      assert.equal((await Deno.stat(at("src/2.txt"))).mode! & 0o777, 0o750);
    });
  }
  await attempt("git: init, add, commit, status, checkout", async () => {
    const git = async (...args: string[]) => {
      const identity = [
        "-c",
        "user.name=n",
        "-c",
        "user.email=n@host",
        "-c",
        "core.autocrlf=false",
      ];
      const command = ["git", "-C", mount, ...identity, ...args];
      const { code, stdout, stderr } = await run(command, { deadlineMs: 120_000 });
      assert.equal(code, 0, `git ${args.join(" ")}\n${stdout}${stderr}`);
      return stdout;
    };
    await git("init", "-q");
    await git("add", "-A");
    await git("commit", "-q", "-m", "all");
    assert.equal(await git("status", "--porcelain"), "");
    await Deno.writeTextFile(at("src/3.txt"), "changed\n");
    assert.match(await git("status", "--porcelain"), /^ M src\/3\.txt$/m);
    await git("checkout", "-q", "--", "src/3.txt");
    assert.equal(await Deno.readTextFile(at("src/3.txt")), "3\n");
  });

  let kept: Record<string, string> = {};
  await attempt("checkpoint", async () => {
    kept = await contents(mount);
    await agentvfs("-C", project, "checkpoint", "before");
  });
  await attempt("rollback brings back all that was deleted and changed", async () => {
    await Deno.remove(at("src"), { recursive: true });
    await Deno.writeTextFile(at("moved/er/b.txt"), "spoiled\n");
    await Deno.writeTextFile(at("new.txt"), "new\n");
    await agentvfs("-C", project, "rollback", "before");
    assert.deepEqual(await contents(mount), kept);
  });
  await attempt("diff and log", async () => {
    assert.match(await agentvfs("-C", project, "log"), /before/);
    await Deno.writeTextFile(at("src/4.txt"), "four\n");
    assert.match(await agentvfs("-C", project, "diff"), /src\/4\.txt/);
  });
  await attempt("a branch is a tree of its own", async () => {
    await agentvfs("-C", project, "branch", "create", "try");
    assert.match(await agentvfs("-C", project, "branch", "list"), /\btry\b/);
    const branch = at(".agentvfs/branches/try/src/5.txt");
    await Deno.writeTextFile(branch, "five, on the branch\n");
    assert.equal(await Deno.readTextFile(at("src/5.txt")), "5\n");
  });
  await attempt("the project was only read", async () => {
    assert.deepEqual(await contents(project), before);
  });
  await attempt("apply", async () => {
    await agentvfs("-C", project, "apply");
    assert.equal(await Deno.readTextFile(join(project, "src/4.txt")), "four\n");
  });
  await attempt("stop, and quickstart again with everything in it", async () => {
    const last = await contents(mount);
    await agentvfs("stop", project);
    mount = /^mount=(.*)$/m.exec(await agentvfs("quickstart", project))![1]!;
    assert.deepEqual(await contents(mount), last);
    await agentvfs("stop", project);
  });
}

try {
  await tryAll();
} finally {
  // Where something failed it may be mounted still.
  await run([...PROGRAM, "stop", "--force", project], { cwd: root, env }).catch(() => {});
  await Deno.remove(root, { recursive: true }).catch((error) =>
    console.log(`left ${root}: ${error.message}`)
  );
}
console.log(
  failed === 0
    ? `all is as it should be on ${Deno.build.target}`
    : `${failed} failed on ${Deno.build.target}`,
);
Deno.exit(failed === 0 ? 0 : 1);
