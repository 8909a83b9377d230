import { always, shape, text } from "../../control/schema.ts";
import type { Output } from "../command.ts";

export const output: Output = {
  version: 1,
  schema: shape("WorkspaceInitOutput", "A workspace that was made.", {
    name: text("Its name"),
    source: text("Directory of the project"),
    seeded_from: text("The same: it is read where it is"),
    status: always("initialized", "It can be started"),
  }),
};
