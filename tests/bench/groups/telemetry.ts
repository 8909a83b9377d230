/**
 * What a program notices of its being recorded: a mount at each level, with a hundred rules and with a filter, beside one without
 * telemetry. Both are measured in turns, so that what else the machine does falls on both; `off again` is a second mount without,
 * and says how much is chance.
 *
 * The columns `native` and `mounted` are the mount without telemetry and the other one.
 *
 * @module
 */

import {
  type Case,
  comparison,
  type ComparisonOptions,
  figure,
  type Group,
  type Run,
  type Sides,
} from "../benchmark.ts";
import type { Project } from "../project.ts";
import { recordCosts } from "../record_cost.ts";
import { addPackages, makeRepository } from "../repository.ts";
import { timed, tool } from "../tool.ts";
import { FILTER, TEXT } from "./policy.ts";
import { needs, npmInstall } from "./tools.ts";

/** Files that are made, or opened, in each round. */
const FILES = 500;
const REPOSITORY_FILES = { full: 10_000, quick: 2_000 } as const;
/** Times as long as without, that `changes` may cost what people do. */
const CHANGES_COST = 1.03;
/** Microseconds that telling of a change may take. */
const RECORD_US = 1;

interface Variant {
  readonly name: string;
  readonly telemetry: string;
  prepare?(project: Project): Promise<unknown>;
}

const OFF: Variant = { name: "off", telemetry: "off" };
const CHANGES: Variant = { name: "changes", telemetry: "changes" };
const VARIANTS: readonly Variant[] = [
  { name: "off again", telemetry: "off" },
  CHANGES,
  { name: "opens", telemetry: "opens" },
  { name: "all", telemetry: "all" },
  {
    name: "100 rules",
    telemetry: "changes",
    prepare: ({ client }) => client.installPolicy({ text: TEXT, from: ["the benchmark"] }),
  },
  {
    name: "a filter",
    telemetry: "changes",
    prepare: ({ client }) =>
      client.addFilter({ name: "bench", kind: "lua", content: FILTER.toBase64() }),
  },
];

interface Mounts {
  readonly mounts: ReadonlyMap<string, string>;
  /** The plain repository that is cloned from. */
  readonly origin: string;
  /** Folder of npm's cache, or why there is none. */
  readonly packages: { readonly cache: string } | { readonly why: string };
}

async function mountAll(run: Run): Promise<Mounts> {
  const { bed, quick } = run;
  const repository = `${bed.folder}/telemetry-repository`;
  await makeRepository(repository, REPOSITORY_FILES[quick ? "quick" : "full"]);
  const origin = `${bed.folder}/telemetry-origin.git`;
  await tool(["git", "clone", "-q", "--bare", repository, origin], bed.folder);
  const all = [OFF, ...VARIANTS];
  const sources = all.map((_, i) => `${bed.folder}/telemetry-${i}`);
  for (const source of sources) {
    await Deno.mkdir(source);
    await Deno.writeTextFile(`${source}/a`, "one\n");
  }
  const packages = await addPackages(sources.map((source) => `${source}/app`), bed.folder);
  const mounts = new Map<string, string>();
  for (const [i, { name, telemetry, prepare }] of all.entries()) {
    const project = await bed.mount(sources[i]!, { arguments: ["--telemetry", telemetry] });
    await project.imported();
    await prepare?.(project);
    mounts.set(name, project.mount);
  }
  return { mounts, origin, packages };
}

/** Of the variant, and of the mount without telemetry, in turns. */
function beside(
  what: string,
  { name }: Variant,
  options: Omit<ComparisonOptions<Sides & Mounts>, "unit">,
): Case<Mounts> {
  const measured = comparison<Sides & Mounts>(`${what}, ${name}`, { unit: "ms", ...options });
  return {
    name: measured.name,
    run: (context, run) => {
      const native = { name: "native", directory: context.mounts.get(OFF.name)! } as const;
      const mounted = { name: "mounted", directory: context.mounts.get(name)! } as const;
      return measured.run({ ...context, native, mounted }, run);
    },
  };
}

let rounds = 0;

function making(variant: Variant): Case<Mounts> {
  return beside(`make ${FILES} files`, variant, {
    rounds: [21, 5],
    measure: ({ directory }, _, __, { bed }) =>
      timed(() =>
        bed.worker.measure({ measure: "makeFiles", directory, count: FILES, round: ++rounds })
      ),
  });
}

function opening(variant: Variant): Case<Mounts> {
  return beside(`open and close a file ${FILES} times`, variant, {
    rounds: [21, 5],
    measure: ({ directory }) =>
      timed(() => {
        for (let i = 0; i < FILES; i++) Deno.openSync(`${directory}/a`).close();
        return Promise.resolve();
      }),
  });
}

const clone = beside("git clone", CHANGES, {
  rounds: [7, 2],
  atMost: CHANGES_COST,
  prepare: ({ directory }) => tool(["rm", "-rf", "clone"], directory),
  measure: ({ directory }, _, { origin }) =>
    timed(() => tool(["git", "clone", "-q", "--no-local", origin, "clone"], directory)),
});

const install: Case<Mounts> = {
  name: "npm ci, changes",
  run: async (context, run) => {
    const { packages } = context;
    if ("why" in packages) return { kind: "skipped", name: install.name, why: packages.why };
    return await beside("npm ci", CHANGES, {
      rounds: [5, 1],
      atMost: CHANGES_COST,
      prepare: ({ directory }) => tool(["rm", "-rf", "node_modules"], `${directory}/app`),
      measure: ({ directory }) => timed(() => tool(npmInstall(packages.cache), `${directory}/app`)),
    }).run(context, run);
  },
};

export const TELEMETRY: Group<Mounts> = {
  title: "telemetry, beside a mount without (native: off)",
  setUp: mountAll,
  cases: [
    figure<Mounts>(
      "a change told of, by itself",
      "us",
      { atMost: RECORD_US },
      () => Promise.resolve(recordCosts("changes")),
    ),
    figure<Mounts>(
      "the same, with --telemetry off",
      "us",
      {},
      () => Promise.resolve(recordCosts("off")),
    ),
    ...VARIANTS.map(making),
    ...VARIANTS.map(opening),
    clone,
    needs(["npm"], install),
  ],
};
