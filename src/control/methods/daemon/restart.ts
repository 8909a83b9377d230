import { defineMethod } from "../../method.ts";
import { RestartReport } from "../../service/daemon.ts";

export const method = defineMethod({
  brief:
    "Lets another server process take over the mount: the executable as it is now. Programs in it do not notice",
  version: 1,
  who: "outside",
  params: {},
  result: RestartReport,
});
