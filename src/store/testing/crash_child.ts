/**
 * A process for crash_test.ts to kill: puts and commits for ever and prints the id of each commit once it is
 * durable. At an error of the store it prints the code, discards, closes and ends.
 *
 * @module
 */

import { loadHasher } from "../format/hash.ts";
import { createTables } from "../index/meta.ts";
import { StoreError } from "../format/store_error.ts";
import { StoreWriter } from "../store_writer.ts";
import { fileEntry, noise, readFrom } from "./fixtures.ts";

const store = StoreWriter.create(Deno.args[0]!, await loadHasher());
createTables(store.database, "CREATE TABLE IF NOT EXISTS refs(n INTEGER PRIMARY KEY, tree TEXT)");
const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));

function round(n: number): void {
  const large = noise(600_000, n + 1);
  const entries = [0, 1, 2].map((i) => {
    const bytes = noise(1000 + i, 10 * n + i + 1);
    return fileEntry(`small-${i}`, { size: bytes.length, content: store.putBlob(bytes) });
  });
  const file = store.putFile(large.length, readFrom(large));
  const tree = store.putTree([...entries, fileEntry("large", { size: large.length, ...file })])!;
  store.commit((db) => db.prepare("INSERT INTO refs VALUES(?, ?)").run(n, tree));
  say(tree);
}

say("ready");
try {
  for (let n = Date.now();; n++) round(n);
} catch (error) {
  if (!(error instanceof StoreError)) throw error;
  say(error.code);
  store.discard();
  store.putBlob(noise(10));
  store.close();
  say("closed");
}
