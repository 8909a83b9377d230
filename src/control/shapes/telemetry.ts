/**
 * What several methods say about telemetry (docs/telemetry.md).
 *
 * @module
 */

import { type Infer, list, nullable, shape, text } from "../schema.ts";

export const WatchedDirectoryReport = shape(
  "WatchedDirectory",
  "A directory outside the mount in which it is told what is done with files.",
  {
    path: text("Absolute"),
    why: nullable(text("Why it is not watched: a sentence for people"), "Null: it is"),
  },
);

export const WatchedDirectoriesReport = shape(
  "WatchedDirectoriesReport",
  "The directories outside the mount that are watched.",
  { directories: list(WatchedDirectoryReport, "In the order in which they were asked for") },
);
export type WatchedDirectoriesReport = Infer<typeof WatchedDirectoriesReport>;
