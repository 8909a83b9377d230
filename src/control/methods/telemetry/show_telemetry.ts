import { defineMethod } from "../../method.ts";
import { WatchedDirectoryReport } from "../../shapes/telemetry.ts";
import { type Infer, list, nullable, oneOf, shape, text, whole } from "../../schema.ts";

export const SourceReport = shape("TelemetrySourceReport", "Who tells of what is done.", {
  name: text("Its name, as events have it"),
  state: oneOf(
    ["running", "waiting", "off", "failed"],
    "`waiting`: it begins when it is needed; `off`: it was not chosen",
  ),
  why: nullable(text("A sentence for people"), "Null where there is nothing to say"),
  needs: text("What it takes"),
  sees: text("What it tells of"),
  misses: text("What it does not"),
  costs: text("What that costs"),
  denies: nullable(text("The error with which it can refuse"), "Null if it cannot"),
});
export type TelemetrySourceReport = Infer<typeof SourceReport>;

export const TelemetryReport = shape("TelemetryReport", "What is recorded, and where.", {
  level: oneOf(["off", "changes", "opens", "all"], "How much"),
  directory: text("Of the log's files"),
  files: whole("How many there are"),
  bytes: whole("All of them"),
  mostBytes: whole("How large they may become together"),
  events: whole("Number of the last event"),
  lost: whole("Events that were dropped since the server began"),
  failure: nullable(text("Why nothing is written"), "Null if it is"),
  sources: list(SourceReport, "All there are"),
  directories: list(WatchedDirectoryReport, "Outside the mount, that are watched"),
});
export type TelemetryReport = Infer<typeof TelemetryReport>;

export const method = defineMethod({
  brief: "What is recorded of that which is done in the mount, and where",
  version: 1,
  who: "outside",
  params: {},
  result: TelemetryReport,
});
