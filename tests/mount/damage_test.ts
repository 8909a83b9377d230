/** Damaged bytes are never served, and named; garbage goes by itself; and what holds the space can be asked. */

import assert from "node:assert/strict";
import { until } from "../support/process.ts";
import { withProject } from "../support/mounted.ts";

/** Changes a byte of the object that holds `text`. */
async function damage(store: string, text: string): Promise<void> {
  const wanted = new TextEncoder().encode(text);
  for await (const { name } of Deno.readDir(`${store}/packs`)) {
    const path = `${store}/packs/${name}`;
    const bytes = await Deno.readFile(path);
    for (let at = bytes.indexOf(wanted[0]!); at >= 0; at = bytes.indexOf(wanted[0]!, at + 1)) {
      if (!wanted.every((byte, i) => bytes[at + i] === byte)) continue;
      bytes[at]! ^= 1;
      await Deno.writeFile(path, bytes);
      return;
    }
  }
  assert.fail(`${text} is in no pack`);
}

Deno.test("a damaged object is EIO for its file only, and named in status and log", async () => {
  const project = "mkdir d; echo the one that rots >d/rotten.txt; echo sound >d/sound.txt";
  await withProject(project, async (m) => {
    const before = await m.status();
    assert.deepEqual(before.unreadable, { count: 0, first: [] });
    await m.stop();
    await damage(before.store, "the one that rots");
    await m.start();
    const rotten = m.path("d", "rotten.txt");
    await assert.rejects(Deno.readTextFile(rotten), /Input\/output error|os error 5/);
    await assert.rejects(Deno.readTextFile(rotten), /Input\/output error|os error 5/);
    assert.equal(await Deno.readTextFile(m.path("d", "sound.txt")), "sound\n");
    const { unreadable, log } = await m.status();
    assert.equal(unreadable.count, 1);
    assert.equal(unreadable.first[0]!.path, "d/rotten.txt");
    assert.match(unreadable.first[0]!.id!, /^[0-9a-f]{64}$/);
    assert.match(await Deno.readTextFile(log), /Cannot read d\/rotten\.txt: Object [0-9a-f]{64}/);
    const { stdout } = await m.run(["-C", m.project, "status"]);
    assert.match(stdout, /1 object of the store cannot be read\n {2}d\/rotten\.txt: /);

    const verified = await m.run(["-C", m.project, "--json", "verify"]);
    assert.equal(verified.code, 1);
    assert.deepEqual(JSON.parse(verified.stdout).lost, [unreadable.first[0]!.id]);
    // Put anew, once it is known to be lost, it is there again.
    await m.run(["-C", m.project, "verify", "--repair"]);
    await Deno.writeTextFile(m.path("copy.txt"), "the one that rots\n");
    await m.ctl("checkpoint", "healed");
    assert.equal(await Deno.readTextFile(rotten), "the one that rots\n");
  }, { allowedLog: [/^Cannot read d\/rotten\.txt: /] });
});

Deno.test("garbage is collected while nobody uses the mount, and store stats tells what there is", async () => {
  const options = { arguments: ["--gc-idle", "4s"] };
  await withProject("echo one >a.txt", async (m) => {
    const { store, log } = await m.status();
    for (let i = 0; i < 5; i++) await Deno.writeFile(m.path(`large ${i}`), noise());
    // There is more in the journal than it keeps: it goes into the store, without a checkpoint.
    // Not idle: the mount is asked for something all the time.
    await until("the journal is folded", async () => {
      await Deno.readTextFile(m.path(".agentvfs", "status"));
      return await packBytes(store) > 3 * LARGE;
    });
    using client = await m.connect();
    const before = await client.storeStats({});
    assert.ok(before.working > 3 * LARGE, `working trees alone need ${before.working}`);
    for (let i = 0; i < 5; i++) await Deno.remove(m.path(`large ${i}`));
    await client.checkpoint({ label: "without them" });
    await until("the log tells of it", async () => {
      return /^Collected garbage: \d{8} bytes freed/m.test(await Deno.readTextFile(log));
    });
    assert.ok(await packBytes(store) < LARGE);

    const after = await client.storeStats({});
    assert.ok(after.packs.dead < LARGE && after.total < before.total);
    assert.equal(after.checkpointCount, 2);
    await m.stop();
    const stopped = await m.ctl("store", "stats");
    assert.equal(stopped.packs.bytes, after.packs.bytes);
    assert.equal(stopped.packs.live, after.packs.live);
  }, options);
});

const LARGE = 16 * 1024 * 1024;

function noise(): Uint8Array {
  const bytes = new Uint8Array(LARGE);
  for (let at = 0; at < LARGE; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return bytes;
}

async function packBytes(store: string): Promise<number> {
  let bytes = 0;
  for await (const { name } of Deno.readDir(`${store}/packs`)) {
    const { size } = await Deno.stat(`${store}/packs/${name}`).catch(() => ({ size: 0 }));
    bytes += size;
  }
  return bytes;
}
