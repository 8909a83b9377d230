import { list, shape, text, truth } from "../../control/schema.ts";
import type { Output } from "../command.ts";

export const output: Output = {
  version: 1,
  schema: shape("UninstallOutput", "The program that is gone.", {
    stopped: list(text("Where it was mounted"), "Mounts that were ended"),
    removed: list(text("A path"), "What is gone of the program"),
    state: text("Directory of what was recorded"),
    purged: truth("That is gone, too"),
  }),
};
