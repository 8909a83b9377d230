/**
 * What only agentvfs does.
 *
 * @module
 */

import { type Case, figure, type Group, type Run } from "../benchmark.ts";
import { makeTree, walkedDirectory, walkedName, writeRandom } from "../layout.ts";
import { mountTree, type Tree } from "../mount_tree.ts";
import type { Unit } from "../results.ts";
import { timed, tool } from "../tool.ts";

const MIB = 1024 * 1024;
const CHANGED = 20;
const SMALL = 1_000;

interface OwnContext {
  /** 20 000 files, not mounted. */
  readonly source: string;
  readonly large: Tree;
  readonly small: Tree;
}

function rounds({ quick }: Run): number {
  return quick ? 3 : 7;
}

async function repeat(count: number, body: (round: number) => Promise<number>): Promise<number[]> {
  const values: number[] = [];
  // One more at first, which warms up.
  for (let round = -1; round < count; round++) {
    const value = await body(round);
    if (round >= 0) values.push(value);
  }
  return values;
}

let changes = 0;

/** Writes to that many files in as many directories as there are. */
async function change({ project, files }: Tree, count = CHANGED): Promise<void> {
  changes++;
  const directories = Math.min(files / 100, 100);
  for (let i = 0; i < count; i++) {
    const folder = walkedDirectory(i % directories);
    const name = walkedName(Math.floor(i / directories));
    await Deno.writeTextFile(`${project.mount}/${folder}/${name}`, `// change ${changes}\n`);
  }
}

/** From the command to the listing of the root, with an empty store. */
const firstListing = figure<OwnContext>(
  "quickstart to the first ls of 20 000 files",
  "ms",
  { atMost: 1000 },
  ({ source }, { bed, quick }) =>
    repeat(quick ? 2 : 5, async (round) => {
      const copy = `${source}-${round}`;
      await Deno.rename(round < 0 ? source : `${source}-${round - 1}`, copy);
      const begun = performance.now();
      const project = await bed.mount(copy);
      await tool(["ls"], project.mount);
      const ms = performance.now() - begun;
      await project.stop();
      return ms;
    }),
);

/** Imports what `make` makes, several times; `rate` of an import is what is told. */
function importRate(
  name: string,
  unit: Unit,
  limits: { atLeast?: number },
  make: (directory: string, run: Run) => void,
  rate: (files: number, bytes: number, seconds: number) => number,
): Case<OwnContext> {
  return figure<OwnContext>(name, unit, limits, (_, run) => {
    const source = run.bed.directory(`import-${unit.replace("/", "-")}`);
    make(source, run);
    return repeat(run.quick ? 2 : 3, async (round) => {
      const copy = `${source}-${round}`;
      await Deno.rename(round < 0 ? source : `${source}-${round - 1}`, copy);
      const project = await run.bed.mount(copy);
      const { import: { files, bytes, ms } } = await project.imported();
      const { store } = await project.status();
      await project.stop();
      await Deno.remove(store, { recursive: true });
      return rate(files, bytes, ms / 1000);
    });
  });
}

/** Times in the daemon, as it reports them. */
function inDaemon(
  what: string,
  which: "small" | "large",
  limits: { atMost?: number },
  prepare: (tree: Tree) => Promise<unknown>,
  measure: (tree: Tree) => Promise<number>,
): Case<OwnContext> {
  const files = which === "small" ? "1 000" : "100 000 (quick: 20 000)";
  return figure<OwnContext>(
    `${what}, ${files} files`,
    "ms",
    limits,
    (context, run) =>
      repeat(rounds(run), async () => {
        await prepare(context[which]);
        return await measure(context[which]);
      }),
  );
}

const checkpoint = async ({ project }: Tree) => (await project.client.checkpoint({})).ms;
const rollback = async ({ project }: Tree) =>
  (await project.client.rollback({ ref: "HEAD~1", forceLarge: true })).ms;
const diff = ({ project }: Tree) => timed(() => project.client.diff({}));

async function saveChange(tree: Tree): Promise<void> {
  await change(tree);
  await tree.project.client.checkpoint({});
}

const CHECKPOINTS = 50;

