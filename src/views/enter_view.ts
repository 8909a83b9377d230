/**
 * Makes a view of the mount namespace this process is alone in, and becomes the program that works in it.
 *
 * @module
 */

import { binaryString, cString } from "../../ffi/binary_string.ts";
import {
  CLONE_NEWNS,
  defaultSignal,
  execvp,
  mount,
  MS_BIND,
  SIGINT,
  SIGQUIT,
  unshare,
} from "../../ffi/linux/process.ts";
import { failureCode, isFailure } from "../host/failure.ts";
import { systemProgram } from "../host/system_program.ts";
import { confine } from "./confine.ts";
import { handOverCalls } from "./hand_over_calls.ts";
import { giveUpRights } from "./give_up_rights.ts";
import { ViewError } from "./view_error.ts";
import { cover } from "./view_mounts.ts";
import type { ViewSpec } from "./view_spec.ts";

/**
 * Lays the branch's tree over its places. `register` is called when the namespace is what the program will be in, before
 * anything is closed off. Throws {@linkcode ViewError}; else this process goes on as the program.
 */
export async function enterView(spec: ViewSpec, register: () => Promise<unknown>): Promise<never> {
  // Another one: files that this process has open for writing keep the mounts they are on from becoming read-only.
  const result = unshare(CLONE_NEWNS);
  if (result < 0) {
    throw new ViewError("no_namespace", 4, `Cannot make a view: ${failureCode(result)}`);
  }
  for (const place of spec.places) bind(spec.tree, place);
  await register();
  for (const path of spec.meetingPlaces) cover(path, 0o700);
  if (spec.confine !== null) confine(spec.confine, spec.places, spec.identity === null);
  try {
    // The directory of that name is another one now.
    Deno.chdir(spec.cwd);
  } catch {
    throw noDirectory(spec);
  }
  if (spec.confine !== null) {
    giveUpRights();
    for (const signal of [SIGINT, SIGQUIT]) defaultSignal(signal);
  }
  for (const [name, value] of Object.entries(spec.environment)) {
    if (value === null) Deno.env.delete(name);
    else Deno.env.set(name, value);
  }
  // The last that is done: from now on a call that is watched waits for the supervisor.
  if (spec.watched !== null) handOverCalls(spec.watched);
  throw becomeFailed(spec.command, execvp(commandOf(spec)));
}

function noDirectory({ cwd, branch, confine }: ViewSpec): ViewError {
  const isHidden = confine?.fresh.some(({ path }) => cwd.startsWith(`${path}/`)) ?? false;
  return isHidden
    ? new ViewError(
      "no_directory",
      1,
      `${cwd} is hidden from what is confined`,
      "Start it elsewhere, or allow it: --allow DIR, --share-tmp",
    )
    : new ViewError("no_directory", 1, `${cwd} is not there in branch ${branch}`);
}

/** Times that a mount is tried where the kernel dropped what leads to it just then. */
const ATTEMPTS = 20;

/**
 * The kernel finds the branch, and mounts it only if it still knows all directories that lead there. While it was on its way
 * it may have dropped one: somebody of another branch, to whom it is nothing, asked for it.
 */
function bind(from: string, to: string): void {
  const [source, target] = [from, to].map((path) => cString(binaryString(path)));
  let result = mount(source!, target!, null, MS_BIND);
  for (let i = 1; i < ATTEMPTS && isFailure(result, "ENOENT"); i++) {
    if (!isDirectory(from) || !isDirectory(to)) break;
    result = mount(source!, target!, null, MS_BIND);
  }
  if (isFailure(result, "ENOENT") || isFailure(result, "ENOTDIR")) {
    throw new ViewError(
      "no_place",
      4,
      `Cannot show the branch at ${to}: there is no such directory`,
      `The branch is a directory, too: ${from}`,
    );
  }
  if (result < 0) {
    throw new ViewError("mount_failed", 4, `Cannot mount ${from} on ${to}: ${failureCode(result)}`);
  }
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

/**
 * The command line to become. A user namespace made the view: in a second one the program is who it was, without the rights
 * that the first one gave. A confined program is in a PID namespace: its first process, to which the kernel does not
 * deliver signals that would end it, is a shell that waits.
 */
function commandOf({ identity, confine, command }: ViewSpec): readonly string[] {
  const waited = confine === null ? command : ["/bin/sh", "-c", WAITING_SHELL, "sh", ...command];
  if (identity === null) return waited;
  const { uid, gid } = identity;
  return [
    systemProgram("unshare"),
    "--user",
    `--map-user=${uid}`,
    `--map-group=${gid}`,
    "--",
    ...waited,
  ];
}

const ENOENT = 2;
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/** Signals of the terminal come to it too, and are the program's. */
const WAITING_SHELL = 'trap : INT QUIT TERM; "$@"; exit $?';

function becomeFailed([program]: readonly string[], result: number): ViewError {
  return result === -ENOENT
    ? new ViewError("no_program", NOT_FOUND, `There is no program ${program}`)
    : new ViewError("bad_program", NOT_EXECUTABLE, `Cannot run ${program}: ${whyNot(result)}`);
}

function whyNot(result: number): string {
  return isFailure(result, "EACCES")
    ? "it is a directory, or may not be executed (chmod +x lets it)"
    : failureCode(result);
}
