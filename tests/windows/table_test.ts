/** The table of what NT answers: each row on a tree of its own. */

import assert from "node:assert/strict";
import { EMPTY_SNAPSHOT, Fixture } from "../tree/fixture.ts";
import type { WorkingTree } from "../../src/tree/working_tree.ts";
import { changeRows } from "./rows/change_rows.ts";
import { createRows } from "./rows/create_rows.ts";
import { dataRows } from "./rows/data_rows.ts";
import { driverRows } from "./rows/driver_rows.ts";
import { informationRows } from "./rows/information_rows.ts";
import { linkRows } from "./rows/link_rows.ts";
import { listingRows } from "./rows/listing_rows.ts";
import { nameRows } from "./rows/name_rows.ts";
import { sharingRows } from "./rows/sharing_rows.ts";
import { given, Script, type ScriptRow, treeText } from "./script.ts";
import { serveTree } from "./served.ts";

const TABLES: Readonly<Record<string, readonly ScriptRow[]>> = {
  "creating and opening": createRows,
  "bytes and sizes": dataRows,
  "names": nameRows,
  "attributes, times, extended attributes, security": informationRows,
  "deleting and renaming": changeRows,
  "listing": listingRows,
  "links": linkRows,
  "what is open": sharingRows,
  "what is the driver's": driverRows,
};

/** Fewer were lost on the way. */
const LEAST_ROWS = 600;

function differences(rows: readonly ScriptRow[]): string[] {
  const fixture = new Fixture();
  try {
    return rows.flatMap((row, i) => {
      const tree = fixture.open(EMPTY_SNAPSHOT, 2 + i);
      try {
        return differencesOf(tree, row);
      } finally {
        tree.journal.close();
      }
    });
  } finally {
    fixture.close();
  }
}

function differencesOf(working: WorkingTree, [there, steps, then, tree]: ScriptRow): string[] {
  given(working, there);
  const { driver, session } = serveTree(working);
  const script = new Script(driver);
  const got = outcome(() => script.run(steps));
  const left = treeText(working);
  script.end();
  const wrong: string[] = [];
  if (got !== then) wrong.push(`[${there}] ${steps}: ${got}, not ${then}`);
  if (tree !== undefined && left !== tree) {
    wrong.push(`[${there}] ${steps}: left "${left}", not "${tree}"`);
  }
  if (session.context.opens.size !== 0 || session.unanswered !== 0) {
    wrong.push(`[${there}] ${steps}: something is open`);
  }
  return wrong;
}

function outcome(run: () => string): string {
  try {
    return run();
  } catch (error) {
    return error instanceof Error ? `thrown: ${error.message}` : String(error);
  }
}

for (const [name, rows] of Object.entries(TABLES)) {
  Deno.test(`NT's rules: ${name} (${rows.length} rows)`, () =>
    assert.deepEqual(differences(rows), []));
}

Deno.test("the table is whole", () => {
  const count = Object.values(TABLES).reduce((sum, rows) => sum + rows.length, 0);
  assert.ok(count >= LEAST_ROWS, `${count} rows`);
});
