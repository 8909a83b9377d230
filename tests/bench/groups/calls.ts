/**
 * Single calls, timed by the measuring process.
 *
 * @module
 */

import type { Project } from "../project.ts";
import { calls, comparison, type Group, type Sides } from "../benchmark.ts";
import { makeLayout } from "../layout.ts";
import type { MeasureName } from "../measures/worker.ts";

export interface CallsContext extends Sides {
  readonly project: Project;
}

const MIB = 1024 * 1024;

/** Bytes that streaming cases move. */
const STREAM_BYTES = { full: 1024 * MIB, quick: 128 * MIB } as const;

function stream(name: string, measure: MeasureName, atMost?: number) {
  return comparison<CallsContext>(name, {
    unit: "ms",
    rounds: [3, 3],
    warmUp: measure === "write",
    ...(atMost === undefined ? {} : { atMost }),
    prepare: async ({ name, directory }, round, { project }, { bed, quick }) => {
      const count = quick ? STREAM_BYTES.quick : STREAM_BYTES.full;
      if (measure === "readWarm" || measure === "readCold") {
        if (round === 0) await bed.worker.measure({ measure: "write", directory, count, round });
      }
      if (measure === "readCold" && name === "mounted") {
        const { store } = await project.status();
        await bed.worker.measure({ measure: "evict", directory: store, count, round });
      }
    },
    measure: async ({ directory }, round, _, { bed, quick }) => {
      const count = quick ? STREAM_BYTES.quick : STREAM_BYTES.full;
      return await bed.worker.measure({ measure, directory, count, round }) / 1000;
    },
  });
}

let directories = 0;

/** Calls that need a directory of their own in every round. */
function inNewDirectory(name: string, measure: MeasureName, atMost: number) {
  return comparison<CallsContext>(name, {
    unit: "us",
    atMost,
    measure: ({ directory }, _, __, { bed }) =>
      bed.worker.measure({ measure, directory, count: 500, round: directories++ }),
  });
}

async function dropNames(): Promise<void> {
  // Names and inodes only: what is in the page cache stays.
  await Deno.writeTextFile("/proc/sys/vm/drop_caches", "2");
}

export const CALLS: Group<CallsContext> = {
  title: "calls",
  setUp: async ({ bed }) => {
    const native = bed.plainDirectory("source");
    const source = bed.directory("source");
    for (const directory of [native, source]) makeLayout(directory);
    const project = await bed.mount(source);
    await project.imported();
    return {
      project,
      native: { name: "native", directory: native },
      mounted: { name: "mounted", directory: project.mount },
    };
  },
  cases: [
    calls("a call that does nothing (in all that follows)", "emptyCall", 50_000),
    calls("stat, seen file", "stat", 20_000, 1.3),
    calls("stat, missing name, seen", "statMissing", 20_000, 1.3),
    calls("stat, missing name, first time", "statMissingFirst", 2_000),
    calls("readlink, seen", "readlink", 20_000, 1.3),
    calls("readdir of 1 000, seen", "readdir", 200, 1.3),
    calls("open + close, seen file", "openClose", 10_000, 1.5),
    calls("open + read 4 KiB + close, seen file", "openReadClose", 10_000, 1.5),
    comparison("walk and stat 10 000 files, warm", {
      unit: "ms",
      atMost: 1.3,
      measure: async ({ directory }, round, _, { bed }) =>
        await bed.worker.measure({ measure: "walk", directory, count: 1, round }) / 1000,
    }),
    comparison("walk and stat 10 000 files, names dropped", {
      unit: "ms",
      rounds: [5, 3],
      prepare: dropNames,
      measure: async ({ directory }, round, _, { bed }) =>
        await bed.worker.measure({ measure: "walk", directory, count: 1, round }) / 1000,
    }),
    inNewDirectory("create + write 4 KiB + close", "makeFiles", 4),
    inNewDirectory("rename", "rename", 3),
    inNewDirectory("unlink", "unlink", 3),
    calls("random read of 4 KiB, open file", "randomRead", 20_000, 1.2),
    calls("mmap, touch a page", "mappedRead", 1, 1.2),
    calls("open + pwrite 1 KiB + close, seen file", "overwrite", 2_000, 6),
    calls("open + pwrite 1 KiB + fsync + close, seen file", "overwriteSync", 200, 2),
    calls("sqlite, insert in a transaction of its own", "insert", 100),
    stream("sequential write, 1 GiB (quick: 128 MiB)", "write", 2),
    stream("the same and fsync", "writeSync", 2),
    stream("sequential read, warm", "readWarm", 1.2),
    stream("sequential read, cold", "readCold", 2),
  ],
};
