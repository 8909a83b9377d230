/**
 * The commands by name; those of a group have two words, or three. A module is loaded when its command is used: start-up time is a feature.
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
  quickstart: { load: () => import("./commands/daemon/quickstart.ts") },
  daemon: { load: () => import("./commands/daemon/daemon.ts") },
  run: { load: () => import("./commands/daemon/run.ts") },
  doctor: { load: () => import("./commands/daemon/doctor.ts") },
  status: { load: () => import("./commands/daemon/status.ts"), control: true },
  auto: { load: () => import("./commands/daemon/auto.ts") },
  restart: { load: () => import("./commands/daemon/restart.ts"), control: true },
  stop: { load: () => import("./commands/daemon/stop.ts"), control: true },
  checkpoint: { load: () => import("./commands/history/checkpoint.ts"), control: true },
  rollback: { load: () => import("./commands/history/rollback.ts"), control: true },
  log: { load: () => import("./commands/history/log.ts"), control: true },
  show: { load: () => import("./commands/history/show.ts"), control: true },
  diff: { load: () => import("./commands/history/diff.ts"), control: true },
  export: { load: () => import("./commands/history/export.ts"), control: true },
  restore: { load: () => import("./commands/history/restore.ts"), control: true },
  undo: { load: () => import("./commands/history/undo.ts"), control: true },
  redo: { load: () => import("./commands/history/redo.ts"), control: true },
  "branch create": { load: () => import("./commands/branches/branch_create.ts"), control: true },
  "branch list": { load: () => import("./commands/branches/branch_list.ts"), control: true },
  "branch show": { load: () => import("./commands/branches/branch_show.ts"), control: true },
  "branch rename": { load: () => import("./commands/branches/branch_rename.ts"), control: true },
  "branch delete": { load: () => import("./commands/branches/branch_delete.ts"), control: true },
  review: { load: () => import("./commands/branches/review.ts"), control: true },
  merge: { load: () => import("./commands/history/merge.ts"), control: true },
  "branch merge": {
    load: () => import("./commands/branches/branch_merge.ts"),
    control: true,
    hidden: true,
  },
  refresh: { load: () => import("./commands/project/refresh.ts"), control: true },
  apply: { load: () => import("./commands/project/apply.ts"), control: true },
  verify: { load: () => import("./commands/store/verify.ts"), control: true },
  gc: { load: () => import("./commands/store/gc.ts"), control: true },
  "store stats": { load: () => import("./commands/store/store_stats.ts"), control: true },
  audit: { load: () => import("./commands/telemetry/audit.ts") },
  "audit blame": { load: () => import("./commands/telemetry/audit_blame.ts") },
  "audit show": { load: () => import("./commands/telemetry/audit_show.ts") },
  "audit tree": { load: () => import("./commands/telemetry/audit_tree.ts") },
  "telemetry attach": { load: () => import("./commands/telemetry/attach.ts") },
  "telemetry unwatch": { load: () => import("./commands/telemetry/unwatch.ts") },
  "telemetry watch": { load: () => import("./commands/telemetry/watch.ts") },
  "telemetry status": {
    load: () => import("./commands/telemetry/telemetry_status.ts"),
    control: true,
  },
  raw: { load: () => import("./commands/daemon/raw.ts"), control: true, hidden: true },
  integrate: { load: () => import("./commands/agents/integrate.ts") },
  "worktree create": { load: () => import("./commands/agents/worktree_create.ts"), hidden: true },
  "worktree remove": { load: () => import("./commands/agents/worktree_remove.ts"), hidden: true },
  mcp: { load: () => import("./commands/agents/mcp.ts") },
  version: { load: () => import("./commands/daemon/version.ts") },
  upgrade: { load: () => import("./commands/install/upgrade.ts") },
  uninstall: { load: () => import("./commands/install/uninstall.ts") },
  completions: { load: () => import("./commands/install/completions.ts") },
  "branch switch": { load: () => import("./commands/branches/branch_switch.ts"), control: true },
  "session register": {
    load: () => import("./commands/sessions/session_register.ts"),
    control: true,
  },
  "session unregister": {
    load: () => import("./commands/sessions/session_unregister.ts"),
    control: true,
  },
  "session list": { load: () => import("./commands/sessions/session_list.ts"), control: true },
  "policy install": { load: () => import("./commands/policy/policy_install.ts"), control: true },
  "policy show": { load: () => import("./commands/policy/policy_show.ts"), control: true },
  "policy check": { load: () => import("./commands/policy/policy_check.ts") },
  "policy test": { load: () => import("./commands/policy/policy_test_path.ts"), control: true },
  "policy denials": { load: () => import("./commands/policy/policy_denials.ts"), control: true },
  "policy remove": { load: () => import("./commands/policy/policy_remove.ts"), control: true },
  "workspace init": { load: () => import("./commands/workspace/workspace_init.ts") },
  "workspace start": { load: () => import("./commands/workspace/workspace_start.ts") },
  "workspace status": { load: () => import("./commands/workspace/workspace_status.ts") },
  "workspace list": { load: () => import("./commands/workspace/workspace_list.ts") },
  "workspace checkpoint": { load: () => import("./commands/workspace/workspace_checkpoint.ts") },
  "workspace rollback": { load: () => import("./commands/workspace/workspace_rollback.ts") },
  "workspace stop": { load: () => import("./commands/workspace/workspace_stop.ts") },
  "workspace log": { load: () => import("./commands/workspace/workspace_log.ts") },
  "workspace diff": { load: () => import("./commands/workspace/workspace_diff.ts") },
  "workspace apply": { load: () => import("./commands/workspace/workspace_apply.ts") },
  "workspace delete": { load: () => import("./commands/workspace/workspace_delete.ts") },
  __run: { load: () => import("./commands/daemon/run_for.ts"), hidden: true },
  "telemetry filter add": {
    load: () => import("./commands/telemetry/filter_add.ts"),
    control: true,
  },
  "telemetry filter list": {
    load: () => import("./commands/telemetry/filter_list.ts"),
    control: true,
  },
  "telemetry filter remove": {
    load: () => import("./commands/telemetry/filter_remove.ts"),
    control: true,
  },
  "telemetry filter test": { load: () => import("./commands/telemetry/test_filter.ts") },
  __filter: { load: () => import("./commands/daemon/filter.ts"), hidden: true },
  __watch: { load: () => import("./commands/daemon/watch.ts"), hidden: true },
  __view: { load: () => import("./commands/daemon/view.ts"), hidden: true },
  __server: { load: () => import("./commands/daemon/server.ts"), hidden: true },
};

/** The commands of a group, by the words after its name; empty if there is no such group. */
export function groupOf(name: string): Map<string, CommandRow> {
  const prefix = `${name} `;
  return new Map(
    Object.entries(COMMANDS).filter(([key]) => key.startsWith(prefix))
      .map(([key, row]) => [key.slice(prefix.length), row]),
  );
}
