/** Runs under wine: what is compressed, also where the runtime has no zstd. Prints a line for each thing that is as it should be. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { writeOutput } from "../../../src/export/write_output.ts";
import { decompressZstd, hasBuiltInZstd } from "../../../src/store/format/zstd.ts";

const TEXT = "a line of text that comes again\n".repeat(100);
/** As Linux compresses it. */
const FRAME = Uint8Array.fromBase64(
  "KLUv/QBYTQEABAJhIGxpbmUgb2YgdGV4dCB0aGF0IGNvbWVzIGFnYWluCgEA6OLw1RM=",
);

assert.equal(new TextDecoder().decode(decompressZstd(FRAME, TEXT.length)), TEXT);
assert.throws(() => decompressZstd(FRAME, TEXT.length - 1));
done("what was compressed on another system is read");

const directory = Deno.makeTempDirSync();
const bytes = new TextEncoder().encode(TEXT);
await writeOutput([bytes], join(directory, "a.gz"), "gzip");
assert.ok(Deno.statSync(join(directory, "a.gz")).size < bytes.length);
const path = join(directory, "a.zst");
const made = writeOutput([bytes], path, "zstd");
if (hasBuiltInZstd()) await made;
else await assert.rejects(made, { code: "no_zstd", exit: 4 });
assert.deepEqual(
  [...Deno.readDirSync(directory)].map(({ name }) => name).sort(),
  hasBuiltInZstd() ? ["a.gz", "a.zst"] : ["a.gz"],
);
done("an export is compressed, or says that this build cannot");
Deno.removeSync(directory, { recursive: true });
Deno.exit(0);

function done(what: string): void {
  console.log(`ok ${what}`);
}
