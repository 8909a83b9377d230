/**
 * A session as a new user has it, command by command: an agent works in the mount while its user goes on in the project, and
 * the results come back.
 *
 * Beside it runs the same work in plain copies of the project, without agentvfs: they say what is to be where.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GIT_ENVIRONMENT } from "../support/git.ts";
import { assertSame, differences, type ManifestEntry, manifestOf } from "../support/manifest.ts";
import { Mounted } from "../support/mounted.ts";
import { shell } from "../support/process.ts";
import { PYTHON } from "../support/python.ts";
import { withTemporary } from "../support/temporary.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const env = { ...GIT_ENVIRONMENT, ROOT, PYTHON };

/** Real files, in a repository of git. */
const PROJECT = `cp -r "$ROOT/src/store" src; cp -r "$ROOT/docs" "$ROOT/README.md" .
  printf 'node_modules\\n*.log\\n' >.gitignore; seq 200 >lines; ln -s README.md link
  git init -q -b trunk .; git add -A; git commit -qm first`;

/** By shell, by Python, by git. */
const AGENT = `sed -i 's/^20$/twenty/' lines; mv src/verify src/check; rm src/same_bytes.ts
  mkdir -p src/new/deep; echo 'export {};' >src/new/deep/a.ts; ln -sfn docs link; chmod +x README.md
  mkdir node_modules; echo dependency >node_modules/d; echo noise >agent.log
  "$PYTHON" - <<'END'
import os
text = open("docs/cli.md", encoding="utf-8").read()
with open("docs/cli.md.tmp", "w", encoding="utf-8") as file:
    file.write(text.replace("agentvfs", "AGENTVFS", 3))
os.replace("docs/cli.md.tmp", "docs/cli.md")
os.truncate("docs/schema.json", 1000)
END
  git mv docs/places.md docs/moved.md`;
const AGENT_BREAKS = `rm -rf src docs .git lines; echo oops >README.md`;
const PERSON =
  `sed -i 's/^180$/by hand/' lines; echo more >>README.md; echo mine >mine.txt; rm docs/posix.md
  mkdir by-hand; echo 1 >by-hand/one; touch -d '2001-02-03 04:05:06.789' by-hand/one`;
const PERSON_AGAIN =
  `echo again >>mine.txt; echo two >by-hand/two; sed -i 's/^100$/hundred/' lines`;

/** What only the person touched. */
const BY_HAND = /^(mine\.txt|by-hand(\/.*)?)$/;

Deno.test("a session: work, break, go back, refresh, apply, undo, export", () =>
  withTemporary(async (place) => {
    const [project, state] = [join(place, "project"), join(place, "state")];
    await Deno.mkdir(project);
    await Deno.mkdir(state);
    const at = (cwd: string, script: string) => shell(script, { cwd, env });
    /** The project as it is now, after these scripts, in a directory of its own. */
    const expected = async (from: string, ...scripts: string[]) => {
      const copy = await Deno.makeTempDir({ dir: place });
      await at(copy, `cp -a "${from}/." .`);
      for (const script of scripts) await at(copy, script);
      return copy;
    };
    await at(project, PROJECT);
    const mounted = new Mounted(project, state, {});
    /** As somebody types it, standing in the mount or the project. */
    const av = async (cwd: string, ...args: string[]) => {
      const { code, stdout, stderr } = await mounted.run(args, { cwd, env: GIT_ENVIRONMENT });
      assert.equal(code, 0, `agentvfs ${args.join(" ")}: ${stdout}${stderr}`);
      return stdout;
    };
    try {
      await mounted.start();
      await mounted.imported();
      const { mount } = mounted;
      const imported = await expected(project);

      await at(mount, AGENT);
      await av(mount, "checkpoint", "moved", "things");
      await at(mount, AGENT_BREAKS);
      await av(mount, "rollback", "moved", "things", "--force-large");
      await same(mount, await expected(imported, AGENT), "The mount after the rollback");
      await same(project, imported, "The project, which nobody touched");

      await at(project, PERSON);
      const person = await expected(project);
      await av(mount, "refresh");
      await same(mount, await expected(imported, AGENT, PERSON), "The mount after the refresh");
      await same(project, person, "The project after the refresh");
      const told = await av(mount, "diff", "--against-project", "--no-renames", "--name-only");
      assert.deepEqual(
        told.trim().split("\n").filter(isShared).sort(),
        await differing(mount, person),
      );

      assert.match(await av(mount, "apply", "--dry-run"), /src\/new\/deep\/a\.ts/);
      await same(project, person, "The project after the dry run");
      await at(project, PERSON_AGAIN);
      const before = await expected(project);
      await av(mount, "apply");
      const both = await expected(imported, AGENT, PERSON, PERSON_AGAIN);
      await same(project, both, "The project after the apply");
      await sameByHand(project, before);
      await at(project, "git fsck --strict; git status --porcelain >/dev/null");
      const applied = await manifestOf(project);
      await av(mount, "apply");
      assertSame(await manifestOf(project), applied, "The project after an apply of nothing", {
        only: (path) => path !== ".git",
      });
      await av(mount, "undo");
      await same(project, before, "The project after the undo");
      await sameByHand(project, before);
      await av(mount, "apply");
      await same(project, both, "The project after the second apply");

      const patched = await expected(imported);
      await av(mount, "checkpoint", "done");
      await av(
        mount,
        "export",
        "--patch",
        "--from",
        "initial",
        "--ignored",
        "-o",
        join(place, "p"),
      );
      await at(patched, `git apply "${place}/p"`);
      await same(patched, await expected(imported, AGENT, PERSON), "What the patch makes");
      await av(mount, "export", "--git");
      const subjects = await at(project, "git log --format=%s trunk..agentvfs/main");
      assert.deepEqual(subjects.trim().split("\n").at(-1), "moved things");
      assert.match(subjects, /^done\n/);
    } finally {
      await mounted.end();
    }
  }));

/** What is not git's own. */
function isShared(path: string): boolean {
  return path !== "" && !/^\.git(\/|$)/.test(path);
}

/** Paths of files and links at which two directories differ. */
async function differing(one: string, other: string): Promise<string[]> {
  const [a, b] = await Promise.all([one, other].map((root) => manifestOf(root)));
  const lines = differences(a!, b!, { ignore: ["mtime"], only: isShared });
  const paths = lines.map((line): string => JSON.parse(/^"[^"]*"/.exec(line)![0]));
  const isDirectory = (path: string) => (a!.get(path) ?? b!.get(path))!.type === "directory";
  return [...new Set(paths)].filter((path) => !isDirectory(path)).sort();
}

/** Kinds, contents, targets and modes; what git keeps for itself is git's. */
async function same(is: string, expected: string, what: string): Promise<void> {
  assertSame(await manifestOf(is), await manifestOf(expected), what, {
    ignore: ["mtime"],
    only: isShared,
  });
}

/** Bit for bit, times included. */
async function sameByHand(is: string, expected: string): Promise<void> {
  const [now, then] = await Promise.all([is, expected].map((root) => manifestOf(root)));
  const of = (entries: Iterable<ManifestEntry>) =>
    [...entries].filter(({ path }) => BY_HAND.test(path));
  assert.deepEqual(of(now!.values()), of(then!.values()));
  assert.equal(of(now!.values()).length, 4);
}
