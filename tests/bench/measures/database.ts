/**
 * A database that is written to.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { each, type Measure } from "./measure.ts";

/** Inserts `count` rows, each in a transaction of its own, with SQLite's defaults. Microseconds per row. */
const insert: Measure = ({ directory, count, round }) => {
  const database = new DatabaseSync(`${directory}/rows-${round}.db`);
  database.exec("CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT)");
  const statement = database.prepare("INSERT INTO rows (text) VALUES (?)");
  const result = each(count, (i) => statement.run(`row ${i} of this table`));
  database.close();
  return result;
};

export const DATABASE_MEASURES = { insert } as const satisfies Record<string, Measure>;
