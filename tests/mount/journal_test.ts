/**
 * A file that is rewritten for a while must not make the journal grow without bound.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { withProject } from "../support/mounted.ts";
import { until } from "../support/process.ts";

const FILE_BYTES = 16 * 1024 * 1024;
const REWRITES = 12;
const MOST_BYTES = 2 * 64 * 1024 * 1024;

Deno.test("the journal is folded into the store while a file is rewritten", async () => {
  await withProject("echo hello > f", async (mounted) => {
    const { head } = await mounted.status();
    const bytes = new Uint8Array(FILE_BYTES);
    const file = await Deno.open(mounted.path("big"), { create: true, write: true, read: true });
    for (let i = 1; i <= REWRITES; i++) {
      bytes.fill(i);
      await file.seek(0, Deno.SeekMode.Start);
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    }
    file.close();
    const journalBytes = () => {
      let total = 0;
      const directory = join(mounted.store, "journal/0");
      for (const entry of Deno.readDirSync(directory)) {
        total += Deno.statSync(join(directory, entry.name)).size;
      }
      return total;
    };
    await until("the journal is short", () => journalBytes() < MOST_BYTES);
    assert.deepEqual(await Deno.readFile(mounted.path("big")), bytes);
    const status = await mounted.status();
    assert.deepEqual(status.head, head, "folding makes no checkpoint");
    assert.equal(status.dirty, true);
    await mounted.restart();
    assert.deepEqual(await Deno.readFile(mounted.path("big")), bytes);
    await mounted.ctl("rollback", "HEAD");
    await assert.rejects(Deno.stat(mounted.path("big")), Deno.errors.NotFound);
  });
});
