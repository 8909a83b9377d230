/** Starts the daemon as on Windows, but so that it pretends, too. */

import { startDetached as start } from "../../../src/daemon/workspaces/start_windows.ts?own";
import { pretendingArguments } from "../../support/systems/pretend_system.ts";

const MAIN = new URL("main.ts", import.meta.url);
const CONFIG = Deno.env.get("AGENTVFS_STAND_IN_CONFIG")!;

export const startDetached: typeof start = (command, log) =>
  start(pretendingArguments(command, MAIN, CONFIG), log);
