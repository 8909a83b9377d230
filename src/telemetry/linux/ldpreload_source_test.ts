/**
 * The library in LD_PRELOAD with real programs, and what it tells through its ring.
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { TelemetryEvent } from "../event.ts";
import { inPlainPlace } from "../../../tests/support/plain_place.ts";
import { LdPreloadSource, PRELOAD_LIBRARY, PRELOAD_RING } from "./ldpreload_source.ts";
import { skip } from "../../../tests/support/skip.ts";

const BUILD = fileURLToPath(new URL("../../../scripts/build_preload", import.meta.url));
const DIST = fileURLToPath(new URL("../../../dist", import.meta.url));

async function missing(): Promise<string | null> {
  const { success } = await new Deno.Command(BUILD, { args: [DIST], stderr: "null" }).output();
  try {
    await Deno.stat(`${DIST}/preload-${Deno.build.arch}.so`);
    return success ? null : "it does not compile";
  } catch {
    return "there is no C compiler";
  }
}

async function told(
  command: readonly string[],
  cwd: string,
  directory: string,
): Promise<TelemetryEvent[]> {
  const rules = { table: new Uint8Array(8), names: [] };
  const source = LdPreloadSource.start({ directory, rules, isTold: () => false });
  const [program, ...args] = command;
  const { success, stderr } = await new Deno.Command(program!, {
    args,
    cwd,
    env: {
      LD_PRELOAD: `${directory}/${PRELOAD_LIBRARY}`,
      AGENTVFS_PRELOAD_RING: `${directory}/${PRELOAD_RING}`,
    },
    stderr: "piped",
  }).output();
  const said = new TextDecoder().decode(stderr);
  assert.ok(success, said);
  assert.doesNotMatch(said, /cannot be preloaded/);
  const events: TelemetryEvent[] = [];
  source.take((event) => events.push(event));
  source.stop();
  return events;
}

const PYTHON = `
import ctypes, os, subprocess, socket
open("a", "w").write("x")
os.rename("a", "b"); os.link("b", "c"); os.symlink("b", "l"); os.mkdir("d"); os.chmod("b", 0o600); os.truncate("b", 0)
os.unlink("c"); os.rmdir("d")
d = os.open(".", os.O_RDONLY); os.mkdir("e", dir_fd=d); os.close(d)
os.mkdir("e/../f/"); os.rename("./f", "e/./g/")
libc = ctypes.CDLL(None); made = ctypes.create_string_buffer(b"made-XXXXXX.s"); libc.mkstemps(made, 2)
made = ctypes.create_string_buffer(b"made-XXXXXX"); libc.mkdtemp(made); libc.utimes(b"b", None)
try: os.unlink("none")
except FileNotFoundError: pass
subprocess.run(["/bin/true"])
s = socket.socket(); s.settimeout(1)
try: s.connect(("127.0.0.1", 9))
except OSError: pass
`;

Deno.test("what programs ask their C library for is told: names, failures, programs, addresses", async (t) => {
  const why = await missing();
  if (why !== null) {
    await skip(t, why);
    return;
  }
  const root = await Deno.makeTempDir(inPlainPlace());
  try {
    const cwd = `${root}/work`;
    await Deno.mkdir(cwd);
    const events = await told(["python3", "-c", PYTHON], cwd, `${root}/preload`);
    const of = (action: string) =>
      events.filter((event) => event.action === action && event.path?.startsWith(cwd));
    const names = (action: string) =>
      of(action).map(({ path, target }) => [path, target].filter(Boolean).join(" "));
    assert.deepEqual(names("rename"), [`${cwd}/a ${cwd}/b`, `${cwd}/f ${cwd}/e/g`]);
    assert.deepEqual(names("link"), [`${cwd}/b ${cwd}/c`]);
    assert.deepEqual(names("symlink"), [`${cwd}/l b`]);
    const [temporary, ...made] = names("mkdir").reverse();
    assert.deepEqual(made.reverse(), [`${cwd}/d`, `${cwd}/e`, `${cwd}/f`]);
    // What the C library makes by itself, by the names that it found.
    assert.match(temporary!, /\/made-(?!XXXXXX)\w{6}$/);
    assert.match(names("create").join(), /\/made-(?!XXXXXX)\w{6}\.s$/);
    assert.deepEqual(names("utimes"), [`${cwd}/b`]);
    assert.deepEqual(names("unlink"), [`${cwd}/c`, `${cwd}/none`]);
    assert.deepEqual(of("unlink").map(({ error }) => error), [0, "ENOENT"]);
    assert.deepEqual(names("rmdir"), [`${cwd}/d`]);
    assert.equal(of("chmod")[0]?.mode, 0o600);
    assert.equal(of("truncate").length, 1);
    assert.ok(names("open").includes(`${cwd}/a`));
    assert.ok(events.some(({ action, path }) => action === "exec" && path === "/bin/true"));
    const [connect] = events.filter(({ action }) => action === "connect");
    assert.deepEqual(connect?.address, { ip: "127.0.0.1", port: 9, transport: "tcp" });
    assert.ok(events.every(({ process }) => process!.pid! > 0));

    const shell = await told(["bash", "-c", "cat /etc/hostname >x; rm x"], cwd, `${root}/preload`);
    const did = shell.filter(({ path }) => path?.startsWith(cwd)).map(({ action }) => action);
    assert.deepEqual(did, ["open", "unlink"]);
    const ran = shell.filter(({ action }) => action === "exec").map(({ path }) => path);
    assert.deepEqual(ran.map((path) => path!.replace(/.*\//, "")), ["cat", "rm"]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
