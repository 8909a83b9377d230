/**
 * Between a branch and the project: the cost follows what changed, and stat(2) of the project.
 *
 * @module
 */

import { type Case, figure, type Group } from "../benchmark.ts";
import { mountTree, type Tree } from "../mount_tree.ts";
import { timed } from "../tool.ts";

const CHANGED = 20;
const SMALL = 1_000;
const LARGE = 100_000;
const LARGE_WHEN_QUICK = 10_000;
const ROUNDS = [7, 3] as const;
/** Longest time for a large project that nobody looked at a moment ago, ms. */
const AT_MOST = { atMost: 1000 };

interface ApplyContext {
  readonly small: Tree;
  readonly large: Tree;
}

let changes = 0;

async function change({ project }: Tree): Promise<void> {
  changes++;
  for (let i = 0; i < CHANGED; i++) {
    const folder = `directory-${String(i % 10).padStart(2, "0")}`;
    const path = `${project.mount}/${folder}/module-${String(i).padStart(2, "0")}.ts`;
    await Deno.writeTextFile(path, `// change ${changes}\n`);
  }
}

/** One more round at first, in which everything is read that the import may have met in the middle of a change. */
function rounds(
  name: string,
  limits: { atMost?: number },
  which: keyof ApplyContext,
  before: (tree: Tree) => Promise<void>,
  measured: (tree: Tree) => Promise<unknown>,
): Case<ApplyContext> {
  return figure<ApplyContext>(name, "ms", limits, async (context, { quick }) => {
    const tree = context[which];
    const values: number[] = [];
    for (let round = -1; round < ROUNDS[quick ? 1 : 0]; round++) {
      await before(tree);
      const value = await timed(() => measured(tree));
      if (round >= 0) values.push(value);
    }
    return values;
  });
}

const apply = async ({ project }: Tree) => {
  const { state, changed } = await project.client.apply({});
  if (state !== "applied" || changed.modified !== CHANGED) throw new Error(`apply: ${state}`);
};

const nothing = () => Promise.resolve();

export const APPLY: Group<ApplyContext> = {
  title: "apply and refresh",
  setUp: async (run) => ({
    small: await mountTree(run, "apply-small", SMALL),
    large: await mountTree(run, "apply-large", run.quick ? LARGE_WHEN_QUICK : LARGE),
  }),
  cases: [
    rounds(`apply of ${CHANGED} changed files of 1 000`, {}, "small", change, apply),
    rounds(
      `apply of ${CHANGED} changed files of 100 000 (quick: 10 000)`,
      AT_MOST,
      "large",
      change,
      apply,
    ),
    rounds(
      "refresh from an unchanged project of 100 000 (likewise)",
      AT_MOST,
      "large",
      nothing,
      ({ project }) => project.client.refresh({}),
    ),
    rounds(
      "how a project of 100 000 has moved (likewise)",
      AT_MOST,
      "large",
      nothing,
      ({ project }) => project.client.compareSource({}),
    ),
  ],
};
