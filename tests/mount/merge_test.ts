/**
 * Merging branches in a mount, with readers at work.
 */

import assert from "node:assert/strict";
import type { Change } from "../../src/control/service/history.ts";
import type { MergeReport } from "../../src/control/service/merge.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { shell } from "../support/process.ts";

const PROJECT = `
seq 1 30 >lines && mkdir -p src && for i in $(seq 20); do echo $i >src/f$i; done
git init -q . && git add -A && git -c user.email=a@b -c user.name=n commit -qm initial`;

function path(m: Mounted, branch: string, ...names: string[]): string {
  return branch === "main" ? m.path(...names) : m.path(".agentvfs/branches", branch, ...names);
}

async function edit(m: Mounted, branch: string, script: string): Promise<void> {
  await shell(script, { cwd: path(m, branch) });
}

async function listing(m: Mounted, branch: string): Promise<string> {
  const root = path(m, branch);
  return await shell(`find . -path ./.git -prune -o -type f -exec sha256sum {} + | sort`, {
    cwd: root,
  });
}

async function create(m: Mounted, ...names: string[]): Promise<void> {
  for (const name of names) await m.ctl("branch", "create", name);
}

function ids(entries: { id: string }[]): string[] {
  return entries.map(({ id }) => id);
}

Deno.test("what two branches changed comes together, down to lines of one file", async () => {
  await withProject(PROJECT, async (m) => {
    await create(m, "one", "two");
    await edit(
      m,
      "one",
      "sed -i 's/^3$/three/' lines; echo new >src/one; rm src/f1; chmod +x src/f2",
    );
    await edit(
      m,
      "two",
      "sed -i 's/^27$/twenty-seven/' lines; mv src/f3 src/moved; ln -s f4 src/link",
    );
    await edit(m, "main", "echo main >src/main");
    const kept = await Deno.stat(m.path("src/f5"));
    const report = await m.ctl("merge", "one", "two", "--label", "both") as MergeReport;
    assert.equal(report.state, "merged");
    assert.deepEqual(report.sources.map(({ merged }) => merged), [true, true]);
    const lines = (await Deno.readTextFile(m.path("lines"))).split("\n");
    assert.deepEqual([lines[2], lines[26]], ["three", "twenty-seven"]);
    const names = [...Deno.readDirSync(m.path("src"))].map(({ name }) => name);
    for (const name of ["one", "moved", "link", "main"]) assert.ok(names.includes(name), name);
    for (const name of ["f1", "f3"]) assert.ok(!names.includes(name), name);
    assert.equal((await Deno.stat(m.path("src/f2"))).mode! & 0o111, 0o111);
    assert.equal((await Deno.stat(m.path("src/f5"))).ino, kept.ino);
    const { entries } = await m.ctl("log");
    assert.equal(entries[0].kind, "merge");
    assert.equal(entries[0].parents.length, 3);
    // The sources stay as they are, and have nothing new.
    const { branches } = await m.ctl("branch", "list");
    assert.deepEqual(branches.map(({ dirty }: { dirty: boolean }) => dirty), [false, false, false]);
    assert.equal((await m.ctl("merge", "one", "two")).state, "unchanged");
    await m.ctl("undo");
    assert.equal(await Deno.readTextFile(m.path("src/main")), "main\n");
    await assert.rejects(Deno.stat(m.path("src/one")));
    await m.ctl("redo");
    assert.equal(await Deno.readTextFile(m.path("src/one")), "new\n");
    assert.equal((await m.ctl("verify")).clean, true);
  });
});

Deno.test("a refused merge leaves no trace", async () => {
  await withProject(PROJECT, async (m) => {
    await create(m, "one");
    await edit(m, "one", "sed -i 's/^3$/theirs/' lines; rm src/f2; echo x >src/only");
    await edit(m, "main", "sed -i 's/^3$/ours/' lines; echo changed >src/f2");
    const [before, log] = [await listing(m, "main"), ids((await m.ctl("log", "--all")).entries)];
    const theirs = ids((await m.ctl("log", "--all", "--branch", "one")).entries);
    const refusal = await m.refused("merge", "one");
    assert.equal(refusal.code, "merge_conflicts");
    const [source] = (refusal.details as MergeReport).sources;
    assert.deepEqual(
      source!.conflicts.map(({ path, kind }) => [path, kind]),
      [["lines", "edit/edit"], ["src/f2", "edit/delete"]],
    );
    const [lines, f2] = source!.conflicts;
    assert.ok(lines!.base!.id !== lines!.ours!.id && lines!.ours!.id !== lines!.theirs!.id);
    assert.equal(f2!.theirs, null);
    assert.equal(
      (await m.ctl("merge", "one", "--dry-run", "--strategy", "theirs")).state,
      "merged",
    );
    assert.equal(await listing(m, "main"), before);
    assert.deepEqual(ids((await m.ctl("log", "--all")).entries), log);
    assert.deepEqual(ids((await m.ctl("log", "--all", "--branch", "one")).entries), theirs);

    await m.ctl("merge", "one", "--strategy", "theirs");
    const merged = (await Deno.readTextFile(m.path("lines"))).split("\n");
    assert.equal(merged[2], "theirs");
    await assert.rejects(Deno.stat(m.path("src/f2")));
  });
});

