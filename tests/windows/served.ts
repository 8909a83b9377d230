/**
 * A tree behind a session that speaks with WinFsp's driver, without a driver.
 *
 * @module
 */

import { KIND_LIMIT } from "../../ffi/windows/winfsp/protocol.ts";
import { sidBytes } from "../../ffi/windows/security_descriptor.ts";
import { WindowsSession, type WindowsSessionOptions } from "../../src/mount/windows/session.ts";
import { MAIN_VIEW, type View, ViewTable } from "../../src/mount/views.ts";
import type { WorkingTree } from "../../src/tree/working_tree.ts";
import { noRules } from "../support/no_rules.ts";
import { Driver } from "./driver.ts";

export const USER = sidBytes("S-1-5-21-1-2-3-1001");

export interface Served {
  readonly driver: Driver;
  readonly session: WindowsSession;
  readonly views: ViewTable;
  readonly main: View;
  /** Checkpoints of which nothing is known any more. */
  readonly idle: readonly number[];
}

/** What all views have that show a tree in tests. */
export function viewOf(tree: WorkingTree, number = MAIN_VIEW, branch = "main"): View {
  return {
    number,
    tree,
    branch,
    writable: true,
    inodeSpace: 0,
    completed: null,
    frozen: false,
    isRouted: false,
    isKept: true,
  };
}

export function serveTree(
  tree: WorkingTree,
  options: Partial<WindowsSessionOptions> = {},
): Served {
  const driver = new Driver();
  const main = viewOf(tree);
  const idle: number[] = [];
  const views = new ViewTable(main, (view) => idle.push(view));
  const session = new WindowsSession({
    transport: driver,
    memory: driver,
    views,
    owner: { sid: USER, uid: 1000, gid: 1000 },
    allows: () => true,
    space: () => ({ total: 2 ** 40, free: 2 ** 39 }),
    label: "agentvfs",
    caseSensitive: false,
    ask: () => {},
    flush: () => false,
    policy: noRules(),
    recorder: null,
    counters: new Uint32Array(KIND_LIMIT),
    onFiltersWait: () => {},
    onKnock: () => {},
    onIdle: () => {},
    onRemoving: () => {},
    ...options,
  });
  driver.session = session;
  return { driver, session, views, main, idle };
}
