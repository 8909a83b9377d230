import assert from "node:assert/strict";

const MODULE = new URL("./only_calls.ts", import.meta.url).href;
const EPERM = 1;

Deno.test("a process that is locked in reads nothing, reaches nobody, starts nothing, and computes on", async () => {
  const program = `
    import { onlyCompute } from ${JSON.stringify(MODULE)};
    const file = await Deno.makeTempFile();
    const attempts = {
      read: () => Deno.readTextFileSync("/etc/hostname"),
      write: () => Deno.writeTextFileSync(file, "x"),
      list: () => [...Deno.readDirSync("/")],
      remove: () => Deno.removeSync(file),
      run: () => new Deno.Command("/bin/true").outputSync(),
      kill: () => Deno.kill(Deno.ppid, "SIGCONT"),
      listen: () => Deno.listen({ port: 0 }),
    };
    for (const attempt of Object.values(attempts)) attempt === attempts.remove || attempt();
    const locked = onlyCompute(${EPERM});
    const allowed = Object.keys(attempts).filter((name) => {
      try { attempts[name](); return true; } catch { return false; }
    });
    const bytes = new Uint8Array([0,0x61,0x73,0x6d,1,0,0,0,1,5,1,0x60,0,1,0x7f,3,2,1,0,7,5,1,1,0x66,0,0,10,6,1,4,0,0x41,42,0x0b]);
    const { f } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
    const hoard = [];
    for (let i = 0; i < 50; i++) hoard.push(new Uint8Array(1e6).fill(i));
    console.log(JSON.stringify({ locked, allowed, wasm: f(), hoard: hoard.length }));
    Deno.exit(0);
  `;
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--quiet",
      "--no-config",
      `data:text/typescript,${encodeURIComponent(program)}`,
    ],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), {
    locked: 0,
    allowed: [],
    wasm: 42,
    hoard: 50,
  });
});
