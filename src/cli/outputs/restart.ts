import { either, list, shape, text, whole } from "../../control/schema.ts";
import type { Output } from "../command.ts";

const Restarted = shape("Restarted", "The server that took over.", {
  version: text("Of the program"),
  serverPid: whole("Process that answers"),
  restarts: whole("How often the server was replaced since the mount was made"),
  mount: text("Where it is mounted"),
});

export const output: Output = {
  version: 1,
  schema: either("RestartOutput", "The server that took over; with `--all`, of each mount.", [
    Restarted,
    shape("RestartAllOutput", "All mounts of this user that are running.", {
      restarted: list(Restarted, "The server of each"),
    }),
  ]),
};
