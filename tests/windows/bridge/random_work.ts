/**
 * Random operations in a bridge's mount and in a directory beside it, with checkpoints, rollbacks, branches and merges in
 * between: each must answer the same, and leave the same.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Random } from "../../support/random.ts";
import {
  answer,
  LEAVES,
  operation,
  type Paths,
  state,
} from "../../support/systems/random_operations.ts";
import { shell } from "../../support/process.ts";
import type { Bridged } from "./bridged.ts";

const ANYWHERE: Paths = { directories: ["", "a", "b", "a/c"], leaves: LEAVES };
/** Of a branch, and of main meanwhile: so that it is known what comes of a merge. */
const OF_BRANCH: Paths = { directories: ["a", "a/c"], leaves: LEAVES };
const OF_MAIN: Paths = { directories: ["", "b"], leaves: LEAVES.slice(1) };
const PER_ROUND = 25;

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
