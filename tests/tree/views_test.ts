/** Views that are closed while the kernel still gives back what it had of them. */

import assert from "node:assert/strict";
import { binaryString, cString } from "../../ffi/binary_string.ts";
import { close, O_CREAT, O_RDWR, open } from "../../src/host/files.ts";
import { MAIN_VIEW, type View, ViewTable } from "../../src/mount/views.ts";
import { loadNodes } from "../../src/tree/nodes/load_nodes.ts";
import { NodeLog } from "../../src/tree/nodes/node_log.ts";
import { create } from "../../src/tree/operations/names.ts";
import { Fixture } from "./fixture.ts";

const FILE = 0o100644;
const SIDE_VIEW = 1;
/** A tree has fewer descriptors. */
const FILES = 8;
const TEXT = "somebody else's\n".repeat(1000);

function viewOf(number: number, { tree }: Fixture): View {
  const completed = null;
  return {
    number,
    tree,
    branch: "main",
    writable: true,
    inodeSpace: 0,
    completed,
    frozen: false,
    isRouted: false,
    isKept: true,
  };
}

/** Opens files that have the lowest numbers of descriptors there are: those that were closed last among them. */
function withFiles(directory: string, body: (paths: readonly string[]) => void): void {
  const paths = Array.from({ length: FILES }, (_, i) => `${directory}/file${i}`);
  const opened = paths.map((path) => open(cString(binaryString(path)), O_RDWR | O_CREAT, 0o600));
  try {
    for (const path of paths) Deno.writeTextFileSync(path, TEXT);
    body(paths);
  } finally {
    opened.forEach(close);
  }
}

/** A mount with a view beside main, of which the kernel knows a file. */
function withViews(body: (views: ViewTable, view: View, nodeId: number, log: string) => void) {
  const [main, side] = [new Fixture(), new Fixture()];
  try {
    const log = `${side.journalPath}/nodes`;
    side.tree.nodes.keepIn(new NodeLog(log));
    const view = viewOf(SIDE_VIEW, side);
    const views = new ViewTable(viewOf(MAIN_VIEW, main), () => {});
    views.add(view);
    const file = create(side.tree, side.tree.root, "file", FILE, 0, 0, 0, null);
    assert.ok(typeof file !== "number");
    views.remember(view, file);
    views.flushLogs();
    body(views, view, file.nodeId, log);
  } finally {
    main.close();
    side.close();
  }
}

Deno.test("what the kernel gave back of a view that is closed goes to no other file", () =>
  withViews((views, view, nodeId) => {
    views.forget(SIDE_VIEW, nodeId, 1);
    views.remove(SIDE_VIEW);
    view.tree.close();
    withFiles(view.tree.journal.directory, (paths) => {
      views.flushLogs();
      view.tree.nodes.flushLog();
      for (const path of paths) assert.equal(Deno.readTextFileSync(path), TEXT, path);
    });
  }));

Deno.test("what the kernel gave back of a view before it was closed is in its log", () =>
  withViews((views, view, nodeId, log) => {
    assert.equal(loadNodes(log).nodes.get(nodeId)?.lookups, 1);
    views.forget(SIDE_VIEW, nodeId, 1);
    views.remove(SIDE_VIEW);
    view.tree.close();
    assert.equal(loadNodes(log).nodes.has(nodeId), false);
  }));
