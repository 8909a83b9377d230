import { shape, text, whole } from "../../control/schema.ts";
import type { Output } from "../command.ts";

export const output: Output = {
  version: 1,
  schema: shape("RestartOutput", "The server that took over.", {
    version: text("Of the program"),
    serverPid: whole("Process that answers"),
    restarts: whole("How often the server was replaced since the mount was made"),
    mount: text("Where it is mounted"),
  }),
};
