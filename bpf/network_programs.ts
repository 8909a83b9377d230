/**
 * Programs at the sockets of a cgroup and those below it: whom they connect to, where they listen, whom they send to without a
 * connection.
 *
 * They refuse nothing. They are at the root of the hierarchy, where the kernel comes last, and so hear what a rule of a cgroup
 * below has refused (`network_rules.ts`).
 *
 * @module
 */

import {
  call,
  callKernel,
  compute,
  jumpIf,
  label,
  type Line,
  load,
  loadMap,
  move,
  set,
  store,
  storeValue,
} from "./assembler.ts";
import { end, fillHead, Helper, ifWatched, type Maps, putRecord, Slot } from "./fragments.ts";
import { Head, Kind, NetworkHead } from "./record.ts";

/** enum bpf_attach_type. */
export const Attach = {
  SKB_EGRESS: 1,
  SOCK_CREATE: 2,
  BIND4: 8,
  BIND6: 9,
  CONNECT4: 10,
  CONNECT6: 11,
  SEND4: 14,
  SEND6: 15,
  UNIX_CONNECT: 49,
} as const;

/** struct bpf_sock_addr */
const Context = { IP4: 4, IP6: 8, PORT: 24, FAMILY: 28, PROTOCOL: 36 } as const;
const AF = { UNIX: 1, INET: 2, INET6: 10 } as const;

export interface CgroupProgram {
  readonly name: string;
  readonly attach: number;
  readonly lines: readonly Line[];
}

export interface NetworkMaps extends Maps {
  /** To whom a process has sent not long ago: key as in {@linkcode SENT}. */
  readonly sent: number;
}

/** What is remembered of who was sent to: u32 process, u32 port, 16 bytes address → u64 time. */
export const SENT = { KEY_BYTES: 24, VALUE_BYTES: 8, ENTRIES: 4096 } as const;
/** One event for what is sent to the same place within that time, ns. */
const SENT_AGAIN_NS = 1_000_000_000;

/** Bytes of the stack below the slots that hold the record; the key of what was sent is below it. */
const RECORD = -320;
const SENT_KEY = -352;

export function networkPrograms(maps: NetworkMaps): readonly CgroupProgram[] {
  const at = (name: string, attach: number, kind: number, family: number) => ({
    name: `agentvfs_${name}`,
    attach,
    lines: addressProgram(maps, kind, family),
  });
  return [
    at("connect4", Attach.CONNECT4, Kind.CONNECT, AF.INET),
    at("connect6", Attach.CONNECT6, Kind.CONNECT, AF.INET6),
    at("bind4", Attach.BIND4, Kind.BIND, AF.INET),
    at("bind6", Attach.BIND6, Kind.BIND, AF.INET6),
    at("send4", Attach.SEND4, Kind.SEND, AF.INET),
    at("send6", Attach.SEND6, Kind.SEND, AF.INET6),
  ];
}

/** Lets the call go on as it would without this program. */
const LET = 1;

function begin(maps: Maps, kind: number, family: number): Line[] {
  return [
    move(6, 1),
    ...ifWatched(maps),
    move(7, 10),
    compute("add", 7, RECORD),
    ...fillHead(kind),
    storeValue(8, 7, NetworkHead.ADDRESS, 0),
    storeValue(8, 7, NetworkHead.ADDRESS + 8, 0),
    storeValue(2, 7, NetworkHead.FAMILY, family),
    call(Helper.GET_RETVAL),
    jumpIf(0, "==", 0, "allowed"),
    storeValue(4, 7, NetworkHead.REFUSED, 1),
    label("allowed"),
    set(8, NetworkHead.BYTES),
  ];
}

function addressProgram(maps: NetworkMaps, kind: number, family: number): Line[] {
  const words = family === AF.INET ? 1 : 4;
  const from = family === AF.INET ? Context.IP4 : Context.IP6;
  return [
    ...begin(maps, kind, family),
    ...Array.from({ length: words }, (_, i) => [
      load(4, 1, 6, from + 4 * i),
      store(4, 7, NetworkHead.ADDRESS + 4 * i, 1),
    ]).flat(),
    load(4, 1, 6, Context.PORT),
    store(2, 7, NetworkHead.PORT, 1),
    load(4, 1, 6, Context.PROTOCOL),
    store(4, 7, NetworkHead.PROTOCOL, 1),
    ...(kind === Kind.SEND ? unlessSentBefore(maps) : []),
    ...putRecord(maps),
    ...end(LET),
  ];
}

/** Goes to `out` if this process has sent to this address a moment ago. */
function unlessSentBefore({ sent }: NetworkMaps): Line[] {
  const keyTo = (register: 2 | 3, at: number): Line[] => [
    move(register, 10),
    compute("add", register, at),
  ];
  return [
    load(4, 1, 7, Head.PROCESS),
    store(4, 10, SENT_KEY, 1),
    load(2, 1, 7, NetworkHead.PORT),
    store(4, 10, SENT_KEY + 4, 1),
    ...[0, 8].flatMap((at) => [
      load(8, 1, 7, NetworkHead.ADDRESS + at),
      store(8, 10, SENT_KEY + 8 + at, 1),
    ]),
    load(8, 9, 7, Head.TIME),
    ...loadMap(1, sent),
    ...keyTo(2, SENT_KEY),
    call(Helper.LOOKUP),
    jumpIf(0, "==", 0, "first"),
    load(8, 1, 0, 0),
    move(2, 9),
    compute("sub", 2, { register: 1 }),
    jumpIf(2, "<", SENT_AGAIN_NS, "out"),
    label("first"),
    store(8, 10, Slot.NEXT, 9),
    ...loadMap(1, sent),
    ...keyTo(2, SENT_KEY),
    ...keyTo(3, Slot.NEXT),
    set(4, 0),
    call(Helper.UPDATE),
  ];
}

/** Fields of the kernel's structures that {@linkcode unixProgram} needs. */
export const UNIX_FIELDS = ["bpf_sock_addr_kern.uaddr", "bpf_sock_addr_kern.uaddrlen"] as const;
/** The function of the kernel that it calls. */
export const UNIX_FUNCTION = "bpf_cast_to_kern_ctx";

/** struct sockaddr_un: the name comes after the family and has at most so many bytes. */
const UNIX_NAME = { AT: 2, MOST: 108 } as const;

/** Connections to sockets of the machine itself. `cast` is the number of {@linkcode UNIX_FUNCTION}. Since Linux 6.7. */
export function unixProgram(
  maps: Maps,
  cast: number,
  offset: (field: typeof UNIX_FIELDS[number]) => number,
): CgroupProgram {
  const lines: Line[] = [
    ...begin(maps, Kind.CONNECT, AF.UNIX),
    move(1, 6),
    callKernel(cast),
    load(8, 3, 0, offset("bpf_sock_addr_kern.uaddr")),
    load(4, 9, 0, offset("bpf_sock_addr_kern.uaddrlen")),
    jumpIf(9, "<=", UNIX_NAME.AT, "named"),
    compute("sub", 9, UNIX_NAME.AT),
    jumpIf(9, "<=", UNIX_NAME.MOST, "measured"),
    set(9, UNIX_NAME.MOST),
    label("measured"),
    move(1, 7),
    compute("add", 1, NetworkHead.BYTES),
    move(2, 9),
    compute("add", 3, UNIX_NAME.AT),
    call(Helper.READ_KERNEL),
    compute("add", 8, { register: 9 }),
    label("named"),
    ...putRecord(maps),
    ...end(LET),
  ];
  return { name: "agentvfs_unix", attach: Attach.UNIX_CONNECT, lines };
}