/** Checkpoints of 20 files each, no file in two of them; of one in the middle, the time in which it is undone. */
function undoOne(which: "small" | "large"): Case<OwnContext> {
  const files = which === "small" ? "1 000" : "100 000 (quick: 20 000)";
  return figure<OwnContext>(
    `undo of one checkpoint out of ${CHECKPOINTS}, ${files} files`,
    "ms",
    {},
    async (context, run) => {
      const { client, mount } = context[which].project;
      const made: string[] = [];
      for (let i = 0; i < CHECKPOINTS; i++) {
        for (let j = i * CHANGED; j < (i + 1) * CHANGED; j++) {
          const [folder, name] = [j / 100, j % 100].map((n) => String(n | 0).padStart(2, "0"));
          const path = `${mount}/directory-${folder}/module-${name}.ts`;
          await Deno.writeTextFile(path, `// checkpoint ${i}\n`, { append: true });
        }
        made.push((await client.checkpoint({})).id);
      }
      return await repeat(rounds(run), async () => {
        const { ms } = await client.undo({ ref: made[CHECKPOINTS / 2]! });
        await client.undo({});
        return ms;
      });
    },
  );
}

/** A rollback while a program watches the whole mount. */
async function watched(tree: Tree): Promise<number> {
  const watcher = Deno.watchFs(tree.project.mount, { recursive: true });
  const reading = Array.fromAsync(watcher);
  try {
    return await rollback(tree);
  } finally {
    watcher.close();
    await reading;
  }
}

async function saveChangeOfAll(tree: Tree): Promise<void> {
  await change(tree, tree.files);
  await tree.project.client.checkpoint({});
}

/** Bytes that the store takes up, journal included. */
async function storeBytes({ project }: Tree): Promise<number> {
  const { store } = await project.status();
  return Number((await tool(["du", "-sb", store], "/")).split("\t")[0]);
}

const growth = figure<OwnContext>(
  "store growth for one byte in a file of 50 MiB",
  "KiB",
  { atMost: 600 },
  async ({ small }, run) => {
    const path = `${small.project.mount}/fifty.bin`;
    writeRandom(path, 50 * MIB);
    await small.project.client.checkpoint({});
    return await repeat(rounds(run), async (round) => {
      const before = await storeBytes(small);
      using file = Deno.openSync(path, { write: true });
      file.seekSync(round * MIB + 12345 + MIB, Deno.SeekMode.Start);
      file.writeSync(new Uint8Array([round + 1]));
      await small.project.client.checkpoint({});
      return (await storeBytes(small) - before) / 1024;
    });
  },
);

const memory = figure<OwnContext>(
  "memory of the server after find, 100 000 (quick: 20 000) files",
  "MiB",
  { atMost: 150 },
  async ({ large: { project } }) => {
    await tool(["find", ".", "-newermt", "2200-01-01"], project.mount);
    return [(await project.status()).rssBytes / MIB];
  },
);

export const OWN: Group<OwnContext> = {
  title: "agentvfs",
  setUp: async (run) => {
    const source = run.bed.directory("first-listing");
    makeTree(source, 20_000);
    const small = await mountTree(run, "small", SMALL);
    const large = await mountTree(run, "large", run.quick ? 20_000 : 100_000);
    return { source, small, large };
  },
  cases: [
    memory,
    inDaemon(`checkpoint of ${CHANGED} changed files`, "small", { atMost: 10 }, change, checkpoint),
    inDaemon(`checkpoint of ${CHANGED} changed files`, "large", { atMost: 10 }, change, checkpoint),
    inDaemon(`rollback of ${CHANGED} files`, "small", {}, saveChange, rollback),
    inDaemon(`rollback of ${CHANGED} files`, "large", {}, saveChange, rollback),
    undoOne("small"),
    undoOne("large"),
    inDaemon(`rollback of ${CHANGED} files that are watched`, "small", {}, saveChange, watched),
    inDaemon("rollback of all files", "small", {}, saveChangeOfAll, rollback),
    inDaemon("rollback of all files, watched", "small", {}, saveChangeOfAll, watched),
    inDaemon(`diff of ${CHANGED} changed files, as a client waits`, "small", {}, change, diff),
    inDaemon(`diff of ${CHANGED} changed files, as a client waits`, "large", {}, change, diff),
    growth,
    firstListing,
    importRate(
      "import, files of 64 MiB that do not compress",
      "MB/s",
      { atLeast: 500 },
      (directory, { quick }) => {
        for (let i = 0; i < (quick ? 4 : 16); i++) {
          writeRandom(`${directory}/${i}.bin`, 64 * MIB);
        }
      },
      (_, bytes, seconds) => bytes / 1e6 / seconds,
    ),
    importRate(
      "import, files of 1 KiB",
      "files/s",
      {},
      (directory, { quick }) => makeTree(directory, quick ? 10_000 : 50_000),
      (files, _, seconds) => files / seconds,
    ),
  ],
};
