/**
 * Checkpoints and rollbacks while programs work.
 */

import assert from "node:assert/strict";
import { assertSame, type Manifest, manifestOf } from "../support/manifest.ts";
import { withProject } from "../support/mounted.ts";
import { until } from "../support/process.ts";
import { PYTHON, scriptPath } from "../support/python.ts";

const PROJECT = `
mkdir -p a/c b
for f in f0 f1 a/f0 a/c/f1 b/f2; do head -c 5000 /dev/urandom >$f; done
head -c 600000 /dev/urandom >large; ln large a/c/large
`;

/** Several storms at once; ends them when `body` is done. */
async function withStorms(
  count: number,
  cwd: string,
  body: () => Promise<void>,
): Promise<void> {
  const storms = Array.from({ length: count }, (_, i) =>
    new Deno.Command(PYTHON, {
      args: [scriptPath(import.meta.url, "storm.py"), String(i)],
      cwd,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn());
  try {
    await body();
  } finally {
    for (const storm of storms) await storm.stdin.close().catch(() => {});
  }
  for (const storm of storms) {
    const timer = setTimeout(() => storm.kill("SIGKILL"), 20_000);
    const { code, stdout, stderr } = await storm.output();
    clearTimeout(timer);
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.ok(Number(new TextDecoder().decode(stdout)) > 50);
  }
}

Deno.test("a checkpoint is one instant, also while several programs write", async () => {
  // Each number goes into the first file before it goes into the second.
  const script = `
import os, select, sys
a = os.open("a", os.O_RDWR | os.O_CREAT)
i = 0
while not select.select([sys.stdin], [], [], 0)[0]:
    os.pwrite(a, b"%09d" % i, 0)
    fd = os.open("b.new", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    os.write(fd, b"%09d" % i)
    os.close(fd)
    os.rename("b.new", "b")
    os.mkdir("d%d" % i)
    if i > 5: os.rmdir("d%d" % (i - 5))
    i += 1
`;
  await withProject(
    "mkdir w0 w1 w2; for i in 0 1 2; do echo 000000000 | tee w$i/a >w$i/b; done",
    async (m) => {
      const writers = [0, 1, 2].map((i) =>
        new Deno.Command(PYTHON, { args: ["-c", script], cwd: m.path(`w${i}`), stdin: "piped" })
          .spawn()
      );
      const labels: string[] = [];
      for (let i = 0; i < 15; i++) {
        labels.push(`c${i}`);
        await m.ctl("checkpoint", labels[i]!);
      }
      for (const writer of writers) await writer.stdin.close();
      for (const writer of writers) assert.equal((await writer.status).code, 0);
      for (const label of labels) {
        await m.ctl("rollback", label);
        for (const i of [0, 1, 2]) {
          const [a, b] = await Promise.all(
            ["a", "b"].map(async (f) => parseInt(await Deno.readTextFile(m.path(`w${i}`, f)))),
          );
          assert.ok(a === b || a === b! + 1, `${label}: ${a} and ${b}`);
          const made = (await Array.fromAsync(Deno.readDir(m.path(`w${i}`)), (e) => e.name))
            .filter((name) => name.startsWith("d")).map((name) => parseInt(name.slice(1)));
          const last = Math.max(-1, ...made);
          assert.ok(
            last === b || last === b! - 1 || b === 0,
            `${label}: ${b} and directory ${last}`,
          );
        }
      }
    },
  );
});

Deno.test("checkpoints and rollbacks in a storm of changes are exact, and nothing hangs", async () => {
  await withProject(PROJECT, async (m) => {
    const initial = await manifestOf(m.mount, { inodes: true });
    const ids: string[] = [];
    await withStorms(3, m.mount, async () => {
      for (let i = 0; i < 12; i++) {
        ids.push((await m.ctl("checkpoint", `storm ${i}`)).id);
        if (i % 3 === 2) await m.ctl("rollback", ids[i - 2]!);
        if (i % 5 === 4) await m.ctl("rollback", "initial");
        if (i % 7 === 6) await m.ctl("undo");
      }
    });
    // What the kernel has cached is what is there.
    const shown = await manifestOf(m.mount, { inodes: true });
    await m.restart();
    assertSame(await manifestOf(m.mount, { inodes: true }), shown, "After a restart");
    // Each checkpoint is the same whenever it is looked at, and from wherever.
    const seen = new Map<string, Manifest>();
    for (const id of ids) {
      await m.ctl("rollback", id);
      seen.set(id, await manifestOf(m.mount, { inodes: true }));
    }
    await m.ctl("rollback", "initial");
    assertSame(await manifestOf(m.mount, { inodes: true }), initial, "initial");
    await m.restart();
    for (const id of ids.reverse()) {
      await m.ctl("rollback", id);
      assertSame(await manifestOf(m.mount, { inodes: true }), seen.get(id)!, id);
    }
  });
});

Deno.test("a storm goes on although the server is killed, and nothing of it is lost", async () => {
  await withProject(PROJECT, async (m) => {
    await withStorms(3, m.mount, async () => {
      for (let i = 0; i < 5; i++) {
        const { serverPid } = await m.status();
        await m.ctl("checkpoint", `storm ${i}`);
        if (i === 3) await m.ctl("rollback", "storm 1");
        Deno.kill(serverPid, "SIGKILL");
        await until("another server answers", async () => {
          const { code, stdout } = await m.run(["-C", m.project, "--json", "status"]);
          return code === 0 && JSON.parse(stdout).serverPid !== serverPid;
        });
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    });
    const shown = await manifestOf(m.mount, { inodes: true });
    await m.restart();
    assertSame(await manifestOf(m.mount, { inodes: true }), shown, "After a restart");
    await m.ctl("checkpoint", "end");
    await m.ctl("rollback", "initial");
    await m.ctl("rollback", "end");
    assertSame(await manifestOf(m.mount, { inodes: true }), shown, "Rolled back");
  }, { allowedLog: [/was killed by SIGKILL/] });
});

Deno.test("a rollback of thousands of names while they are listed and opened", async () => {
  const project = "mkdir d; for i in $(seq 3000); do echo $i >d/f$i; done";
  await withProject(project, async (m) => {
    const initial = await manifestOf(m.mount, { inodes: true });
    const look = `
import os, select, sys
while not select.select([sys.stdin], [], [], 0)[0]:
    try:
        for name in os.listdir("d"):
            with open("d/" + name) as file:
                file.read()
    except (FileNotFoundError, NotADirectoryError): pass
    except OSError as error:
        if error.errno != 116: raise
`;
    const lookers = [0, 1].map(() =>
      new Deno.Command(PYTHON, { args: ["-c", look], cwd: m.mount, stdin: "piped" }).spawn()
    );
    const change = `
import os
for i in range(1, 3001):
    if i % 3 == 0: os.unlink(f"d/f{i}")
    elif i % 3 == 1: os.rename(f"d/f{i}", f"d/renamed{i}")
    else:
        with open(f"d/f{i}", "a") as file: file.write("more")
`;
    for (let i = 0; i < 4; i++) {
      const changing = await new Deno.Command(PYTHON, { args: ["-c", change], cwd: m.mount })
        .output();
      assert.equal(changing.code, 0, new TextDecoder().decode(changing.stderr));
      await m.ctl("rollback", "initial", "--force-large");
    }
    for (const looker of lookers) await looker.stdin.close();
    for (const looker of lookers) assert.equal((await looker.status).code, 0);
    assertSame(await manifestOf(m.mount, { inodes: true }), initial, "initial");
  });
});
