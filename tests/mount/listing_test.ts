/** Directories that are being listed while names change, checkpoints are made and servers die. */

import assert from "node:assert/strict";
import { type Mounted, withProject } from "../support/mounted.ts";
import { PYTHON, scriptPath } from "../support/python.ts";

const LIST = scriptPath(import.meta.url, "list_directory.py");
const NAMES = 1200;
const PROJECT = `mkdir d; for i in $(seq -w ${NAMES}); do echo $i >d/f$i; done`;
const ALLOWED = { allowedLog: [/was killed by SIGKILL/] };

/** A program that lists `d` in pieces. */
class Listing implements AsyncDisposable {
  readonly names: string[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(mounted: Mounted) {
    const args = [LIST, mounted.path("d")];
    this.#child = new Deno.Command(PYTHON, { args, stdin: "piped", stdout: "piped" }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Reads so many buffers, 25 names each where the kernel wants attributes too. Resolves with how many names there were. */
  async read(buffers: number): Promise<number> {
    await this.#input.write(new TextEncoder().encode(`${buffers}\n`));
    while (!this.#text.includes("\n")) {
      const { value, done } = await this.#output.read();
      assert.ok(!done, "The listing ended with an error");
      this.#text += value;
    }
    const end = this.#text.indexOf("\n");
    const names = this.#text.slice(0, end).split("\t").filter((name) => name !== "");
    this.#text = this.#text.slice(end + 1);
    this.names.push(...names);
    return names.length;
  }

  /** Reads the rest. Every name of `expected` has to have come exactly once. */
  async end(expected: readonly string[]): Promise<void> {
    await this.read(10_000);
    const counts = new Map<string, number>();
    for (const name of this.names) counts.set(name, (counts.get(name) ?? 0) + 1);
    const wrong = expected.map((name) => counts.get(name) ?? 0).filter((count) => count !== 1);
    const missing = wrong.filter((count) => count === 0).length;
    const said = `${missing} names were left out, ${wrong.length - missing} came again`;
    assert.equal(wrong.length, 0, said);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#output.cancel();
    await this.#child.status;
  }
}

/** `count` of them, evenly, from the `first` on. */
function some(count: number, first: number): string[] {
  const step = Math.floor(NAMES / count);
  return Array.from(
    { length: count },
    (_, i) => `f${String(1 + (first + i * step) % NAMES).padStart(4, "0")}`,
  );
}

/** Removes names, makes others, and moves names so that they are listed at the end from now on. */
async function change(mounted: Mounted, round: number): Promise<void> {
  for (const name of some(40, 7 * round)) await Deno.remove(mounted.path("d", name));
  for (const name of some(40, 7 * round + 3)) {
    const path = mounted.path("d", name);
    await Deno.rename(path, `${path}.moved`);
    await Deno.rename(`${path}.moved`, path);
  }
  for (let i = 0; i < 40; i++) await Deno.writeTextFile(mounted.path("d", `a${round}-${i}`), "x");
}

/** Names that nothing of that touches. */
function untouched(rounds: number): string[] {
  const all = new Set(Array.from({ length: NAMES }, (_, i) => some(1, i)[0]!));
  for (let round = 0; round < rounds; round++) {
    for (const name of some(40, 7 * round)) all.delete(name);
    for (const name of some(40, 7 * round + 3)) all.delete(name);
  }
  return [...all];
}

Deno.test("a listing goes on after a checkpoint and the server's death where it was", async () => {
  await withProject(PROJECT, async (mounted) => {
    await change(mounted, 0);
    await using first = new Listing(mounted);
    await using second = new Listing(mounted);
    const before = await first.read(8);
    assert.ok(before > 100 && before < NAMES / 2, `${before} names`);
    await second.read(20);
    await change(mounted, 1);
    await mounted.ctl("checkpoint", "one");
    await mounted.killServer();
    const after = await first.read(4);
    assert.ok(after > 0 && first.names.length < NAMES - 400, `${after} names`);
    await change(mounted, 2);
    await mounted.ctl("checkpoint", "two");
    await mounted.killServer();
    await first.end(untouched(3));
    await second.end(untouched(3));
    await using whole = new Listing(mounted);
    const there = [".", "..", ...await names(mounted)];
    await whole.end(there);
    assert.equal(whole.names.length, there.length);
  }, ALLOWED);
});

Deno.test("a listing that began while the project was imported goes on afterwards", async () => {
  await withProject(PROJECT, async (mounted) => {
    await using listing = new Listing(mounted);
    await listing.read(8);
    await mounted.imported();
    await mounted.killServer();
    await listing.end(untouched(0));
  }, { ...ALLOWED, imported: false });
});

/** Names in `d`, as lookups tell. */
async function names(mounted: Mounted): Promise<string[]> {
  const candidates = [
    ...Array.from({ length: NAMES }, (_, i) => some(1, i)[0]!),
    ...[0, 1, 2].flatMap((round) => Array.from({ length: 40 }, (_, i) => `a${round}-${i}`)),
  ];
  const found = candidates.map((name) =>
    Deno.lstat(mounted.path("d", name)).then(() => [name], () => [])
  );
  return (await Promise.all(found)).flat();
}