Deno.test("conflicts can be marked in the files, settled, and the merge ended or taken back", async () => {
  await withProject(PROJECT, async (m) => {
    await create(m, "one");
    await edit(m, "one", "sed -i 's/^3$/theirs/' lines; echo x >src/only");
    await edit(m, "main", "sed -i 's/^3$/ours/' lines; echo unsaved >src/unsaved");
    const before = await listing(m, "main");
    const marked = await m.run(["-C", m.project, "--json", "merge", "one", "-s", "markers"]);
    assert.equal(marked.code, 1);
    assert.equal(JSON.parse(marked.stdout).state, "settle");
    const text = await Deno.readTextFile(m.path("lines"));
    assert.match(text, /<<<<<<< main\nours\n\|{7}.*\n3\n=======\ntheirs\n>>>>>>> one\n/);
    assert.equal((await m.refused("merge", "one")).code, "merge_in_progress");
    assert.equal((await m.refused("merge", "--continue")).code, "merge_unsettled");
    await m.ctl("merge", "--abort");
    assert.equal(await listing(m, "main"), before);
    assert.equal((await m.refused("merge", "--continue")).code, "no_merge");

    await m.run(["-C", m.project, "merge", "one", "-s", "markers"]);
    // It is still in progress in another mount.
    await m.restart();
    await edit(m, "main", "sed -i '/^[<|=>]\\{7\\}/d; s/^ours$/both/; /^theirs$/d' lines");
    const done = await m.ctl("merge", "--continue");
    const { entries } = await m.ctl("log");
    assert.equal(entries[0].id, done.id);
    assert.deepEqual([entries[0].kind, entries[0].parents.length], ["merge", 2]);
    assert.equal((await m.ctl("merge", "one")).state, "unchanged");
  });
});

Deno.test("of many sources those are merged that can be, the rest is told", async () => {
  await withProject(PROJECT, async (m) => {
    const names = Array.from({ length: 8 }, (_, i) => `agent/${i}`);
    await create(m, ...names);
    for (const [i, name] of names.entries()) {
      await edit(m, name, `echo ${name} >src/of-${i}; sed -i 's/^${3 * i + 1}$/by ${i}/' lines`);
    }
    await edit(m, "agent/5", "echo rival >src/of-2");
    const outcome = await m.run(["-C", m.project, "--json", "merge", ...names]);
    assert.equal(outcome.code, 1);
    const report = JSON.parse(outcome.stdout) as MergeReport;
    assert.deepEqual(
      report.sources.filter(({ merged }) => !merged).map((
        { name, conflicts },
      ) => [name, conflicts[0]!.kind]),
      [["agent/5", "add/add"]],
    );
    const text = await Deno.readTextFile(m.path("lines"));
    assert.deepEqual(text.match(/by \d/g), [
      "by 0",
      "by 1",
      "by 2",
      "by 3",
      "by 4",
      "by 6",
      "by 7",
    ]);
    assert.equal(await Deno.readTextFile(m.path("src/of-2")), "agent/2\n");
  });
});

Deno.test("the base is right whatever was recorded when the branch was made", async () => {
  await withProject(PROJECT, async (m) => {
    // Not recorded anywhere when the branch begins.
    await edit(m, "main", "sed -i 's/^3$/before/' lines; echo x >src/before");
    await create(m, "one");
    await edit(m, "one", "sed -i 's/^before$/after/' lines; rm src/before");
    assert.equal((await m.ctl("merge", "one", "--dry-run")).state, "merged");
    await m.ctl("checkpoint", "later");
    assert.equal((await m.ctl("merge", "one")).state, "merged");
    assert.equal((await Deno.readTextFile(m.path("lines"))).split("\n")[2], "after");
    // The other way round: what the merge brought into main.
    await edit(m, "main", "sed -i 's/^after$/in main/' lines");
    assert.equal((await m.ctl("merge", "main", "--into", "one")).state, "merged");
    assert.equal((await Deno.readTextFile(path(m, "one", "lines"))).split("\n")[2], "in main");
    const diff = await m.ctl("diff", "main", "one") as { changes: Change[] };
    assert.deepEqual(diff.changes.map(({ path }) => path), []);
    assert.equal((await m.refused("merge", "one", "--into", "one")).code, "merge_itself");
  });
});

Deno.test("readers see the tree before a merge or after it", async () => {
  await withProject("seq 1 100 >a; seq 1 100 >b; echo 0 >c", async (m) => {
    await create(m, "one");
    for (let round = 1; round <= 5; round++) {
      await edit(m, "one", `echo "round ${round}" | tee a b c >/dev/null`);
      let running = true;
      const seen = new Set<string>();
      const reader = (async () => {
        while (running) {
          // A file that was opened before the merge and is read after it tells so.
          const text = await Deno.readTextFile(m.path("a")).catch((error) => {
            if (/os error 116/.test(error.message)) return "stale";
            throw error;
          });
          seen.add(text.length > 100 ? "old" : text.trim());
        }
      })();
      await m.ctl("merge", "one", "--strategy", "theirs");
      const after = await Promise.all(
        ["a", "b", "c"].map((name) => Deno.readTextFile(m.path(name))),
      );
      running = false;
      await reader;
      assert.deepEqual(new Set(after), new Set([`round ${round}\n`]));
      const before = round === 1 ? "old" : `round ${round - 1}`;
      for (const text of seen) assert.ok([before, "stale", `round ${round}`].includes(text), text);
    }
  });
});
