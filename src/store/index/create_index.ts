/**
 * Makes an empty index.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { binaryString, cString } from "../../../ffi/binary_string.ts";
import { close, O_CREAT, O_RDWR, open } from "../../host/files.ts";
import { checkIo } from "../files/io_error.ts";
import { createSchema } from "./object_index.ts";
import { setUpForWriting } from "./open_index.ts";

/**
 * Makes the database `path`, for its owner only, with the tables of the store.
 *
 * @param commits transactions that an index in its place has had
 */
export function createIndex(path: string, commits = 0): DatabaseSync {
  // SQLite would make it readable for all; its -wal and -shm files take the mode of this one.
  close(checkIo("create", path, open(cString(binaryString(path)), O_RDWR | O_CREAT, 0o600)));
  const database = new DatabaseSync(path);
  try {
    setUpForWriting(database);
    createSchema(database, commits);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
