import { defineMethod } from "../../method.ts";
import { type Infer, shape, whole } from "../../schema.ts";

export const RestartReport = shape("RestartReport", "The server that is replaced.", {
  serverPid: whole("The server that ends"),
});
export type RestartReport = Infer<typeof RestartReport>;

export const method = defineMethod({
  brief:
    "Lets another server process take over the mount: the executable as it is now. Programs in it do not notice",
  version: 1,
  who: "outside",
  params: {},
  result: RestartReport,
});
