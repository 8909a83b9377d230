import { shape, truth } from "../../control/schema.ts";
import { STATUS } from "../../control/service/daemon.ts";
import type { Output } from "../command.ts";

export const output: Output = {
  version: 1,
  schema: shape("QuickstartOutput", "How the daemon of the project is.", {
    ...STATUS,
    reused: truth("It was running already"),
  }),
};
