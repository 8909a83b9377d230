/**
 * Processes as they started each other, with what each did.
 *
 * @module
 */

import type { LoggedEvent } from "../../telemetry/logged_event.ts";

export interface ProcessNode {
  readonly pid: number;
  name: string;
  args: readonly string[];
  /** Events by action. */
  readonly actions: Map<string, number>;
  readonly files: Set<string>;
  readonly children: ProcessNode[];
}

/** Those whose parents did nothing that was told of. */
export function processForest(events: Iterable<LoggedEvent>): ProcessNode[] {
  const nodes = new Map<string, ProcessNode>();
  const parents = new Map<ProcessNode, number>();
  /** Who has a number now: they are used again. */
  const current = new Map<number, ProcessNode>();
  for (const { event, process, file } of events) {
    if (process?.pid === undefined) continue;
    const { pid, name = "?", args = [], parent, entity_id: key = `${pid}` } = process;
    let node = nodes.get(key);
    if (node === undefined) {
      node = { pid, name, args, actions: new Map(), files: new Set(), children: [] };
      nodes.set(key, node);
    }
    current.set(pid, node);
    node.name = name;
    if (args.length > 0) node.args = args;
    if (parent !== undefined) parents.set(node, parent.pid);
    node.actions.set(event.action, (node.actions.get(event.action) ?? 0) + 1);
    if (file?.path !== undefined) node.files.add(file.path);
  }
  return [...nodes.values()].filter((node) => {
    const parent = current.get(parents.get(node) ?? -1);
    if (parent === undefined || parent === node) return true;
    parent.children.push(node);
    return false;
  });
}
