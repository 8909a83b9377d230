/**
 * Requests the kernel sends for one operation of a user.
 *
 * @module
 */

import { type Case, type Group, roundTrips } from "../benchmark.ts";
import { Layout, listedName, makeLayout } from "../layout.ts";
import type { MeasureName } from "../measures/worker.ts";
import type { Project } from "../project.ts";
import { makeRepository } from "../repository.ts";
import { tool } from "../tool.ts";

export interface RoundTripsContext {
  readonly project: Project;
  /** A repository nobody has looked at. */
  readonly repository: Project;
}

const FILES = { full: 10_000, quick: 2_000 } as const;
const STATUS = ["git", "status", "--porcelain"];

/** Operations over which the requests are counted. */
const COUNT = 200;

let rounds = 0;

/** A measure's requests; `before` is done in the same round and not counted. */
function counted(
  name: string,
  measure: MeasureName,
  before: MeasureName = measure,
): Case<RoundTripsContext> {
  return {
    name,
    run: async ({ project }, { bed }) => {
      const input = { directory: project.mount, count: COUNT };
      await bed.worker.measure({ ...input, measure: before, round: ++rounds });
      // Where the measure itself goes before, it needs a round of its own.
      const round = before === measure ? ++rounds : rounds;
      const requests = await project.requests(() =>
        bed.worker.measure({ ...input, measure, round })
      );
      return roundTrips(name, COUNT, requests);
    },
  };
}

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

/** Requests of `git status`, all of them. */
function gitStatus(name: string): Case<RoundTripsContext> {
  return {
    name,
    run: async ({ repository }) =>
      roundTrips(name, 1, await repository.requests(() => tool(STATUS, repository.mount))),
  };
}

export const ROUND_TRIPS: Group<RoundTripsContext> = {
  title: "requests for one operation",
  setUp: async ({ bed, quick }) => {
    const source = bed.directory("source-round-trips");
    makeLayout(source);
    const project = await bed.mount(source);
    const directory = bed.directory("source-repository");
    await makeRepository(directory, quick ? FILES.quick : FILES.full);
    const repository = await bed.mount(directory);
    for (const mounted of [project, repository]) await mounted.imported();
    return { project, repository };
  },
  cases: [
    listing,
    counted("readdir of 1 000, seen", "readdir"),
    counted("stat, seen file", "stat"),
    counted("stat, missing name, seen", "statMissing"),
    counted("stat, missing name, first time", "statMissingFirst"),
    counted("readlink, seen", "readlink"),
    readThenStat,
    counted("open + read 4 KiB + close, seen file", "openReadClose"),
    counted("create + write 4 KiB + close", "makeFiles"),
    counted("open + pwrite 1 KiB + close, seen file", "overwrite"),
    counted("open + pwrite 1 KiB + fsync + close, seen file", "overwriteSync"),
    counted("rename to a new name", "rename", "makeFiles"),
    counted("unlink", "unlink", "makeFiles"),
    gitStatus("git status, first, 10 000 files (quick: 2 000)"),
    gitStatus("git status, again"),
  ],
};
