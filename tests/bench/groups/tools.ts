/**
 * Programs people use, on a repository of 10 000 files (in a quick run 2 000).
 *
 * @module
 */

import { isInstalled } from "../../support/process.ts";
import {
  type Case,
  comparison,
  type ComparisonOptions,
  type Group,
  type Run,
  type Side,
  type Sides,
} from "../benchmark.ts";
import type { Project } from "../project.ts";
import { addCompileJob, addPackages, makeRepository } from "../repository.ts";
import { summary } from "../statistics.ts";
import { timed, tool } from "../tool.ts";

const FILES = { full: 10_000, quick: 2_000 } as const;
/** Files that a commit and a checkout change. */
const COMMITTED = 100;

interface ToolsContext extends Sides {
  project: Project;
  /** Stored archive of 10 000 files. */
  readonly archive: string;
  /** The plain repository that is cloned from. */
  readonly origin: string;
  /** Folder of npm's cache, or why there is none. */
  readonly packages: { readonly cache: string } | { readonly why: string };
}

/** Stops the mount and makes it again: the kernel then knows nothing of it. */
async function mountAgain(context: ToolsContext, { bed }: Run): Promise<void> {
  await context.project.stop();
  context.project = await bed.mount(context.project.source);
}

interface ProgramOptions extends Pick<ComparisonOptions<ToolsContext>, "rounds" | "warmUp"> {
  readonly folder?: string;
  /** Run first, untimed. */
  readonly prepare?: readonly string[];
}

/** A program, run in a folder of both sides. */
function program(
  name: string,
  command: readonly string[],
  atMost?: number,
  options: ProgramOptions = {},
): Case<ToolsContext> {
  const { folder = ".", prepare, ...others } = options;
  return comparison<ToolsContext>(name, {
    unit: "ms",
    rounds: [5, 2],
    ...others,
    ...(atMost === undefined ? {} : { atMost }),
    prepare: async ({ directory }) => {
      if (prepare !== undefined) await tool(prepare, `${directory}/${folder}`);
    },
    measure: ({ directory }) => timed(() => tool(command, `${directory}/${folder}`)),
  });
}

/** A program's first run in a new mount, against a plain directory that is in the page cache. */
function first(name: string, command: readonly string[], atMost: number): Case<ToolsContext> {
  return comparison<ToolsContext>(name, {
    unit: "ms",
    rounds: [3, 1],
    atMost,
    prepare: async ({ name }, _, context, run) => {
      if (name === "mounted") await mountAgain(context, run);
    },
    measure: ({ directory }) => timed(() => tool(command, directory)),
  });
}

const STATUS = ["git", "status", "--porcelain"];
const SEARCH = ["rg", "--no-messages", "--no-ignore", "-l", "item 77"];

/** Bytes of files that `git status` makes the mount read: requests beyond those for git's own few files. */
const statusReads: Case<ToolsContext> = {
  name: "READ requests of git status in a new mount",
  run: async (context, run) => {
    await mountAgain(context, run);
    const { READ = 0 } = await context.project.requests(() => tool(STATUS, context.project.mount));
    // The index, HEAD, its ref, configuration and the packs' indexes are read; no file of the work tree is.
    const values = summary([READ]);
    return { kind: "figure", name: statusReads.name, unit: "requests", values, atMost: 40 };
  },
};

const commit = comparison<ToolsContext>(`git add and commit of ${COMMITTED} changed files`, {
  unit: "ms",
  rounds: [5, 3],
  prepare: async ({ directory }, round) => {
    for (let i = 0; i < COMMITTED; i++) {
      const path = `directory-1${i % 10}/module-${String(i).padStart(2, "0")}.ts`;
      await Deno.writeTextFile(
        `${directory}/${path}`,
        `// round ${round} of ${i}
`,
      );
    }
  },
  measure: ({ directory }) =>
    timed(async () => {
      await tool(["git", "add", "-A"], directory);
      await tool(["git", "commit", "-q", "-m", "changes"], directory);
    }),
});

/** Both ways, so that every round begins with the same. */
const checkout = program(
  "git checkout of a branch with 1 000 other files and back",
  ["sh", "-c", "git checkout -q other && git checkout -q -"],
  undefined,
  { rounds: [3, 1] },
);

const extracted = ({ directory }: Side) => `${directory}/extracted`;

