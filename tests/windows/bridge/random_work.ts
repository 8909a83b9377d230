/**
 * Random operations in a bridge's mount and in a directory beside it, with checkpoints, rollbacks, branches and merges in
 * between: each must answer the same, and leave the same.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { Random } from "../../support/random.ts";
import { shell } from "../../support/process.ts";
import type { Bridged } from "./bridged.ts";

/** Where operations are done. */
interface Paths {
  readonly directories: readonly string[];
  readonly leaves: readonly string[];
}

const LEAVES = ["a", "b", "c", "x", "y", "ä:?", "z."];
const ANYWHERE: Paths = { directories: ["", "a", "b", "a/c"], leaves: LEAVES };
/** Of a branch, and of main meanwhile: so that it is known what comes of a merge. */
const OF_BRANCH: Paths = { directories: ["a", "a/c"], leaves: LEAVES };
const OF_MAIN: Paths = { directories: ["", "b"], leaves: LEAVES.slice(1) };
const PER_ROUND = 25;

/** One operation: done in a directory it says what came of it. */
type Operation = (directory: string) => string;

function operation(
  random: Random,
  { directories, leaves }: Paths,
): { text: string; run: Operation } {
  const one = <T>(values: readonly T[]): T => values[random(values.length)]!;
  const path = () => join(one(directories), one(leaves));
  const [first, second] = [path(), path()];
  const [size, at] = [random(random(6) === 0 ? 200_000 : 500), random(2000)];
  const mode = one([0o755, 0o644, 0o600]);
  const bytes = new Uint8Array(size).map((_, i) => i * 7 + size);
  const kinds: readonly (readonly [string, Operation])[] = [
    [`write ${first} ${size}`, (d) => `${Deno.writeFileSync(join(d, first), bytes)}`],
    [`create ${first}`, (d) => `${Deno.writeFileSync(join(d, first), bytes, { createNew: true })}`],
    [`append ${first}`, (d) => `${Deno.writeFileSync(join(d, first), bytes, { append: true })}`],
    [`patch ${first} ${at}`, (d) => {
      using file = Deno.openSync(join(d, first), { read: true, write: true });
      file.seekSync(at, Deno.SeekMode.Start);
      return `${file.writeSync(bytes)} ${file.statSync().size}`;
    }],
    [`cut ${first} ${at}`, (d) => `${Deno.truncateSync(join(d, first), at)}`],
    [`mkdir ${first}`, (d) => `${Deno.mkdirSync(join(d, first))}`],
    [`rename ${first} ${second}`, (d) => rename(join(d, first), join(d, second))],
    [`rename ${second} ${first}`, (d) => rename(join(d, second), join(d, first))],
    [`remove ${first}`, (d) => `${Deno.removeSync(join(d, first))}`],
    [`symlink ${first}`, (d) => `${Deno.symlinkSync(second, join(d, first))}`],
    [`chmod ${first} ${mode.toString(8)}`, (d) => `${Deno.chmodSync(join(d, first), mode)}`],
    [`read ${first}`, (d) => `${Deno.readFileSync(join(d, first))}`],
    [`held ${first}`, (d) => {
      using file = Deno.openSync(join(d, first), { read: true });
      Deno.removeSync(join(d, first));
      const kept = new Uint8Array(300);
      return `${file.readSync(kept)} ${kept}`;
    }],
  ];
  const [text, run] = one(kinds);
  return { text, run };
}

/** A file that takes the place of a program is one, too, on a volume: so it is beforehand. */
function rename(from: string, to: string): string {
  const [file, replaced] = [from, to].map((path) => {
    try {
      const { isFile, mode } = Deno.lstatSync(path);
      return isFile ? mode! & 0o7777 : null;
    } catch {
      return null;
    }
  });
  const isPlain = file != null && (file & 0o111) === 0;
  if (isPlain && replaced != null) Deno.chmodSync(from, file | replaced & 0o111);
  return `${Deno.renameSync(from, to)}`;
}

function answer(run: Operation, directory: string): string {
  try {
    return run(directory);
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).name;
  }
}

const state = (directory: string) =>
  shell(`
    cd ${directory}
    find . -mindepth 1 \\( -type d -printf '%P %y %m\\n' -o -printf '%P %y %m %s %l\\n' \\) | sort
    find . -type f -print0 | sort -z | xargs -0 -r sha256sum
  `);

class RandomWork {
  readonly #done: string[] = [];
  #branches = 0;

  constructor(readonly bridged: Bridged, readonly disk: string, readonly random: Random) {}

  /** One operation in both places. */
  #step(here: string, disk: string, paths: Paths): void {
    const { text, run } = operation(this.random, paths);
    this.#done.push(text);
    assert.equal(answer(run, here), answer(run, disk), this.#told);
  }

  async #compare(here: string, disk: string): Promise<void> {
    assert.equal(await state(here), await state(disk), this.#told);
  }

  get #told(): string {
    return this.#done.slice(-40).join("\n");
  }

  async rounds(count: number): Promise<void> {
    const { bridged: { path, checkpoint, rollback }, disk, random } = this;
    const kept: { readonly checkpoint: number; readonly copy: string }[] = [];
    for (let round = 0; round < count; round++) {
      for (let i = 0; i < PER_ROUND; i++) this.#step(path, disk, ANYWHERE);
      await this.#compare(path, disk);
      if (random(3) === 0) await this.#branchAndMerge();
      const copy = `${disk}-${round}`;
      await shell(`cp -a ${disk} ${copy}`);
      kept.push({ checkpoint: await checkpoint(), copy });
      if (random(2) === 0) continue;
      const back = kept[random(kept.length)]!;
      this.#done.push(`rollback to ${back.checkpoint}`);
      await rollback(back.checkpoint);
      await shell(`rm -rf ${disk} && cp -a ${back.copy} ${disk}`);
      await this.#compare(path, disk);
    }
  }

  /** A branch, work in it and in main, a merge, and the same again: what is in `a` is then the branch's. */
  async #branchAndMerge(): Promise<void> {
    const { bridged: { path, checkpoint, branch, merge }, disk, random } = this;
    const name = `branch-${++this.#branches}`;
    const [side, sideDisk] = [`${path}/.agentvfs/branches/${name}`, `${disk}-${name}`];
    // No link leads from one side's files to the other's.
    for (const place of [path, disk]) {
      await shell(
        `cd ${place} && find . -type l -delete && { test -d a || { rm -f a && mkdir a; }; }`,
      );
    }
    await branch(name, await checkpoint());
    await shell(`cp -a ${disk} ${sideDisk}`);
    for (let again = 0; again < 2; again++) {
      this.#done.push(`${name}: work in a there, and elsewhere in main`);
      for (let i = 0; i < PER_ROUND; i++) {
        if (random(2) === 0) this.#step(side, sideDisk, OF_BRANCH);
        else this.#step(path, disk, OF_MAIN);
      }
      await this.#compare(side, sideDisk);
      await this.#compare(path, disk);
      this.#done.push(`merge of ${name}`);
      await merge(name);
      await shell(`rm -rf ${disk}/a && cp -a ${sideDisk}/a ${disk}/a`);
      await this.#compare(path, disk);
      await this.#compare(side, sideDisk);
    }
  }
}

/** Rounds of operations. Throws where something differs, with what was done. */
export function randomWork(
  bridged: Bridged,
  disk: string,
  random: Random,
  rounds: number,
): Promise<void> {
  return new RandomWork(bridged, disk, random).rounds(rounds);
}
