/**
 * The keeper process: mounts, holds the device, runs the server and unmounts when that ends.
 *
 * It does nothing else, so that it has no reason to die. The server gets the device as its standard input.
 *
 * @module
 */

import { handDown } from "../adapter/device.ts";
import { bondEnvironment, endServer, onAskedToEnd, readinessIn } from "../adapter/keeper_bond.ts";
import { mountProject } from "../adapter/mount_project.ts";
import { ignoreFileSizeLimit } from "../../host/signals.ts";
import { mountAt } from "../../host/mounts.ts";
import { writeCrashReport } from "./crash_report.ts";
import {
  CRASH_REPORT_VARIABLE,
  EXIT_REPLACE,
  EXIT_RESTART,
  KEEPER_VARIABLE,
  LESS_VARIABLE,
  refusal,
  RestartPolicy,
  RESTARTS_VARIABLE,
} from "./restart.ts";
import { tolerateFullLog } from "../threads/full_log.ts";
import { type End, endOf } from "./server_end.ts";
import { selfCommand } from "../workspaces/spawn.ts";
import type { DaemonConfig } from "../workspaces/workspace.ts";

/**
 * Runs until the file system is unmounted. Resolves with the exit code. Throws WorkspaceError.
 *
 * @param command runs this program; asked once, as the kernel has no path for an executable that a newer one replaced
 */
export async function runKeeper(config: DaemonConfig, command = selfCommand()): Promise<number> {
  // And the server's, which inherits that: a file that may not grow is an error of one operation.
  ignoreFileSizeLimit();
  tolerateFullLog();
  const session = await mountProject(config);
  handDown(session);
  let stopping = false;
  let server: Deno.ChildProcess | undefined;
  onAskedToEnd("keeper", () => {
    if (stopping) return;
    stopping = true;
    void endServer(config, server).catch(() => {});
  });
  const start = (past: Past) => server = startServer(command, config, past);
  const code = await keepServing(config, start, () => stopping);
  // Not where it is unmounted already: that would be an error, or another daemon's mount by now.
  if (await mountAt(config.mount) !== null) session.unmount();
  return code;
}

/** What a server is told of those before it. */
interface Past {
  readonly restarts: number;
  readonly crashReport: string | null;
  /** See {@linkcode LESS_VARIABLE}. */
  readonly withLess: boolean;
}

/** Runs one server after the other until one ends as it should, or too many did not. */
async function keepServing(
  config: DaemonConfig,
  start: (past: Past) => Deno.ChildProcess,
  isStopping: () => boolean,
): Promise<number> {
  const restarts = new RestartPolicy();
  const readiness = readinessIn(config);
  let crashReport: string | null = null;
  while (true) {
    const started = performance.now();
    readiness.begin();
    const { count, withLess } = restarts;
    const { serverPid, code, signal } = await lifeOf(() =>
      start({ restarts: count, crashReport, withLess })
    );
    if (code === EXIT_REPLACE && !isStopping()) {
      console.log("The server is replaced as asked");
      restarts.replaced();
      continue;
    }
    if (code === 0 || isStopping()) return 0;
    const refused = refusal(code);
    if (refused !== null) return refused;
    const how = signal === null ? "failed" : `was killed${signal === "" ? "" : ` by ${signal}`}`;
    const livedMs = Math.round(performance.now() - started);
    const servedMs = readiness.servedMs(serverPid);
    const wasReady = servedMs !== null;
    const death = { serverPid, how, signal, code, livedMs, wasReady, restarts: restarts.count };
    crashReport = await writeCrashReport(config, death) ?? crashReport;
    const pause = restarts.next(servedMs);
    if (pause === null) {
      console.error(`agentvfs: the server of ${config.mount} ${how}, once too often`);
      const report = crashReport === null ? "" : `; what is known is in ${crashReport}`;
      console.error(
        `hint: Nothing that was written is lost: agentvfs quickstart mounts it again${report}`,
      );
      return 1;
    }
    const less = restarts.withLess ? " that opens no view but main's" : "";
    console.error(`The server ${how}: starting another one${less}`);
    if (crashReport !== null) console.error(`Report of the crash: ${crashReport}`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

interface Life extends End {
  /** 0 if it never began. */
  readonly serverPid: number;
}

/** A server that cannot be started has died: there may be too many processes for a moment. */
async function lifeOf(start: () => Deno.ChildProcess): Promise<Life> {
  let server: Deno.ChildProcess;
  try {
    server = start();
  } catch (error) {
    console.error(`No server could be started: ${(error as Error).message}`);
    return { serverPid: 0, code: EXIT_RESTART, signal: null };
  }
  return { serverPid: server.pid, ...await endOf(server) };
}

function startServer(
  [program, ...args]: readonly [string, ...string[]],
  config: DaemonConfig,
  { restarts, crashReport, withLess }: Past,
): Deno.ChildProcess {
  return new Deno.Command(program, {
    args: [...args, "__server"],
    env: {
      AGENTVFS_SERVER_CONFIG: JSON.stringify(config),
      [KEEPER_VARIABLE]: String(Deno.pid),
      ...bondEnvironment(),
      ...(restarts === 0 ? {} : { [RESTARTS_VARIABLE]: String(restarts) }),
      ...(withLess ? { [LESS_VARIABLE]: "1" } : {}),
      ...(crashReport === null ? {} : { [CRASH_REPORT_VARIABLE]: crashReport }),
    },
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
}
