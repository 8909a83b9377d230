import assert from "node:assert/strict";
import { SharedLog, type SharedRecord } from "./shared_log.ts";

function record(view: number, id: number, node: number, name = "n"): SharedRecord {
  return { view, id, node, parent: 1, name };
}

Deno.test("a log tells the last word on each directory, up to a line that is torn", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/shared`;
  try {
    assert.deepEqual(SharedLog.load(path), []);
    const log = new SharedLog(path);
    log.append(record(1, 10, 5));
    log.append(record(2, 10, 7, "\xff"));
    log.append(record(1, 10, 0));
    log.append(record(1, 11, 6));
    log.append(record(2, 10, 8));
    assert.deepEqual(SharedLog.load(path), [record(1, 11, 6), record(2, 10, 8)]);
    log.rewrite([record(3, 12, 9)]);
    log.append(record(3, 13, 10));
    log.close();
    assert.deepEqual(SharedLog.load(path), [record(3, 12, 9), record(3, 13, 10)]);
    await Deno.truncate(path, (await Deno.stat(path)).size - 5);
    assert.deepEqual(SharedLog.load(path), [record(3, 12, 9)]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
