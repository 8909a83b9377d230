import { defineMethod } from "../../method.ts";
import { TasksReport } from "../../service/daemon.ts";

export const method = defineMethod({
  brief: "Long tasks under way, for those who wait for one",
  version: 1,
  who: "outside",
  params: {},
  result: TasksReport,
});
