/**
 * Random operations in a bridge's mount and in a directory beside it, with checkpoints and rollbacks in between: each must answer
 * the same, and leave the same.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { Random } from "../../support/random.ts";
import { shell } from "../../support/process.ts";
import type { Bridged } from "./bridged.ts";

const DIRECTORIES = ["", "a", "b", "a/c"];
const LEAVES = ["a", "b", "c", "x", "y", "ä:?", "z."];
const PER_ROUND = 25;

/** One operation: done in a directory it says what came of it. */
type Operation = (directory: string) => string;

function operation(random: Random): { text: string; run: Operation } {
  const one = <T>(values: readonly T[]): T => values[random(values.length)]!;
  const path = () => join(one(DIRECTORIES), one(LEAVES));
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
    [`rename ${first} ${second}`, (d) => `${Deno.renameSync(join(d, first), join(d, second))}`],
    [`rename ${second} ${first}`, (d) => `${Deno.renameSync(join(d, second), join(d, first))}`],
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

/** Rounds of operations. Throws where something differs, with what was done. */
export async function randomWork(
  { path, checkpoint, rollback }: Bridged,
  disk: string,
  random: Random,
  rounds: number,
): Promise<void> {
  const done: string[] = [];
  const kept: { readonly checkpoint: number; readonly copy: string }[] = [];
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < PER_ROUND; i++) {
      const { text, run } = operation(random);
      done.push(text);
      const [there, here] = [answer(run, disk), answer(run, path)];
      assert.equal(here, there, done.slice(-40).join("\n"));
    }
    assert.equal(await state(path), await state(disk), done.slice(-40).join("\n"));
    const copy = `${disk}-${round}`;
    await shell(`cp -a ${disk} ${copy}`);
    kept.push({ checkpoint: await checkpoint(), copy });
    if (random(2) === 0) continue;
    const back = kept[random(kept.length)]!;
    done.push(`rollback to ${back.checkpoint}`);
    await rollback(back.checkpoint);
    await shell(`rm -rf ${disk} && cp -a ${back.copy} ${disk}`);
    assert.equal(await state(path), await state(disk), done.slice(-40).join("\n"));
  }
}
