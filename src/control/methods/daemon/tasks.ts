import { defineMethod } from "../../method.ts";
import { type Infer, list, oneOf, shape, text, whole } from "../../schema.ts";

export const TaskReport = shape("TaskReport", "How far a long task is.", {
  name: text("`verify`, `gc`, `stats`, `apply`"),
  phase: text("What it does now"),
  done: whole("So many units are done"),
  total: whole("So many there are; 0 where it is not known"),
  unit: oneOf(["bytes", "objects", "records"], "What is counted"),
});
export type TaskReport = Infer<typeof TaskReport>;

export const TasksReport = shape("TasksReport", "Long tasks under way.", {
  tasks: list(TaskReport, "By name"),
});
export type TasksReport = Infer<typeof TasksReport>;

export const method = defineMethod({
  brief: "Long tasks under way, for those who wait for one",
  version: 1,
  who: "outside",
  params: {},
  result: TasksReport,
});
