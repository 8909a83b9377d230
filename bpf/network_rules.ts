/**
 * Programs that let the sockets of a cgroup, and of those below it, speak only to places that are named: connections and
 * datagrams to others fail with EACCES, packets to others are dropped, and sockets that make their own packets are refused.
 *
 * The programs stay with the cgroup for as long as there is one, whatever becomes of who attached them. A process that leaves
 * the cgroup takes the sockets that it has along, and they stay bound; those that it makes afterwards are not.
 *
 * @module
 */

import { cString } from "../ffi/binary_string.ts";
import { attachToCgroup, MapType, ProgramType, updateElement } from "../ffi/linux/bpf.ts";
import { close, O_DIRECTORY, open } from "../ffi/linux/open.ts";
import {
  assemble,
  call,
  compute,
  exit,
  jump,
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
import { Helper, LICENSE } from "./fragments.ts";
import { Descriptors, LoadError } from "./load.ts";
import { Attach } from "./network_programs.ts";

/** A range of addresses that may be spoken to. */
export interface AllowedNetwork {
  /** 16 bytes; IPv4 addresses are ::ffff:a.b.c.d. */
  readonly address: readonly number[];
  /** How many bits of it count, of 128. */
  readonly bits: number;
  /** None: all. At most {@linkcode MOST_PORTS}. */
  readonly ports: readonly number[];
}

export const MOST_PORTS = 16;
const MOST_NETWORKS = 4096;
/** struct bpf_lpm_trie_key {u32 prefixlen; u8 data[16]}, and u16 ports in the order of the network, 0 after the last. */
const KEY_BYTES = 20;
const VALUE_BYTES = 2 * MOST_PORTS + 8;

/** Throws {@linkcode LoadError} if the rules cannot be held here; then none is. */
export function restrictNetwork(cgroup: string, allowed: readonly AllowedNetwork[]): void {
  const descriptors = new Descriptors();
  const directory = open(cString(cgroup), O_DIRECTORY);
  try {
    if (directory < 0) throw new LoadError(`${cgroup} cannot be opened`);
    const map = descriptors.map(
      "agentvfs_net",
      MapType.LPM_TRIE,
      KEY_BYTES,
      VALUE_BYTES,
      MOST_NETWORKS,
    );
    for (const network of allowed) {
      if (updateElement(map, keyOf(network), valueOf(network)) < 0) {
        throw new LoadError("the kernel takes no more addresses");
      }
    }
    // All are loaded before the first holds.
    const programs = programsOf(map).map(({ name, type, attach, lines }) => ({
      attach,
      program: descriptors.program({
        name,
        type,
        instructions: assemble(lines),
        license: LICENSE,
        attachType: attach,
      }),
    }));
    for (const { program, attach } of programs) {
      const result = attachToCgroup(program, directory, attach);
      if (result < 0) {
        throw new LoadError(`a program cannot be attached to ${cgroup}: errno ${-result}`);
      }
    }
  } finally {
    descriptors.close();
    if (directory >= 0) close(directory);
  }
}

function keyOf({ address, bits }: AllowedNetwork): Uint8Array<ArrayBuffer> {
  const key = new Uint8Array(KEY_BYTES);
  new DataView(key.buffer).setUint32(0, bits, true);
  key.set(address, 4);
  return key;
}

function valueOf({ ports }: AllowedNetwork): Uint8Array<ArrayBuffer> {
  const value = new DataView(new ArrayBuffer(VALUE_BYTES));
  ports.slice(0, MOST_PORTS).forEach((port, i) => value.setUint16(2 * i, port, false));
  return new Uint8Array(value.buffer);
}

interface RuleProgram {
  readonly name: string;
  readonly type: number;
  readonly attach: number;
  readonly lines: readonly Line[];
}

function programsOf(map: number): readonly RuleProgram[] {
  const { CGROUP_SOCK_ADDR, CGROUP_SOCK, CGROUP_SKB } = ProgramType;
  return [
    {
      name: "agentvfs_rule_c4",
      attach: Attach.CONNECT4,
      type: CGROUP_SOCK_ADDR,
      lines: addressRule(map, 4),
    },
    {
      name: "agentvfs_rule_c6",
      attach: Attach.CONNECT6,
      type: CGROUP_SOCK_ADDR,
      lines: addressRule(map, 6),
    },
    {
      name: "agentvfs_rule_s4",
      attach: Attach.SEND4,
      type: CGROUP_SOCK_ADDR,
      lines: addressRule(map, 4),
    },
    {
      name: "agentvfs_rule_s6",
      attach: Attach.SEND6,
      type: CGROUP_SOCK_ADDR,
      lines: addressRule(map, 6),
    },
    { name: "agentvfs_rule_so", attach: Attach.SOCK_CREATE, type: CGROUP_SOCK, lines: rawRule() },
    {
      name: "agentvfs_rule_pk",
      attach: Attach.SKB_EGRESS,
      type: CGROUP_SKB,
      lines: packetRule(map),
    },
  ];
}

const EACCES = 13;
const [LET, REFUSE] = [1, 0];
/** Slots of the stack. The key is prefixlen at {@linkcode KEY} and the address behind it. */
const KEY = -24;
const ADDRESS = KEY + 4;
/** What makes an IPv4 address one of IPv6: ten bytes of 0, two of 255. */
const MAPPED = -0x1_0000;

/** r0 = ports that may be spoken to at the address in the key, or 0. */
function findNetwork(map: number): Line[] {
  return [
    storeValue(4, 10, KEY, 128),
    ...loadMap(1, map),
    move(2, 10),
    compute("add", 2, KEY),
    call(Helper.LOOKUP),
  ];
}

/** Puts before an IPv4 address, at the key's end, what makes it one of IPv6. */
function mapAddress(): Line[] {
  return [
    storeValue(4, 10, ADDRESS, 0),
    storeValue(4, 10, ADDRESS + 4, 0),
    storeValue(4, 10, ADDRESS + 8, MAPPED),
  ];
}

function verdict(): Line[] {
  return [
    label("refuse"),
    set(1, -EACCES),
    call(Helper.SET_RETVAL),
    set(0, REFUSE),
    exit(),
    label("let"),
    set(0, LET),
    exit(),
  ];
}

/** struct bpf_sock_addr */
const SockAddress = { IP4: 4, IP6: 8, PORT: 24 } as const;

function addressRule(map: number, version: 4 | 6): Line[] {
  const words = version === 4
    ? [...mapAddress(), load(4, 1, 6, SockAddress.IP4), store(4, 10, ADDRESS + 12, 1)]
    : [0, 4, 8, 12].flatMap((at) => [
      load(4, 1, 6, SockAddress.IP6 + at),
      store(4, 10, ADDRESS + at, 1),
    ]);
  return [
    move(6, 1),
    ...words,
    ...findNetwork(map),
    jumpIf(0, "==", 0, "refuse"),
    load(2, 1, 0, 0),
    jumpIf(1, "==", 0, "let"),
    load(4, 2, 6, SockAddress.PORT),
    ...Array.from({ length: MOST_PORTS }, (_, i) => [
      load(2, 1, 0, 2 * i),
      jumpIf(1, "==", 0, "refuse"),
      jumpIf(1, "==", { register: 2 }, "let"),
    ]).flat(),
    ...verdict(),
  ];
}

/** struct bpf_sock */
const SOCK_TYPE = 8;
const SOCK_RAW = 3;

/** Sockets that make their own packets ask nobody whom they speak to. */
function rawRule(): Line[] {
  return [load(4, 1, 1, SOCK_TYPE), jumpIf(1, "!=", SOCK_RAW, "let"), ...verdict()];
}

/** Of a packet: the version in its first byte, and where the destination is. */
const Packet = { DESTINATION4: 16, DESTINATION6: 24 } as const;
const VERSION6 = 6;

/** What comes in from a place that is not named is not answered. Ports are the others' matter. */
function packetRule(map: number): Line[] {
  const read = (at: number, slot: number, length: number): Line[] => [
    move(1, 6),
    set(2, at),
    move(3, 10),
    compute("add", 3, slot),
    set(4, length),
    call(Helper.SKB_LOAD_BYTES),
    jumpIf(0, "!=", 0, "drop"),
  ];
  return [
    move(6, 1),
    storeValue(4, 10, KEY, 0),
    ...read(0, KEY, 1),
    load(1, 1, 10, KEY),
    compute("shr", 1, 4),
    jumpIf(1, "==", VERSION6, "six"),
    ...mapAddress(),
    ...read(Packet.DESTINATION4, ADDRESS + 12, 4),
    jump("look"),
    label("six"),
    ...read(Packet.DESTINATION6, ADDRESS, 16),
    label("look"),
    ...findNetwork(map),
    jumpIf(0, "==", 0, "drop"),
    set(0, LET),
    exit(),
    label("drop"),
    set(0, REFUSE),
    exit(),
  ];
}
