/**
 * What the kernel's own programs tell: which processes begin, become what, and end.
 *
 * They are for chosen cgroups and those below them; whatever a watched process starts is watched too, wherever it goes.
 *
 * @module
 */

import { assemble } from "../../../bpf/assembler.ts";
import { Control, LICENSE, type Maps, SCRATCH_BYTES } from "../../../bpf/fragments.ts";
import type { KernelTypes } from "../../../bpf/kernel_layout.ts";
import { Descriptors, LoadError } from "../../../bpf/load.ts";
import { PROCESS_FIELDS, processPrograms } from "../../../bpf/process_programs.ts";
import { Ring } from "../../../bpf/ring.ts";
import {
  attachRawTracepoint,
  createArray,
  deleteElement,
  mapArray,
  MapType,
  ProgramType,
  updateElement,
} from "../../../ffi/linux/bpf.ts";
import type { Mapping } from "../../../ffi/linux/mapping.ts";
import type { TelemetryEvent } from "../event.ts";
import { type Source, SourceError } from "../source.ts";
import { decodeRecord } from "./decode_record.ts";
import { attachCalls } from "./attach_calls.ts";
import { attachNetwork } from "./attach_network.ts";
import { kernelOffsets, kernelTypes } from "./kernel_offsets.ts";

export interface EbpfOptions {
  /** Every process of the machine; else those of the cgroups that are named later. */
  readonly all?: boolean;
  /** What they do with files, too: it costs every system call of the machine. */
  readonly files?: boolean;
  /** Room for records that were not taken yet, bytes: pages, a power of two. */
  readonly ringBytes?: number;
}

const RING_BYTES = 4 * 1024 * 1024;
const MOST_CGROUPS = 4096;
const MOST_PROCESSES = 65_536;
/** Processes that ended last; threads of one that end together do so within milliseconds. */
const MOST_ENDED = 4096;
/** Records of one turn: the others who wait for the thread wait no longer than these take. */
const MOST_AT_ONCE = 4096;

export class EbpfSource implements Source {
  readonly name = "ebpf";
  readonly #descriptors: Descriptors;
  readonly #ring: Ring;
  readonly #control: Mapping;
  readonly #lost: BigUint64Array;
  /** Of the lost, those that were told of. */
  #told = 0n;
  #lastTime = 0;
  #isOpen = true;
  #network: Descriptors | null = null;
  /** Why it tells nothing of the network, for people; null if it does. */
  whyNoNetwork: string | null = null;

  private constructor(
    descriptors: Descriptors,
    readonly maps: Maps,
    ring: Ring,
    control: Mapping,
  ) {
    this.#descriptors = descriptors;
    this.#ring = ring;
    this.#control = control;
    this.#lost = new BigUint64Array(control.bytes.buffer, Control.LOST, 1);
  }

  /** Throws {@linkcode SourceError}. */
  static start(options: EbpfOptions = {}): EbpfSource {
    const types = kernelTypes();
    const offset = kernelOffsets(types, PROCESS_FIELDS);
    const descriptors = new Descriptors();
    try {
      const ringBytes = options.ringBytes ?? RING_BYTES;
      const maps = makeMaps(descriptors, ringBytes);
      const control = mapArray(maps.control, Control.BYTES);
      const ring = Ring.open(maps.ring, ringBytes);
      if (control === null || ring === null) throw new LoadError("a map cannot be mapped");
      control.bytes[Control.ALL] = options.all === true ? 1 : 0;
      for (const { tracepoint, lines } of processPrograms(maps, offset)) {
        const program = descriptors.program({
          name: tracepoint.replace("sched_process", "agentvfs"),
          type: ProgramType.RAW_TRACEPOINT,
          instructions: assemble(lines),
          license: LICENSE,
        });
        const link = attachRawTracepoint(program, tracepoint);
        descriptors.keep(`the tracepoint ${tracepoint}`, link);
      }
      if (options.files === true) attachCalls(descriptors, maps, types);
      const source = new EbpfSource(descriptors, maps, ring, control);
      source.#startNetwork(types);
      return source;
    } catch (error) {
      descriptors.close();
      if (error instanceof LoadError) throw new SourceError("ebpf", error.message);
      throw error;
    }
  }

  /** Where its programs may not be, processes are told of all the same. */
  #startNetwork(types: KernelTypes): void {
    const network = new Descriptors();
    try {
      attachNetwork(network, this.maps, types);
      this.#network = network;
    } catch (error) {
      network.close();
      if (!(error instanceof LoadError)) throw error;
      this.whyNoNetwork = error.message;
    }
  }

  get fd(): number {
    return this.maps.ring;
  }

  /** Watches the processes of a cgroup, by its id, and of those below it. False if there are too many. */
  watchCgroup(cgroup: number): boolean {
    return updateElement(this.maps.cgroups, key64(cgroup), key32(1)) >= 0;
  }

  /** What its processes have begun until now goes on being watched. */
  forgetCgroup(cgroup: number): void {
    deleteElement(this.maps.cgroups, key64(cgroup));
  }

  /** Watches a process and what it starts from now on. False if there are too many. */
  watchProcess(pid: number): boolean {
    return updateElement(this.maps.processes, key32(pid), key64(1)) >= 0;
  }

  take(tell: (event: TelemetryEvent) => void): void {
    if (!this.#isOpen) return;
    let count = 0;
    this.#ring.take(MOST_AT_ONCE, (record) => {
      const event = decodeRecord(record);
      if (event === null) return void count++;
      this.#lastTime = event.time;
      tell(event);
    });
    const lost = Atomics.load(this.#lost, 0);
    count += Number(lost - this.#told);
    this.#told = lost;
    if (count > 0) tell({ provider: "ebpf", action: "lost", time: this.#lastTime, count });
  }

  stop(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#ring.close();
    this.#control.unmap();
    this.#network?.close();
    this.#descriptors.close();
  }
}

function makeMaps(descriptors: Descriptors, ringBytes: number): Maps {
  return {
    ring: descriptors.map("agentvfs_ring", MapType.RINGBUF, 0, 0, ringBytes),
    scratch: descriptors.map("agentvfs_record", MapType.PERCPU_ARRAY, 4, SCRATCH_BYTES, 1),
    control: descriptors.keep(
      "bpf(2) makes no map",
      createArray("agentvfs_state", Control.BYTES, 1),
    ),
    cgroups: descriptors.map("agentvfs_groups", MapType.HASH, 8, 4, MOST_CGROUPS),
    processes: descriptors.map("agentvfs_procs", MapType.HASH, 4, 8, MOST_PROCESSES),
    ended: descriptors.map("agentvfs_ended", MapType.LRU_HASH, 8, 8, MOST_ENDED),
  };
}

function key32(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Uint32Array([value]).buffer);
}

function key64(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new BigUint64Array([BigInt(value)]).buffer);
}
