/** Starts the daemon as on Windows, but so that it pretends, too. */

import { fileURLToPath } from "node:url";
import { startDetached as start } from "../../../src/daemon/workspaces/start_windows.ts?own";

const [main, pretending] = ["../../../main.ts", "./main.ts"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url))
);

export const startDetached: typeof start = (command, log) =>
  start(
    command.map((word) =>
      word === main
        ? pretending!
        : word.startsWith("--config=")
        ? `--config=${Deno.env.get("AGENTVFS_STAND_IN_CONFIG")}`
        : word
    ),
    log,
  );
