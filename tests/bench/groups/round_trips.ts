/**
 * Requests the kernel sends for one operation of a user.
 *
 * @module
 */

import { type Case, type Group, roundTrips, type Run } from "../benchmark.ts";
import { Layout, listedName, makeLayout } from "../layout.ts";
import type { MeasureName } from "../measures/worker.ts";
import type { Project } from "../project.ts";

export interface RoundTripsContext {
  readonly project: Project;
}

/** Operations over which the requests are counted. */
const COUNT = 200;

function counted(name: string, measure: MeasureName, count = COUNT): Case<RoundTripsContext> {
  return {
    name,
    run: async ({ project }, { bed }) => {
      const input = { measure, directory: project.mount, count };
      await bed.worker.measure({ ...input, round: 1000 });
      const requests = await project.requests(() => bed.worker.measure({ ...input, round: 1001 }));
      return roundTrips(name, count, requests);
    },
  };
}

/** Removes 200 files that exist, made beforehand. */
const removal: Case<RoundTripsContext> = {
  name: "unlink",
  run: async ({ project }) => {
    const folder = `${project.mount}/removal`;
    await Deno.mkdir(folder);
    const paths = Array.from({ length: COUNT }, (_, i) => `${folder}/${i}`);
    for (const path of paths) await Deno.writeTextFile(path, "x");
    const requests = await project.requests(async () => {
      for (const path of paths) await Deno.remove(path);
    });
    return roundTrips(removal.name, COUNT, requests);
  },
};

const renaming: Case<RoundTripsContext> = {
  name: "rename to a new name",
  run: async ({ project }) => {
    const folder = `${project.mount}/renaming`;
    await Deno.mkdir(folder);
    const paths = Array.from({ length: COUNT }, (_, i) => `${folder}/${i}`);
    for (const path of paths) await Deno.writeTextFile(path, "x");
    const requests = await project.requests(async () => {
      for (const path of paths) await Deno.rename(path, `${path}-renamed`);
    });
    return roundTrips(renaming.name, COUNT, requests);
  },
};

/** A listing of names nobody has seen, then the same again: the sum is that of the first. */
const listing: Case<RoundTripsContext> = {
  name: "readdir of 1 000, first time",
  run: async ({ project }) => {
    const list = async () => {
      for await (const _ of Deno.readDir(`${project.mount}/${Layout.LIST}`));
    };
    return roundTrips(listing.name, 1, await project.requests(list));
  },
};

/** What a program sees that reads a file and then looks at it. */
const readThenStat: Case<RoundTripsContext> = {
  name: "stat after a first read",
  run: async ({ project }) => {
    const paths = Array.from(
      { length: COUNT },
      (_, i) => `${project.mount}/${Layout.LIST}/${listedName(i)}`,
    );
    for (const path of paths) await Deno.readFile(path);
    const requests = await project.requests(async () => {
      for (const path of paths) await Deno.lstat(path);
    });
    return roundTrips(readThenStat.name, COUNT, requests);
  },
};

/** A project with the layout, mounted and imported. */
export async function setUpRoundTrips({ bed }: Pick<Run, "bed">): Promise<RoundTripsContext> {
  const source = bed.directory("source-round-trips");
  makeLayout(source);
  const project = await bed.mount(source);
  await project.imported();
  return { project };
}

export const ROUND_TRIPS: Group<RoundTripsContext> = {
  title: "round trips",
  setUp: setUpRoundTrips,
  cases: [
    listing,
    counted("readdir of 1 000, seen", "readdir"),
    counted("stat, seen file", "stat"),
    counted("stat, missing name, seen", "statMissing"),
    counted("stat, missing name, first time", "statMissingFirst"),
    readThenStat,
    counted("open + read 4 KiB + close, seen file", "openReadClose"),
    counted("create + write 4 KiB + close", "createWriteClose"),
    counted("open + pwrite 1 KiB + close, seen file", "overwrite"),
    renaming,
    removal,
  ],
};
