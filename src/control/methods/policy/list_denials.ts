import { defineMethod } from "../../method.ts";
import { type Infer, list, nullable, shape, text, time, whole } from "../../schema.ts";

export const DenialReport = shape("DenialReport", "Something that a rule refused.", {
  number: whole("Counts from 1 in each server"),
  time: time("When"),
  branch: nullable(text("Where"), "Null: in a checkpoint"),
  path: text("From the root of the branch"),
  operation: text("What was refused"),
  rule: text("Name of the rule"),
  thread: whole(
    "Who asked, on Windows its process; 0: nobody is known, as of pages written through a mapping, and on macOS",
  ),
  uid: nullable(
    whole("User that asked, where `thread` says that somebody is known"),
    "Null: users have no numbers, on Windows",
  ),
  message: text("A sentence for people"),
});
export type DenialReport = Infer<typeof DenialReport>;

export const ListDenialsReport = shape("ListDenialsReport", "What the rules refused.", {
  count: whole("All of it since the server began"),
  denials: list(DenialReport, "The last 100, oldest first"),
});
export type ListDenialsReport = Infer<typeof ListDenialsReport>;

export const method = defineMethod({
  brief: "What the rules refused",
  version: 2,
  who: "outside",
  params: {},
  result: ListDenialsReport,
});
