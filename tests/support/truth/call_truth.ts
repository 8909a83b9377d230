/**
 * What a trace says was done, in the words of sources that see system calls: each call that changes files or opens one to write,
 * each program, process and connection. Paths are as the program named them, links in them not followed.
 *
 * @module
 */

import { resolve } from "node:path/posix";
import { type Call, fileOf, type StraceLog, textOf } from "./strace_log.ts";
import { WorkingDirectories } from "./working_directories.ts";

export interface CallDeed {
  /** Of forks, execs and exits the process. */
  readonly thread: number;
  readonly action: string;
  readonly path?: string;
  /** The other name, who began, how it ended, or the port. */
  readonly target?: string | number;
  /** The code of the failure; "" if it succeeded. */
  readonly error: string;
  /** The call, as strace names it; utimensat(2) about an open file is futimens. */
  readonly call: string;
}

/** Which argument is the path, and which the second one. A number below zero: there is none but an open file. */
type Row = readonly [action: string, path: number, target?: number];

const CALLS: Readonly<Record<string, Row>> = {
  open: ["open", 0],
  openat: ["open", 1],
  openat2: ["open", 1],
  creat: ["create", 0],
  mkdir: ["mkdir", 0],
  mkdirat: ["mkdir", 1],
  mknod: ["mknod", 0],
  mknodat: ["mknod", 1],
  unlink: ["unlink", 0],
  unlinkat: ["unlink", 1],
  rmdir: ["rmdir", 0],
  rename: ["rename", 0, 1],
  renameat: ["rename", 1, 3],
  renameat2: ["rename", 1, 3],
  link: ["link", 0, 1],
  linkat: ["link", 1, 3],
  symlink: ["symlink", 1, 0],
  symlinkat: ["symlink", 2, 0],
  truncate: ["truncate", 0],
  ftruncate: ["truncate", -1],
  fallocate: ["fallocate", -1],
  chmod: ["chmod", 0],
  fchmod: ["chmod", -1],
  fchmodat: ["chmod", 1],
  fchmodat2: ["chmod", 1],
  chown: ["chown", 0],
  lchown: ["chown", 0],
  fchown: ["chown", -1],
  fchownat: ["chown", 1],
  setxattr: ["setxattr", 0],
  lsetxattr: ["setxattr", 0],
  fsetxattr: ["setxattr", -1],
  removexattr: ["removexattr", 0],
  lremovexattr: ["removexattr", 0],
  fremovexattr: ["removexattr", -1],
  utime: ["utimes", 0],
  utimes: ["utimes", 0],
  futimesat: ["utimes", 1],
  utimensat: ["utimes", 1],
};

/** Calls that {@linkcode callTruth} wants to see. */
export const SOURCE_CALLS = [
  ...["%process", "?chdir", "?fchdir", "?connect", "?io_uring_setup"],
  ...Object.keys(CALLS).map((name) => `?${name}`),
].join(",");

const SIGNALS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGKILL: 9,
  SIGPIPE: 13,
  SIGTERM: 15,
};

/** `directory`: where the first program began. */
export function callTruth(log: StraceLog, directory: string): CallDeed[] {
  const directories = new WorkingDirectories(log, directory);
  const deeds: CallDeed[] = [];
  for (const call of log.calls) {
    directories.read(call);
    const deed = deedOf(call, directories);
    if (deed !== null) deeds.push(deed);
  }
  for (const { parent, child, isThread } of log.begun) {
    if (isThread) continue;
    const target = log.processOf(parent);
    deeds.push({ thread: child, action: "fork", target, error: "", call: "clone" });
  }
  for (const [thread, how] of log.ended) {
    if (log.processOf(thread) !== thread) continue;
    const [, code, signal] = /^exited with (\d+)|killed by (\w+)/.exec(how) ?? [];
    const target = code === undefined ? `signal ${SIGNALS[signal!] ?? signal}` : code;
    deeds.push({ thread, action: "exit", target, error: "", call: "exit" });
  }
  return deeds;
}

function deedOf(call: Call, directories: WorkingDirectories): CallDeed | null {
  const { thread, name, args, result, error } = call;
  // One that never returned.
  if (result < 0 && error === null) return null;
  const about = { thread, error: error ?? "", call: name };
  if (name === "io_uring_setup") return { ...about, action: "source-blind" };
  if (name === "connect") return connection(about, args[1] ?? "");
  if (name === "execve" || name === "execveat") {
    const path = directories.pathAt(call, name === "execve" ? 0 : 1);
    const process = directories.log.processOf(thread);
    return { ...about, thread: process, action: "exec", path: resolve(path!) };
  }
  const row = CALLS[name];
  if (row === undefined) return null;
  const [action, at, second] = row;
  if (action === "open" && !/O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/.test(args[at + 1]!)) return null;
  const path = at < 0 || textOf(args[at]) === null
    ? fileOf(args[Math.max(at - 1, 0)])?.path
    : directories.pathAt(call, at);
  if (path === undefined || path === null) return null;
  const isRmdir = name === "unlinkat" && args[2]!.includes("AT_REMOVEDIR");
  const target = second === undefined
    ? {}
    : action === "symlink"
    ? { target: textOf(args[second])! }
    : { target: resolve(directories.pathAt(call, second)!) };
  const isOpenFile = name === "utimensat" && textOf(args[at]) === null;
  return {
    ...about,
    ...(isOpenFile ? { call: "futimens" } : {}),
    action: isRmdir ? "rmdir" : action,
    path: resolve(path),
    ...target,
  };
}

type About = Pick<CallDeed, "thread" | "error" | "call">;

/** To an address, or to a socket that has a name. */
function connection(about: About, address: string): CallDeed | null {
  const port = /sin6?_port=htons\((\d+)\)/.exec(address)?.[1];
  const ip = /(?:inet_addr\(|inet_pton\(AF_INET6, )("[^"]*")/.exec(address)?.[1];
  const name = /sun_path=(@?)("[^"]*")/.exec(address);
  if (port !== undefined && ip !== undefined) {
    return { ...about, action: "connect", path: textOf(ip) ?? ip, target: port };
  }
  return name === null ? null : { ...about, action: "connect", path: name[1] + textOf(name[2])! };
}
