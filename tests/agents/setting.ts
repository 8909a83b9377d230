/**
 * One way to work with an agent: which, as whom, where, and whether its own sandbox is on.
 *
 * @module
 */

import { join } from "node:path";
import type { AccountName } from "./account.ts";
import type { Bed, Script, Worked } from "./bed.ts";
import { claudeWith } from "./claude.ts";
import { codexWith } from "./codex.ts";

export interface Setting {
  readonly agent: "claude" | "codex";
  readonly who: AccountName;
  readonly place: "mount" | "run" | "run --confine";
  readonly sandbox: boolean;
}

/** All of them. */
export const EVERY: readonly Setting[] = (["claude", "codex"] as const).flatMap((agent) =>
  (["root", "user"] as const).flatMap((who) =>
    (["mount", "run", "run --confine"] as const).flatMap((place) =>
      [false, true].map((sandbox) => ({ agent, who, place, sandbox }))
    )
  )
);

/** Some, in which each agent, account, place and sandbox is. */
export const BRIEF: readonly Setting[] = EVERY.filter((setting) =>
  [
    "claude as root, in the mount, its sandbox off",
    "claude as user, in run --confine, its sandbox on",
    "codex as user, in the mount, its sandbox on",
    "codex as root, in run, its sandbox off",
  ].includes(`${setting.agent} ${inWords(setting)}`)
);

/** The branch of the runs. */
const BRANCH = "work";

export function inWords({ who, place, sandbox }: Setting): string {
  const where = place === "mount" ? "in the mount" : `in ${place}`;
  return `as ${who}, ${where}, its sandbox ${sandbox ? "on" : "off"}`;
}

/** The branch that it works on, as options of commands. */
export function branchOf({ place }: Setting): string[] {
  return place === "mount" ? [] : ["--branch", BRANCH];
}

/** Its tree, as the person sees it. */
export function treeOf(bed: Bed, { place }: Setting): string {
  return place === "mount" ? bed.mount : bed.path(`.agentvfs/branches/${BRANCH}`);
}

/** Where it stands, as it sees it. */
export function directoryOf(bed: Bed, { place }: Setting): string {
  return place === "mount" ? bed.mount : bed.project;
}

export interface Turn {
  readonly prompt: string;
  readonly script: Script;
  /** The conversation so far is gone on with. */
  readonly resume: boolean;
}

/** Lets the agent do one turn of its conversation. */
export function work(bed: Bed, setting: Setting, turn: Turn): Promise<Worked> {
  const { agent, place, sandbox } = setting;
  const before = place === "mount"
    ? []
    : ["agentvfs", ...place.split(" "), ...branchOf(setting), "--"];
  const way = { ...turn, before, sandbox, cwd: directoryOf(bed, setting) };
  return agent === "claude" ? claudeWith(bed, way) : codexWith(bed, way);
}

/** Makes the agent know of agentvfs. */
export async function integrate(bed: Bed, { agent, who, place, sandbox }: Setting): Promise<void> {
  await bed.agentvfs("integrate", agent);
  if (agent !== "claude" || !sandbox) return;
  const path = join(bed.home, ".claude/settings.json");
  const settings = JSON.parse(await Deno.readTextFile(path));
  // As root a confined program sees a masked /proc, and the kernel lets nobody mount a whole one there.
  const weaker = who === "root" && place === "run --confine";
  const on = { enabled: true, failIfUnavailable: true, enableWeakerNestedSandbox: weaker };
  await Deno.writeTextFile(path, JSON.stringify({ ...settings, sandbox: on }));
}
