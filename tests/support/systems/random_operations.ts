/**
 * Random operations, each of which can be done in several directories, and what is in those afterwards.
 *
 * @module
 */

import { join } from "node:path";
import { shell } from "../process.ts";
import type { Random } from "../random.ts";

/** Where operations are done. */
export interface Paths {
  readonly directories: readonly string[];
  readonly leaves: readonly string[];
}

export const LEAVES = ["a", "b", "c", "x", "y", "ä:?", "z."];
/** One operation: done in a directory it says what came of it. */
export type Operation = (directory: string) => string;

export function operation(
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

/** What came of it: an error by its code. */
export function answer(run: Operation, directory: string): string {
  try {
    return run(directory);
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).name;
  }
}

/** Everything in a directory: names, kinds, modes, sizes, targets, contents. */
export const state = (directory: string) =>
  shell(`
    cd ${directory}
    find . -mindepth 1 \\( -type d -printf '%P %y %m\\n' -o -printf '%P %y %m %s %l\\n' \\) | sort
    find . -type f -print0 | sort -z | xargs -0 -r sha256sum
  `);
