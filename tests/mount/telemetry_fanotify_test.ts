/**
 * fanotify tells of every file that is opened or run in the mount, as strace sees it. telemetry_watch_test.ts has other directories.
 */

import assert from "node:assert/strict";
import { resolve } from "node:path";
import { NODES_PER_VIEW } from "../../src/mount/views.ts";
import type { TelemetryEvent } from "../../src/telemetry/event.ts";
import { type FanotifyPlace, FanotifySource } from "../../src/telemetry/linux/fanotify_source.ts";
import { SourceError } from "../../src/telemetry/source.ts";
import { withProject } from "../support/mounted.ts";
import { run, until } from "../support/process.ts";
import { PYTHON, python } from "../support/python.ts";
import { logged } from "../support/truth/work.ts";
import { stringsOf, type Trace, trace } from "../support/strace.ts";

async function withSource(
  place: FanotifyPlace,
  body: (taken: () => TelemetryEvent[]) => Promise<void>,
): Promise<void> {
  const source = FanotifySource.start(place);
  try {
    await body(() => {
      const events: TelemetryEvent[] = [];
      source.take((event) => events.push(event));
      return events;
    });
  } finally {
    source.stop();
    source.stop();
  }
}

/** Git, a script, a shell with redirections, python with mmap and O_PATH, a copy. */
const PROJECT =
  `git init -q; echo one >one; printf '#!/bin/sh\\ncat one\\n' >script; chmod +x script
printf 'a b\\n' >'a b'; git add .; git -c user.name=a -c user.email=a@b commit -qm one
gcc -x c - -o static -static <<'C'
#include <fcntl.h>
int main() { return open("one", O_RDWR) < 0; }
C`;
const PROGRAMS =
  `git log -p >/dev/null; ./script; cat <one 'a b'; ./static; cp one two; ln one three
${PYTHON} -B -c '
import mmap, os
f = open("two", "r+b"); mmap.mmap(f.fileno(), 0)[0:1] = b"T"
os.open("one", os.O_PATH)
os.close(os.open("three", os.O_RDONLY))
'`;

/** Threads and the paths that they opened or ran, below a directory, each once. */
function truthOf({ threads }: Trace, directory: string): string[] {
  const found = new Set<string>();
  for (const [thread, lines] of threads) {
    for (const line of lines) {
      const path = /^open\w*\(.* = \d+<(.*)>$/.exec(line)?.[1];
      const ran = /^execve\(("[^"]*").* = 0$/.exec(line)?.[1];
      const opened = path !== undefined
        ? stringsOf(`"${path}"`)[0] ?? path
        : ran !== undefined && resolve(directory, stringsOf(ran)[0]!);
      if (opened === false || !opened.startsWith(`${directory}/`)) continue;
      if (/O_PATH|O_DIRECTORY/.test(line)) continue;
      found.add(`${thread} ${opened}`);
    }
  }
  return [...found].sort();
}

function told(events: readonly TelemetryEvent[]): string[] {
  const lines = events.filter(({ action }) => action === "open" || action === "exec-open")
    .map(({ process, path }) => `${process!.pid} ${path}`);
  return [...new Set(lines)].sort();
}

Deno.test("what is opened and run in the mount is told of as strace sees it", async () => {
  await withProject(PROJECT, async (m) => {
    await withSource({ mount: m.mount }, async (taken) => {
      const seen = await trace("open,openat,openat2,creat,execve", ["bash", "-ec", PROGRAMS], {
        cwd: m.mount,
        flags: ["-y"],
      });
      assert.equal(seen.code, 0);
      const events = taken();
      const mine = events.filter(({ process }) => seen.threads.has(process!.pid!));
      const expected = truthOf(seen, m.mount);
      assert.ok(expected.length > 12, expected.join("\n"));
      assert.deepEqual(told(mine), expected);
      const ran = mine.filter(({ action }) => action === "exec-open").map(({ path }) => path);
      assert.deepEqual(ran, [m.path("script"), m.path("static")]);
      const { ino } = await Deno.stat(m.path("one"));
      const nodes = new Set(
        mine.filter(({ path }) => path === m.path("one")).map(({ node }) => node),
      );
      assert.equal(nodes.size, 1);
      assert.ok([...nodes][0]! < NODES_PER_VIEW, `${[...nodes]} is not of main (inode ${ino})`);
    });
  });
});

Deno.test("a run is seen too, with the node of its branch", async () => {
  await withProject("echo one >one", async (m) => {
    await m.ctl("branch", "create", "b");
    await withSource({ mount: m.mount }, async (taken) => {
      const { code } = await m.run(["run", "-b", "b", "--", "cat", "one"], { cwd: m.project });
      assert.equal(code, 0);
      const opens = taken().filter(({ action, path }) =>
        action === "open" && path!.endsWith("/one")
      );
      assert.equal(opens.length, 1);
      assert.ok(opens[0]!.node! >= NODES_PER_VIEW, `node ${opens[0]!.node}`);
    });
  });
});

Deno.test("in the log an open has the branch that the file is of", async () => {
  await withProject("echo one >one", async (m) => {
    await m.ctl("branch", "create", "b");
    await Deno.readTextFile(m.path("one"));
    const script = `cat one; touch end`;
    const { code } = await m.run(["run", "-b", "b", "--", "sh", "-c", script], { cwd: m.project });
    assert.equal(code, 0);
    const opens = await until("the last is told of", async () => {
      const opens = (await logged(m)).filter(({ event }) =>
        event.provider === "fanotify" && event.action === "open"
      );
      return opens.some(({ file }) => file?.path === `${m.project}/end`) && opens;
    });
    const branchOf = (path: string) =>
      opens.find(({ file }) => file?.path === path)?.agentvfs.branch;
    assert.equal(branchOf(m.path("one")), "main");
    assert.equal(branchOf(`${m.project}/one`), "b");
  }, { arguments: ["--telemetry", "changes,ebpf,fanotify"] });
});

Deno.test("what has lost its name is told by the last one, what was made without one by none", async () => {
  await withProject("", async (m) => {
    await withSource({ mount: m.mount }, async (taken) => {
      await python(
        `
import os
open("a", "w").close(); os.rename("a", "b"); os.unlink("b")
open("c (deleted)", "w").close()
os.close(os.open(".", os.O_TMPFILE | os.O_RDWR))`,
        [],
        { cwd: m.mount },
      );
      const opens = taken().filter(({ action }) => action === "open");
      const paths = opens.map(({ path }) => path);
      assert.deepEqual(paths, [m.path("b"), m.path("c (deleted)"), undefined]);
      assert.ok(opens.every(({ node }) => node !== undefined));
    });
  });
});

Deno.test("it says why it cannot watch", async () => {
  assert.throws(
    () => FanotifySource.start({ mount: "/nowhere" }),
    (error) => error instanceof SourceError && /\/nowhere cannot be watched/.test(error.message),
  );
  const script = `import { FanotifySource } from "${new URL(
    "../../src/telemetry/linux/fanotify_source.ts",
    import.meta.url,
  )}";
try { FanotifySource.start({ except: [] }) } catch (error) { console.log(error.message) }`;
  const deno = [Deno.execPath(), "eval", "--no-check", script];
  const { stdout } = await run(["setpriv", "--bounding-set=-sys_admin", ...deno]);
  assert.match(stdout, /it takes CAP_SYS_ADMIN/);
});
