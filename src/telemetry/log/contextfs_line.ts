/**
 * Events in the lines that ContextFS writes, byte for byte, for programs that read those.
 *
 * Its numbers are u64, which a double does not hold: they are bigints here, and stay digits in the line. Attributes that are
 * changed have no operation of their own there: they are `write`, and `extra` says which action it was.
 *
 * @module
 */

import type { Action } from "../event.ts";
import type { LoggedEvent } from "../logged_event.ts";

/** A line's keys, in its order. */
export interface ContextfsEvent {
  /** CLOCK_MONOTONIC, ns. */
  readonly ts: bigint;
  readonly session_id: bigint;
  readonly branch_id: bigint;
  readonly policy_version: number;
  readonly op: Operation;
  readonly verdict: "allow" | "soft_watch" | "deny";
  readonly dev: bigint;
  readonly ino: bigint;
  readonly i_generation: number;
  readonly path: string;
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  readonly bytes: bigint;
  readonly latency_ns: bigint;
  readonly backend: string;
  /** The line has none where it is empty. */
  readonly extra: Readonly<Record<string, string>>;
}

export type Operation =
  | "read"
  | "write"
  | "open"
  | "close"
  | "unlink"
  | "rename"
  | "truncate"
  | "stat"
  | "exec"
  | "create";

const OPERATIONS: { readonly [A in Action]?: Operation } = {
  read: "read",
  write: "write",
  fallocate: "write",
  chmod: "write",
  chown: "write",
  utimes: "write",
  setxattr: "write",
  removexattr: "write",
  open: "open",
  close: "close",
  unlink: "unlink",
  rmdir: "unlink",
  rename: "rename",
  truncate: "truncate",
  stat: "stat",
  exec: "exec",
  "exec-open": "exec",
  create: "create",
  mkdir: "create",
  mknod: "create",
  symlink: "create",
  link: "create",
};

const VERDICTS = { allow: "allow", watch: "soft_watch", deny: "deny" } as const;

/** The line, without the newline. */
export function contextfsLine(event: ContextfsEvent): string {
  const text = JSON.stringify;
  const { ts, session_id, branch_id, policy_version, op, verdict, dev, ino, i_generation } = event;
  const { path, pid, uid, gid, bytes, latency_ns, backend, extra } = event;
  const extras = Object.keys(extra).length === 0 ? "" : `,"extra":${text(extra)}`;
  return `{"ts":${ts},"session_id":${session_id},"branch_id":${branch_id},` +
    `"policy_version":${policy_version},"op":"${op}","verdict":"${verdict}","dev":${dev},` +
    `"ino":${ino},"i_generation":${i_generation},"path":${text(path)},"pid":${pid},` +
    `"uid":${uid},"gid":${gid},"bytes":${bytes},"latency_ns":${latency_ns},` +
    `"backend":${text(backend)}${extras}}`;
}

/** Null for what ContextFS has no operation for. `device`: st_dev of the mount; 0 where it is not mounted. */
export function contextfsEvent(logged: LoggedEvent, device: number): ContextfsEvent | null {
  const { event, file, process, user, group, agentvfs, error } = logged;
  const op = OPERATIONS[event.action];
  if (op === undefined) return null;
  const extra = {
    ...(op === event.action ? {} : { action: event.action }),
    ...(file?.target_path === undefined ? {} : { target: file.target_path }),
    ...(agentvfs.branch === undefined ? {} : { branch: agentvfs.branch }),
    ...(process?.name === undefined ? {} : { comm: process.name }),
    ...(error === undefined ? {} : { error: error.code }),
    ...(logged.rule === undefined ? {} : { rule: logged.rule.name }),
  };
  return {
    ts: BigInt(agentvfs.monotonic) * 1000n,
    session_id: BigInt(agentvfs.session_number ?? 0),
    branch_id: BigInt(agentvfs.view ?? 0),
    policy_version: agentvfs.policy ?? 0,
    op,
    verdict: VERDICTS[agentvfs.verdict ?? "allow"],
    dev: event.provider === "mount" ? BigInt(device) : 0n,
    ino: BigInt(file?.inode ?? 0),
    i_generation: 0,
    path: file?.path ?? "",
    pid: process?.pid ?? process?.thread?.id ?? 0,
    uid: Number(user?.id ?? 0),
    gid: Number(group?.id ?? 0),
    bytes: BigInt(agentvfs.bytes ?? file?.size ?? 0),
    latency_ns: BigInt(event.duration ?? 0),
    backend: event.provider,
    extra,
  };
}
