import { defineMethod } from "../../method.ts";
import { names } from "../../schema.ts";
import { WatchedDirectoriesReport } from "../../shapes/telemetry.ts";

export const method = defineMethod({
  brief: "Tells no more of these directories. Rejects with `not_watched`",
  version: 1,
  who: "outside",
  params: { directories: names("a path", "As `showTelemetry` has them") },
  result: WatchedDirectoriesReport,
});
