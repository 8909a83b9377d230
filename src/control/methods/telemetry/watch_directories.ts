import { defineMethod } from "../../method.ts";
import { names } from "../../schema.ts";
import { WatchedDirectoriesReport } from "../../shapes/telemetry.ts";

export const method = defineMethod({
  brief:
    "Tells in the log what is opened, run, read and written below directories outside the mount, from now on and after every " +
    "start. All are watched or none. Rejects with `cannot_watch`, `not_outside`, `nothing_recorded`, `only_on_linux`",
  version: 1,
  who: "outside",
  params: { directories: names("a path", "Absolute, without symbolic links") },
  result: WatchedDirectoriesReport,
});
