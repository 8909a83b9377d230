/**
 * The commands by name; those of a group have two words. A module is loaded when its command is used: start-up time is a feature.
 *
 * @module
 */

import type { Command } from "./command.ts";

export interface CommandRow {
  load(): Promise<{ command: Command }>;
  /** True if it talks to a daemon: then it exists as `agentvfs ctl NAME` as well. */
  readonly control?: true;
  readonly hidden?: true;
}

export const COMMANDS: Readonly<Record<string, CommandRow>> = {
  quickstart: { load: () => import("./commands/quickstart.ts") },
  daemon: { load: () => import("./commands/daemon.ts") },
  run: { load: () => import("./commands/run.ts") },
  doctor: { load: () => import("./commands/doctor.ts") },
  status: { load: () => import("./commands/status.ts"), control: true },
  restart: { load: () => import("./commands/restart.ts"), control: true },
  stop: { load: () => import("./commands/stop.ts"), control: true },
  checkpoint: { load: () => import("./commands/checkpoint.ts"), control: true },
  rollback: { load: () => import("./commands/rollback.ts"), control: true },
  log: { load: () => import("./commands/log.ts"), control: true },
  show: { load: () => import("./commands/show.ts"), control: true },
  diff: { load: () => import("./commands/diff.ts"), control: true },
  restore: { load: () => import("./commands/restore.ts"), control: true },
  undo: { load: () => import("./commands/undo.ts"), control: true },
  redo: { load: () => import("./commands/redo.ts"), control: true },
  "branch create": { load: () => import("./commands/branch_create.ts"), control: true },
  "branch list": { load: () => import("./commands/branch_list.ts"), control: true },
  "branch show": { load: () => import("./commands/branch_show.ts"), control: true },
  "branch rename": { load: () => import("./commands/branch_rename.ts"), control: true },
  "branch delete": { load: () => import("./commands/branch_delete.ts"), control: true },
  merge: { load: () => import("./commands/merge.ts"), control: true },
  "branch merge": { load: () => import("./commands/branch_merge.ts"), control: true, hidden: true },
  verify: { load: () => import("./commands/verify.ts"), control: true },
  gc: { load: () => import("./commands/gc.ts"), control: true },
  "store stats": { load: () => import("./commands/store_stats.ts"), control: true },
  raw: { load: () => import("./commands/raw.ts"), control: true, hidden: true },
  version: { load: () => import("./commands/version.ts") },
  "branch switch": { load: () => import("./commands/branch_switch.ts"), control: true },
  "session register": { load: () => import("./commands/session_register.ts"), control: true },
  "session unregister": { load: () => import("./commands/session_unregister.ts"), control: true },
  "session list": { load: () => import("./commands/session_list.ts"), control: true },
  __view: { load: () => import("./commands/view.ts"), hidden: true },
  __server: { load: () => import("./commands/server.ts"), hidden: true },
};

/** The commands of a group, by their second word; empty if there is no such group. */
export function groupOf(name: string): Map<string, CommandRow> {
  const prefix = `${name} `;
  return new Map(
    Object.entries(COMMANDS).filter(([key]) => key.startsWith(prefix))
      .map(([key, row]) => [key.slice(prefix.length), row]),
  );
}
