/**
 * Runs under wine: what a program of Windows does with files of a drive. Prints a line for each thing that is as it should be.
 * `file_work.exe DIRECTORY`
 */

import assert from "node:assert/strict";

const drive = Deno.args[0]!;
const at = (name: string) => `${drive}\\${name}`;
const names = (directory = drive) =>
  [...Deno.readDirSync(directory)].map(({ name }) => name).sort();

Deno.writeTextFileSync(at("plain.txt"), "one");
assert.equal(Deno.readTextFileSync(at("PLAIN.TXT")), "one");
Deno.writeTextFileSync(at("Plain.txt"), " and two", { append: true });
assert.equal(Deno.readTextFileSync(at("plain.txt")), "one and two");
assert.deepEqual(names(), ["plain.txt"]);
done("files are written, and found in any letters as they were spelled first");

Deno.writeTextFileSync(at("next.tmp"), "after");
Deno.renameSync(at("next.tmp"), at("plain.txt"));
assert.equal(Deno.readTextFileSync(at("plain.txt")), "after");
assert.deepEqual(names(), ["plain.txt"]);
done("a file is renamed over another");

Deno.mkdirSync(at("deep\\er\\still"), { recursive: true });
Deno.writeTextFileSync(at("deep\\er\\still\\näme €.txt"), "x");
assert.deepEqual(names(at("deep\\er\\still")), ["näme €.txt"]);
assert.throws(() => Deno.removeSync(at("deep")));
Deno.renameSync(at("deep\\er"), at("moved"));
assert.deepEqual(names(at("moved\\still")), ["näme €.txt"]);
Deno.removeSync(at("moved"), { recursive: true });
Deno.removeSync(at("deep"));
done("directories are made, moved and removed");

const bytes = crypto.getRandomValues(new Uint8Array(60_000));
const large = new Uint8Array(3_000_000).map((_, i) => bytes[i % bytes.length]!);
Deno.writeFileSync(at("large"), large);
assert.deepEqual(Deno.readFileSync(at("large")), large);
{
  using file = Deno.openSync(at("large"), { read: true, write: true });
  file.truncateSync(1000);
  file.seekSync(500_000, Deno.SeekMode.Start);
  file.writeSync(new TextEncoder().encode("end"));
  file.syncSync();
  assert.equal(file.statSync().size, 500_003);
}
assert.equal(Deno.readFileSync(at("large"))[200_000], 0);
done("files are cut, grown and made durable");

{
  using file = Deno.openSync(at("large"), { read: true });
  Deno.removeSync(at("large"));
  assert.equal(file.readSync(new Uint8Array(10)), 10);
}
assert.deepEqual(names(), ["plain.txt"]);
done("what is open may be removed");

Deno.utimeSync(at("plain.txt"), 1_000_000_000, 1_000_000_000);
assert.equal(Deno.statSync(at("plain.txt")).mtime!.getTime(), 1e12);
done("times are set");

const watcher = Deno.watchFs(drive);
const heard = (async () => {
  for await (const { kind, paths } of watcher) {
    if (paths.some((path) => path.endsWith("watched"))) return kind;
  }
  return null;
})();
const deadline = setTimeout(() => watcher.close(), 60_000);
Deno.writeTextFileSync(at("watched"), "x");
assert.equal(await heard, "create");
clearTimeout(deadline);
done("who watches hears of files that are made");

for (let i = 0; i < 200; i++) Deno.writeTextFileSync(at(`many${i}`), `${i}`);
assert.equal(names().length, 202);
for (let i = 0; i < 200; i++) Deno.removeSync(at(`many${i}`));
done("a directory of many files is listed");
Deno.exit(0);

function done(what: string): void {
  console.log(`ok ${what}`);
}
