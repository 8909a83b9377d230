/**
 * What it costs to write a state out of the mount, by the command as it is typed.
 *
 * @module
 */

import { agentvfs } from "../../support/program.ts";
import { type Case, figure, type Group } from "../benchmark.ts";
import { mountTree, type Tree } from "../mount_tree.ts";
import { timed, tool } from "../tool.ts";

const FILES = 10_000;
const CHANGED = 20;
const ROUNDS = [5, 3] as const;

interface ExportContext {
  readonly tree: Tree;
  /** Where archives and directories go. */
  readonly place: string;
}

let rounds = 0;

async function run({ tree: { project } }: ExportContext, ...args: string[]): Promise<void> {
  const command = ["-C", project.source, "export", ...args];
  const { code, stderr } = await agentvfs(project.state, command, { deadlineMs: 180_000 });
  if (code !== 0) throw new Error(`export ${args.join(" ")}: ${stderr}`);
}

/** Median time of the command that `args` give, after something untimed. */
function exported(
  name: string,
  args: (context: ExportContext) => string[],
  before: (context: ExportContext) => Promise<unknown> = () => Promise.resolve(),
): Case<ExportContext> {
  return figure<ExportContext>(name, "ms", {}, async (context, { quick }) => {
    const values: number[] = [];
    for (let round = -1; round < ROUNDS[quick ? 1 : 0]; round++) {
      rounds++;
      await before(context);
      const value = await timed(() => run(context, ...args(context)));
      if (round >= 0) values.push(value);
    }
    return values;
  });
}

/** Other content in 20 files, and a checkpoint of that. */
async function change({ tree: { project } }: ExportContext): Promise<void> {
  for (let i = 0; i < CHANGED; i++) {
    const path = `${project.mount}/directory-${String(i).padStart(2, "0")}/module-00.ts`;
    await Deno.writeTextFile(path, `// change ${rounds}\n`);
  }
  await project.client.checkpoint({ label: `change ${rounds}` });
}

const archive = ({ place }: ExportContext, end: string) => ["-o", `${place}/a.${end}`];

export const EXPORT: Group<ExportContext> = {
  title: "export",
  setUp: async (run) => {
    const tree = await mountTree(run, "export", FILES);
    const { source } = tree.project;
    await tool(["sh", "-c", "git init -q . && git add -A && git commit -qm first"], source);
    return { tree, place: run.bed.directory("exported") };
  },
  cases: [
    exported("10 000 files to a .tar", (context) => archive(context, "tar")),
    exported("10 000 files to a .tar.zst", (context) => archive(context, "tar.zst")),
    exported("10 000 files to a directory", ({ place }) => ["--to", `${place}/${rounds}`]),
    exported("10 000 files to git, the first time", () => [`--git=first/${rounds}`], change),
    exported(`${CHANGED} of 10 000 files changed, to git`, () => ["--git"], change),
    exported(
      `${CHANGED} of 10 000 files changed, as a patch`,
      () => ["--patch", "-o", "/dev/null"],
    ),
  ],
};
