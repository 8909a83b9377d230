/**
 * A daemon whose servers fail as a test wants it: as `agentvfs daemon --foreground`, but for the program its servers are.
 *
 * ```sh
 * FAULTS=DIRECTORY deno run -A tests/crash/faulty_daemon.ts PROJECT
 * ```
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { runKeeper } from "../../src/daemon/keeper/keeper.ts";
import { createWorkspace, planDaemon } from "../../src/daemon/workspaces/workspace.ts";

const SERVER = fileURLToPath(new URL("./faulty_server.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

const config = await planDaemon({ source: Deno.args[0]!, foreground: true, version: "0.0.0" });
await createWorkspace(config);
const command = [Deno.execPath(), "run", "-A", "--quiet", "--no-check", `--config=${CONFIG}`];
Deno.exit(await runKeeper(config, [command[0]!, ...command.slice(1), SERVER]));
