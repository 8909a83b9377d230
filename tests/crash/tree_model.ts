/**
 * What files a tree has, and random changes of it that are made in a directory, too.
 *
 * @module
 */

import { dirname } from "node:path";
import type { Random } from "../support/random.ts";

const DIRECTORIES = ["", "d0/", "d1/", "d1/deep/"];
const NAMES = 10;
/** Of a text that is repeated to make a file. */
const LONGEST = 3_000;

export class TreeModel {
  /** Texts by path. */
  readonly files: Map<string, string>;

  constructor(files: ReadonlyMap<string, string> = new Map()) {
    this.files = new Map(files);
  }

  /** What is at `root`, in no order. */
  static async read(root: string): Promise<TreeModel> {
    const tree = new TreeModel();
    await readInto(tree.files, root, "");
    return tree;
  }

  copy(): TreeModel {
    return new TreeModel(this.files);
  }

  become(other: TreeModel): void {
    this.files.clear();
    for (const [path, text] of other.files) this.files.set(path, text);
  }

  /** Writes, appends to, renames or removes a file, here and below `root`. */
  async change(root: string, random: Random): Promise<void> {
    const path = `${DIRECTORIES[random(DIRECTORIES.length)]}f${random(NAMES)}`;
    const text = this.files.get(path);
    const place = `${root}/${path}`;
    if (text === undefined || random(4) === 0) {
      await Deno.mkdir(dirname(place), { recursive: true });
      const written = `${path} ${random(1e9)}\n`.repeat(1 + random(LONGEST));
      await Deno.writeTextFile(place, written);
      this.files.set(path, written);
    } else if (random(3) === 0) {
      const added = `added ${random(1e9)}\n`;
      await Deno.writeTextFile(place, added, { append: true });
      this.files.set(path, text + added);
    } else if (random(2) === 0) {
      const to = `f${random(NAMES)}`;
      await Deno.rename(place, `${root}/${to}`);
      this.files.delete(path);
      this.files.set(to, text);
    } else {
      await Deno.remove(place);
      this.files.delete(path);
    }
  }
}

async function readInto(files: Map<string, string>, root: string, prefix: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(`${root}/${prefix}`)) {
    const path = prefix + name;
    if (isDirectory) await readInto(files, root, `${path}/`);
    else files.set(path, await Deno.readTextFile(`${root}/${path}`));
  }
}
