/**
 * What branches cost.
 *
 * @module
 */

import { type Case, figure, type Group } from "../benchmark.ts";
import { mountTree, type Tree } from "../mount_tree.ts";
import { timed } from "../tool.ts";

const MIB = 1024 * 1024;
const CHANGED = 20;
const SMALL = 1_000;
const MANY = 64;

interface BranchContext {
  readonly small: Tree;
  readonly large: Tree;
}

type Which = keyof BranchContext;

const SIZES: Record<Which, string> = {
  small: "1 000 files",
  large: "100 000 (quick: 20 000) files",
};

let names = 0;

function path({ project }: Tree, branch: string): string {
  return `${project.mount}/.agentvfs/branches/${branch}`;
}

/** Writes to 20 files in as many directories of a tree; `part` tells which of a hundred in each. */
async function change(tree: Tree, root: string, part: number): Promise<void> {
  for (let i = 0; i < CHANGED; i++) {
    const folder = `directory-${String(i % Math.min(tree.files / 100, 100)).padStart(2, "0")}`;
    const name = `module-${String(part + Math.floor(i / 10)).padStart(2, "0")}.ts`;
    await Deno.writeTextFile(`${root}/${folder}/${name}`, `// change ${++names}\n`);
  }
}

/** Median figures of `measure`, on a new branch each time, which is deleted afterwards. */
function onBranch(
  what: string,
  which: Which,
  atMost: number | null,
  measure: (tree: Tree, branch: string) => Promise<number>,
): Case<BranchContext> {
  const limits = atMost === null ? {} : { atMost };
  return figure<BranchContext>(`${what}, ${SIZES[which]}`, "ms", limits, async (context, run) => {
    const tree = context[which];
    const values: number[] = [];
    for (let round = -1; round < (run.quick ? 5 : 15); round++) {
      const name = `bench/${++names}`;
      const value = await measure(tree, name);
      if (round >= 0) values.push(value);
      const { branches } = await tree.project.client.listBranches();
      const isThere = branches.some((branch) => branch.name === name);
      if (isThere) await tree.project.client.deleteBranch({ name, force: true });
    }
    return values;
  });
}

const create = ({ project }: Tree, name: string) =>
  timed(() => project.client.createBranch({ name }));

async function remove({ project }: Tree, name: string): Promise<number> {
  await project.client.createBranch({ name });
  return await timed(() => project.client.deleteBranch({ name }));
}

/** Both sides changed 20 files, other ones. */
async function merge(tree: Tree, name: string): Promise<number> {
  const { client, mount } = tree.project;
  await client.createBranch({ name });
  await change(tree, path(tree, name), 10);
  await change(tree, mount, 50);
  return (await client.merge({ sources: [name] })).ms;
}

/** What the server's memory grows by when 64 branches are made, looked at and written to. */
const memory = figure<BranchContext>(
  `memory for ${MANY} branches, one file changed in each, ${SIZES.large}`,
  "MiB",
  { atMost: 64 },
  async ({ large }) => {
    const { client } = large.project;
    const before = (await client.status()).rssBytes;
    const made = Array.from({ length: MANY }, (_, i) => `many/${i}`);
    for (const name of made) {
      await client.createBranch({ name });
      await Deno.writeTextFile(`${path(large, name)}/directory-00/module-00.ts`, name);
    }
    const after = (await client.status()).rssBytes;
    for (const name of made) await client.deleteBranch({ name });
    return [(after - before) / MIB];
  },
);

/** A seen file of a branch beside the same of main: both are answered from the kernel's caches. */
const stat = figure<BranchContext>(
  "stat of a seen file in a branch, times that in main",
  "ratio",
  { atMost: 1.1 },
  async ({ small }, { quick }) => {
    await small.project.client.createBranch({ name: "stat" });
    const files = (root: string) =>
      Array.from(
        { length: 100 },
        (_, i) => `${root}/directory-05/module-${String(i).padStart(2, "0")}.ts`,
      );
    const [main, branch] = [small.project.mount, path(small, "stat")].map(files);
    const once = (paths: readonly string[]) => {
      const begun = performance.now();
      for (let round = 0; round < 50; round++) for (const file of paths) Deno.lstatSync(file);
      return performance.now() - begun;
    };
    const values: number[] = [];
    for (let round = -1; round < (quick ? 5 : 15); round++) {
      const ratio = once(branch!) / once(main!);
      if (round >= 0) values.push(ratio);
    }
    await small.project.client.deleteBranch({ name: "stat" });
    return values;
  },
);

export const BRANCHES: Group<BranchContext> = {
  title: "branches",
  setUp: async (run) => ({
    small: await mountTree(run, "branches-small", SMALL),
    large: await mountTree(run, "branches-large", run.quick ? 20_000 : 100_000),
  }),
  cases: [
    onBranch("branch create, as a client waits", "small", 10, create),
    onBranch("branch create, as a client waits", "large", 10, create),
    onBranch("branch delete, as a client waits", "large", null, remove),
    onBranch(`merge of ${CHANGED} changed files on both sides`, "small", null, merge),
    onBranch(`merge of ${CHANGED} changed files on both sides`, "large", null, merge),
    stat,
    memory,
  ],
};
