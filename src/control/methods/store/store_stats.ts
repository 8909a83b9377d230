import { defineMethod } from "../../method.ts";
import { StoreStatsReport } from "../../service/store.ts";

export const method = defineMethod({
  brief: "What holds the space of the store",
  version: 1,
  who: "outside",
  params: {},
  result: StoreStatsReport,
});
