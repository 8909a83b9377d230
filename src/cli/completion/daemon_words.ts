/**
 * Words that only a daemon knows: branches, checkpoints, filters, paths that changed.
 *
 * Who presses a key waits for it. So there is a deadline, and where no daemon is, or one that has something else to do, there
 * are no words, and nothing is said of it.
 *
 * @module
 */

import { join, relative } from "node:path";
import type { ControlClient } from "../../control/client.ts";
import type { LogEntry } from "../../control/service/history.ts";
import { currentDirectory } from "../../host/current_directory.ts";
import { isWithin } from "../../host/mounts.ts";
import { branchMeant, connect, type MeantDaemon, rootsMeant } from "../daemon_client.ts";
import { joined, localTime, words } from "../print/format.ts";
import type { GivenWords } from "./read_words.ts";
import type { Suggestion } from "./suggestion.ts";

/** Longest time to find a daemon and to be answered, ms; `$AGENTVFS_COMPLETION_MS` where it is to be another. */
const DEADLINE_MS = 100;
/** Checkpoints that are offered: the newest. */
const MOST_CHECKPOINTS = 200;

export type DaemonWordKind = "branch" | "changed" | "checkpoint" | "filter";

/** What the daemon that the command line means knows of a kind, within the deadline; else nothing. */
export async function daemonWords(kind: DaemonWordKind, given: GivenWords): Promise<Suggestion[]> {
  const { promise: late, resolve } = Promise.withResolvers<Suggestion[]>();
  const asked = Number(Deno.env.get("AGENTVFS_COMPLETION_MS"));
  const timer = setTimeout(() => resolve([]), asked > 0 ? asked : DEADLINE_MS);
  try {
    return await Promise.race([ask(kind, given).catch(() => []), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function ask(kind: DaemonWordKind, given: GivenWords): Promise<Suggestion[]> {
  const input = {
    flags: new Set<string>(),
    values: given.values,
    positionals: [],
    afterDashes: [],
    originalClient: false,
  };
  const { client, daemon } = await connect(input);
  try {
    const branch = branchMeant(input, daemon, "branch", "branch");
    switch (kind) {
      case "branch":
        return await branches(client);
      case "checkpoint":
        return [...await checkpoints(client, branch), ...await branches(client)];
      case "changed":
        return await changedPaths(client, daemon, branch, given.values.get("from"));
      case "filter":
        return (await client.listFilters()).filters.map(({ name }) => ({ word: name }));
    }
  } finally {
    client.close();
  }
}

async function branches(client: ControlClient): Promise<Suggestion[]> {
  const { branches } = await client.listBranches();
  return branches.map(({ name, ahead, dirty }) => {
    const state = [ahead ? `${ahead} ahead` : "", dirty ? "changed" : ""];
    return { word: name, brief: joined("branch", ...state) };
  });
}

async function checkpoints(
  client: ControlClient,
  branch: { branch?: string },
): Promise<Suggestion[]> {
  const { entries } = await client.log({ ...branch, limit: MOST_CHECKPOINTS });
  // A label that was given again means the newest that has it.
  return [...entries.flatMap(checkpoint), { word: "HEAD", brief: "the newest checkpoint" }];
}

function checkpoint({ label, number, kind, time }: LogEntry): Suggestion[] {
  const at = localTime(time);
  if (label !== null) {
    const numbered = number === null ? "" : `#${number}`;
    return [{ word: label, brief: joined(words(numbered, kind), at) }];
  }
  return number === null ? [] : [{ word: String(number), brief: joined(kind, at) }];
}

/** As one can name them from where one stands: also those that are not there any more. */
async function changedPaths(
  client: ControlClient,
  daemon: MeantDaemon,
  branch: { branch?: string },
  from = "HEAD",
): Promise<Suggestion[]> {
  const { changes } = await client.diff({ ...branch, from });
  const { mount, source } = await rootsMeant(client, daemon);
  const here = currentDirectory();
  const root = here === null ? undefined : [mount, source].find((place) => isWithin(here, place));
  return changes.filter(({ pathBytes }) => pathBytes === undefined).map(({ path, status }) => ({
    word: root === undefined ? path : relative(here!, join(root, path)),
    brief: STATUS[status],
  }));
}

const STATUS = {
  A: "added since",
  M: "changed since",
  D: "deleted since",
  T: "of another type since",
} as const;
