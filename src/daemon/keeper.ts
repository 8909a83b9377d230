/**
 * The keeper process: mounts, holds the device, runs the server and unmounts when that ends.
 *
 * It does nothing else, so that it has no reason to die. The server gets the device as its standard input.
 *
 * @module
 */

import { binaryString, dup2 } from "../../ffi/libc.ts";
import { LibfuseError, type LibfuseSession, mountSession } from "../../ffi/libfuse3.ts";
import { unmount } from "../mount/linux/unmount.ts";
import { mountAt } from "./mounts.ts";
import {
  EXIT_RESTART,
  KEEPER_VARIABLE,
  READY_SIGNAL,
  RestartPolicy,
  RESTARTS_VARIABLE,
} from "./restart.ts";
import { selfCommand } from "./spawn.ts";
import { type DaemonConfig, WorkspaceError } from "./workspace.ts";

const STANDARD_INPUT = 0;

/** Runs until the file system is unmounted. Resolves with the exit code. Throws {@linkcode WorkspaceError}. */
export async function runKeeper(config: DaemonConfig): Promise<number> {
  const session = await mount(config);
  dup2(session.fd, STANDARD_INPUT);
  let stopping = false;
  let server: Deno.ChildProcess | undefined;
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => {
      if (stopping) return;
      stopping = true;
      // Lazily, so that it works while somebody sits in the mount; who does then loses it with the server.
      void unmount(config.mount, true).then(() => server?.kill("SIGTERM")).catch(() => {});
    });
  }
  const start = (restarts: number) => server = startServer(config, restarts);
  const code = await keepServing(config, start, () => stopping);
  // Not where it is unmounted already: that would be an error, or another daemon's mount by now.
  if (await mountAt(config.mount) !== null) session.unmount();
  return code;
}

/** Runs one server after the other until one ends as it should, or too many did not. */
async function keepServing(
  config: DaemonConfig,
  start: (restarts: number) => Deno.ChildProcess,
  isStopping: () => boolean,
): Promise<number> {
  const restarts = new RestartPolicy();
  let wasReady = false;
  Deno.addSignalListener(READY_SIGNAL, () => wasReady = true);
  while (true) {
    const started = performance.now();
    wasReady = false;
    const { code, signal } = await start(restarts.count).status;
    const died = signal !== null || code === EXIT_RESTART;
    if (!died || isStopping()) return signal === null ? code : 0;
    const how = signal === null ? "failed" : `was killed by ${signal}`;
    const pause = restarts.next({ wasReady, livedMs: performance.now() - started });
    if (pause === null) {
      console.error(`agentvfs: the server of ${config.mount} ${how}, once too often`);
      console.error("hint: Nothing that was written is lost; agentvfs quickstart mounts it again");
      return 1;
    }
    console.error(`The server ${how}: starting another one`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

function startServer(config: DaemonConfig, restarts: number): Deno.ChildProcess {
  const [command, ...args] = selfCommand();
  return new Deno.Command(command, {
    args: [...args, "__server"],
    env: {
      AGENTVFS_SERVER_CONFIG: JSON.stringify(config),
      [KEEPER_VARIABLE]: String(Deno.pid),
      ...(restarts === 0 ? {} : { [RESTARTS_VARIABLE]: String(restarts) }),
    },
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
}

async function mount(config: DaemonConfig): Promise<LibfuseSession> {
  await checkDevice();
  const options = ["fsname=agentvfs", "subtype=agentvfs", "default_permissions", "noatime"];
  if (config.allowOther) options.push("allow_other");
  let session: LibfuseSession | null;
  try {
    session = mountSession(binaryString(config.mount), options);
  } catch (cause) {
    if (!(cause instanceof LibfuseError)) throw cause;
    throw new WorkspaceError("libfuse_missing", 4, "libfuse3 is not installed", {
      hint: "Install it: sudo apt-get install libfuse3-3 fuse3",
      cause,
    });
  }
  if (session !== null) return session;
  throw new WorkspaceError("mount_failed", 4, `Cannot mount ${config.mount}`, {
    hint: config.allowOther && Deno.uid() !== 0
      ? "--allow-other needs the line user_allow_other in /etc/fuse.conf"
      : "libfuse said why above; agentvfs doctor checks what a mount needs",
  });
}

async function checkDevice(): Promise<void> {
  try {
    (await Deno.open("/dev/fuse", { read: true, write: true })).close();
  } catch (cause) {
    const missing = cause instanceof Deno.errors.NotFound;
    throw new WorkspaceError(
      "no_fuse_device",
      4,
      missing ? "/dev/fuse does not exist" : "/dev/fuse cannot be opened by this user",
      {
        hint: missing ? "Load it: sudo modprobe fuse" : "Allow it: sudo chmod 666 /dev/fuse",
        cause,
      },
    );
  }
}