const extract = comparison<ToolsContext>("tar x of all files", {
  unit: "ms",
  rounds: [2, 1],
  warmUp: false,
  atMost: 4,
  prepare: async (side) => {
    await tool(["rm", "-rf", "extracted"], side.directory);
    await Deno.mkdir(extracted(side));
  },
  measure: (side, _, { archive }) => timed(() => tool(["tar", "xf", archive], extracted(side))),
});

const remove = comparison<ToolsContext>("rm -rf of all files", {
  unit: "ms",
  rounds: [2, 1],
  warmUp: false,
  atMost: 4,
  prepare: async (side, _, { archive }) => {
    await Deno.mkdir(extracted(side), { recursive: true });
    await tool(["tar", "xf", archive], extracted(side));
  },
  measure: ({ directory }) => timed(() => tool(["rm", "-rf", "extracted"], directory)),
});

const clone = comparison<ToolsContext>("git clone", {
  unit: "ms",
  rounds: [2, 1],
  warmUp: false,
  atMost: 2.5,
  prepare: ({ directory }) => tool(["rm", "-rf", "clone"], directory),
  measure: ({ directory }, _, { origin }) =>
    timed(() => tool(["git", "clone", "-q", "--no-local", origin, "clone"], directory)),
});

const copy = program(
  "cp -a of all files",
  [
    "sh",
    "-c",
    "mkdir copy && cp -a directory-* copy",
  ],
  undefined,
  { prepare: ["rm", "-rf", "copy"], rounds: [2, 1], warmUp: false },
);

/** `npm ci` of what the cache has. */
export function npmInstall(cache: string): string[] {
  const command = ["npm", "ci", "--offline", "--ignore-scripts", "--no-audit", "--no-fund"];
  return [...command, "--loglevel=error", "--cache", cache];
}

const install: Case<ToolsContext> = {
  name: "npm ci, warm cache",
  run: async (context, run) => {
    const { packages } = context;
    if ("why" in packages) return { kind: "skipped", name: install.name, why: packages.why };
    const prepare = ["rm", "-rf", "node_modules"];
    const options = { folder: "app", prepare, rounds: [3, 1] as const, warmUp: false };
    return await program(install.name, npmInstall(packages.cache), 1.5, options).run(context, run);
  },
};

/** The case, or a word why it cannot be measured here. */
export function needs<Context>(programs: readonly string[], wanted: Case<Context>): Case<Context> {
  return {
    name: wanted.name,
    run: async (context, run) => {
      for (const name of programs) {
        if (await isInstalled(name)) continue;
        return { kind: "skipped", name: wanted.name, why: `${name} is not installed` };
      }
      return await wanted.run(context, run);
    },
  };
}

export const TOOLS: Group<ToolsContext> = {
  title: "tools, 10 000 files (quick: 2 000)",
  setUp: async (run) => {
    const { bed } = run;
    const native = bed.plainDirectory("source-tools");
    const source = bed.directory("source-tools");
    for (const directory of [native, source]) {
      await makeRepository(directory, FILES[run.quick ? "quick" : "full"]);
      addCompileJob(`${directory}/job`, run.quick ? 10 : 40);
    }
    const archive = `${bed.folder}/files.tar`;
    await tool(["sh", "-c", `tar cf ${archive} directory-*`], native);
    const origin = `${bed.folder}/origin.git`;
    await tool(["git", "clone", "-q", "--bare", native, origin], bed.folder);
    const packages = await addPackages([native, source].map((d) => `${d}/app`), bed.folder);
    const project = await bed.mount(source);
    await project.imported();
    return {
      project,
      archive,
      origin,
      packages,
      native: { name: "native", directory: native },
      mounted: { name: "mounted", directory: project.mount },
    };
  },
  cases: [
    first("git status, first in a new mount", STATUS, 3),
    statusReads,
    program("git status", STATUS, 1.2),
    needs(["rg"], first("rg over all files, first in a new mount", SEARCH, 3)),
    needs(["rg"], program("rg over all files", SEARCH, 1.2)),
    program("grep -r over all files", ["grep", "-rl", "item 77", "."], 1.2),
    commit,
    checkout,
    clone,
    extract,
    remove,
    copy,
    needs(
      ["make", "cc"],
      program("compile job, make -j2", ["make", "-s", "-j2"], 1.15, {
        folder: "job",
        prepare: ["make", "-s", "clean"],
        rounds: [3, 1],
      }),
    ),
    install,
  ],
};
