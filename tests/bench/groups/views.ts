/**
 * What it costs to see a branch: in a view that `agentvfs run` makes, and by cgroup.
 *
 * @module
 */

import { dirname } from "node:path";
import { unifiedRoot } from "../../../src/views/cgroup_sessions.ts";
import { inCgroup, removeCgroup } from "../../support/cgroup.ts";
import { PROGRAM } from "../../support/program.ts";
import type { Bed } from "../bed.ts";
import { type Case, comparison, figure, type Group, type Sides } from "../benchmark.ts";
import { Layout } from "../layout.ts";
import type { MeasureName } from "../measures/worker.ts";
import type { MeasuringWorker } from "../measures/worker_client.ts";
import { makeRepository } from "../repository.ts";

const FILES = { full: 10_000, quick: 2_000 } as const;
const BRANCH = "bench/view";

/** A mount that is routed by cgroup, and a process in a session. */
interface Session {
  readonly worker: MeasuringWorker;
  readonly mount: string;
}

interface ViewsContext extends Sides {
  /** Runs in a view, in which the branch is at the project's own path. */
  readonly inView: MeasuringWorker;
  /** Null where there are no cgroups to make. */
  readonly sessions: { readonly bpf: Session; readonly proc: Session } | null;
}

async function addDeepFile(directory: string): Promise<void> {
  const path = `${directory}/${Layout.DEEP}`;
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, "export {};\n");
}

async function session(
  bed: Bed,
  name: string,
  root: string,
  env: Record<string, string>,
): Promise<Session> {
  const source = bed.directory(`session-${name}`);
  await addDeepFile(source);
  const project = await bed.mount(source, { arguments: ["--cgroups"], env });
  await project.imported();
  await project.client.createBranch({ name: BRANCH });
  const cgroup = await Deno.makeTempDir({ dir: root, prefix: "agentvfs-bench-" });
  bed.atEnd(() => removeCgroup(cgroup));
  await project.client.registerSession({ cgroup, branch: BRANCH });
  return { worker: bed.measuringWorker(inCgroup(cgroup, [])), mount: project.mount };
}

/** In the view, beside the same on a plain directory. */
function inView(
  name: string,
  measure: MeasureName,
  counts: readonly [full: number, quick: number],
  atMost: number,
): Case<ViewsContext> {
  return comparison<ViewsContext>(name, {
    unit: measure === "gitStatus" ? "ms" : "us",
    atMost,
    measure: async ({ name: side, directory }, round, context, { bed, quick }) => {
      const worker = side === "native" ? bed.worker : context.inView;
      const us = await worker.measure({ measure, directory, count: counts[quick ? 1 : 0], round });
      return measure === "gitStatus" ? us / 1000 : us;
    },
  });
}

function byCgroup(name: string, source: "bpf" | "proc"): Case<ViewsContext> {
  return figure<ViewsContext>(name, "us", { atMost: 150 }, async ({ sessions }, { quick }) => {
    if (sessions === null) throw new Error("no cgroup can be made here");
    const { worker, mount: directory } = sessions[source];
    const values: number[] = [];
    for (let round = -1; round < (quick ? 5 : 15); round++) {
      const us = await worker.measure({ measure: "statDeep", directory, count: 2_000, round });
      if (round >= 0) values.push(us);
    }
    return values;
  });
}

export const VIEWS: Group<ViewsContext> = {
  title: "views",
  setUp: async ({ bed, quick }) => {
    const native = bed.plainDirectory("views");
    const source = bed.directory("views");
    for (const directory of [native, source]) {
      await addDeepFile(directory);
      await makeRepository(directory, quick ? FILES.quick : FILES.full);
    }
    const project = await bed.mount(source);
    await project.imported();
    const run = [...PROGRAM, "-C", source, "run", "--branch", BRANCH, "--"];
    const root = Deno.uid() === 0 ? unifiedRoot() : null;
    return {
      native: { name: "native", directory: native },
      mounted: { name: "mounted", directory: source },
      inView: bed.measuringWorker(run, source),
      sessions: root === null ? null : {
        bpf: await session(bed, "bpf", root, {}),
        proc: await session(bed, "proc", root, { AGENTVFS_WITHOUT: "bpf" }),
      },
    };
  },
  cases: [
    inView("stat, seen file at depth 4, in a view", "statDeep", [20_000, 10_000], 1.3),
    inView("git status, in a view", "gitStatus", [5, 3], 1.2),
    byCgroup("stat at depth 4 by cgroup, told by eBPF", "bpf"),
    byCgroup("stat at depth 4 by cgroup, told by /proc", "proc"),
  ],
};
