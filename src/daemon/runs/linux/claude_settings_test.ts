import assert from "node:assert/strict";
import { join } from "node:path";
import { syncClaudeSettings } from "./claude_settings.ts";

/** Runs `body` with a home directory and a state directory of its own. */
async function withHome(body: (home: string) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir();
  const before = Deno.env.get("AGENTVFS_STATE_DIR");
  Deno.env.set("AGENTVFS_STATE_DIR", join(home, "state"));
  try {
    await Deno.mkdir(join(home, ".claude"));
    await body(home);
  } finally {
    if (before === undefined) Deno.env.delete("AGENTVFS_STATE_DIR");
    else Deno.env.set("AGENTVFS_STATE_DIR", before);
    await Deno.remove(home, { recursive: true });
  }
}

const files = (home: string) => [join(home, ".claude.json"), join(home, ".claude/.claude.json")];
const write = (path: string, value: unknown) => Deno.writeTextFile(path, JSON.stringify(value));
const read = async (path: string) => JSON.parse(await Deno.readTextFile(path));

Deno.test("what is changed in either file is in both, also where a run ended without a word", () =>
  withHome(async (home) => {
    const [outer, inner] = files(home) as [string, string];
    await write(outer, { theme: "dark", projects: { a: 1 } });
    assert.equal(await syncClaudeSettings(home), true);
    assert.deepEqual(await read(inner), await read(outer));
    assert.equal((await Deno.stat(inner)).mode! & 0o777, 0o600);
    await write(inner, { theme: "dark", projects: { a: 1, b: 2 } });
    await write(outer, { theme: "light", projects: { a: 1 } });
    assert.equal(await syncClaudeSettings(home), true);
    for (const path of [inner, outer]) {
      assert.deepEqual(await read(path), { theme: "light", projects: { a: 1, b: 2 } });
    }
    // What was taken away stays away.
    await write(outer, { theme: "light", projects: { b: 2 } });
    await syncClaudeSettings(home);
    assert.deepEqual(await read(inner), { theme: "light", projects: { b: 2 } });
    await Deno.remove(inner);
    await syncClaudeSettings(home);
    assert.deepEqual(await read(inner), { theme: "light", projects: { b: 2 } });
    const names = [...Deno.readDirSync(home)].map(({ name }) => name).sort();
    assert.deepEqual(names, [".claude", ".claude.json", "state"]);
  }));

Deno.test("a link is followed, and what is no JSON is left alone", () =>
  withHome(async (home) => {
    const [outer, inner] = files(home) as [string, string];
    await Deno.mkdir(join(home, "dotfiles"));
    await write(join(home, "dotfiles/claude"), { a: 1 });
    await Deno.symlink("dotfiles/claude", outer);
    await write(inner, { b: 2 });
    await syncClaudeSettings(home);
    assert.ok((await Deno.lstat(outer)).isSymlink);
    assert.deepEqual(await read(join(home, "dotfiles/claude")), { a: 1, b: 2 });
    await Deno.writeTextFile(outer, "{");
    assert.equal(await syncClaudeSettings(home), false);
    assert.equal(await Deno.readTextFile(outer), "{");
    assert.deepEqual(await read(inner), { a: 1, b: 2 });
  }));

Deno.test("what a program left in the place of its file is neither read nor written through", () =>
  withHome(async (home) => {
    const [outer, inner] = files(home) as [string, string];
    await write(outer, { a: 1 });
    await write(join(home, "secret"), { secret: true });
    const plants = [
      () => new Deno.Command("mkfifo", { args: [inner] }).output(),
      () => Deno.symlink("../secret", inner),
      () => Deno.mkdir(inner),
    ];
    for (const plant of plants) {
      await plant();
      assert.equal(await syncClaudeSettings(home), false);
      assert.deepEqual(await read(outer), { a: 1 });
      assert.deepEqual(await read(join(home, "secret")), { secret: true });
      await Deno.remove(inner);
    }
  }));

Deno.test("Claude's lock is waited for, but not for ever", () =>
  withHome(async (home) => {
    const [outer] = files(home) as [string];
    const lock = `${outer}.lock`;
    await write(outer, { a: 1 });
    await Deno.mkdir(lock);
    // Held by somebody who does not let go.
    assert.equal(await syncClaudeSettings(home), true);
    assert.ok((await Deno.stat(lock)).isDirectory);
    const old = new Date(Date.now() - 60_000);
    await Deno.utime(lock, old, old);
    await syncClaudeSettings(home);
    await assert.rejects(Deno.stat(lock), Deno.errors.NotFound);
  }));
