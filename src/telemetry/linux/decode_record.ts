/**
 * Records of the kernel's programs (`bpf/record.ts`) as events.
 *
 * @module
 */

import { Head, Kind, MOST_ARGUMENT_BYTES } from "../../../bpf/record.ts";
import type { TelemetryEvent, TelemetryProcess } from "../event.ts";
import { decodeNetwork } from "./decode_network.ts";
import { decodeCall } from "./decode_call.ts";
import { pathOf, recordString, recordText } from "./record_text.ts";

const NS_PER_MS = 1e6;
/** /proc says when a process was started in steps of these, and who it is goes by that. */
const TICK_MS = 10;
const NS_PER_TICK = BigInt(TICK_MS * NS_PER_MS);
/** Of what wait(2) tells: the signal, and the exit code above it. */
const SIGNAL_MASK = 0x7f;
const CODE_SHIFT = 8;

/** Null: it is no record of ours. */
export function decodeRecord(record: Uint8Array): TelemetryEvent | null {
  if (record.length < Head.BYTES) return null;
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  const happened = {
    provider: "ebpf",
    time: Number(view.getBigUint64(Head.TIME, true)) / NS_PER_MS,
    cgroup: Number(view.getBigUint64(Head.CGROUP, true)),
  } as const;
  const process = {
    tid: view.getUint32(Head.THREAD, true),
    pid: view.getUint32(Head.PROCESS, true),
    uid: view.getUint32(Head.USER, true),
    gid: view.getUint32(Head.GROUP, true),
    name: recordString(record, Head.NAME, Head.NAME + 16),
  };
  switch (view.getUint16(Head.KIND, true)) {
    case Kind.EXEC: {
      const exec = decodeExec(record, view);
      if (exec === null) return null;
      const { path, program, isCut } = exec;
      return {
        ...happened,
        action: "exec",
        error: 0,
        path,
        process: { ...process, ...lineage(view), ...program },
        ...(isCut ? { extra: { argsCut: true } } : {}),
      };
    }
    case Kind.FORK: {
      const pid = view.getUint32(Head.VALUE, true);
      const child = { ...process, ...lineage(view), tid: pid, pid };
      return { ...happened, action: "fork", error: 0, process: child };
    }
    case Kind.EXIT:
      return {
        ...happened,
        action: "exit",
        process: { ...process, ...lineage(view), ...ending(view.getUint32(Head.VALUE, true)) },
      };
    case Kind.CONNECT:
    case Kind.BIND:
    case Kind.SEND: {
      const network = decodeNetwork(record, view);
      return network === null ? null : { ...happened, ...network, process };
    }
    case Kind.CALL: {
      const call = decodeCall(record, view);
      return call === null ? null : { ...happened, ...call, process };
    }
    default:
      return null;
  }
}

function lineage(view: DataView) {
  return {
    parent: view.getUint32(Head.PARENT, true),
    start: Number(view.getBigUint64(Head.START, true) / NS_PER_TICK) * TICK_MS,
  } as const;
}

function ending(status: number): Pick<TelemetryProcess, "exitCode" | "signal"> {
  const signal = status & SIGNAL_MASK;
  return signal === 0 ? { exitCode: (status >>> CODE_SHIFT) & 0xff } : { signal };
}

interface Exec {
  /** As the caller named it: of a script the script, where the executable is what runs it. */
  readonly path: string;
  readonly program: Pick<TelemetryProcess, "executable" | "directory" | "args">;
  /** There were more arguments than the record has room for. */
  readonly isCut: boolean;
}

function decodeExec(record: Uint8Array, view: DataView): Exec | null {
  const [file, executable, directory] = [
    Head.FILE_END,
    Head.EXECUTABLE_END,
    Head.DIRECTORY_END,
  ].map((at) => view.getUint16(at, true)) as [number, number, number];
  const isInOrder = Head.BYTES <= file && file <= executable && executable <= directory &&
    directory <= record.length;
  if (!isInOrder) return null;
  const path = recordString(record, Head.BYTES, file);
  const program = record[Head.EXECUTABLE_WHOLE] === 1 ? pathOf(record, file, executable) : path;
  const place = record[Head.DIRECTORY_WHOLE] === 1 ? pathOf(record, executable, directory) : null;
  return {
    path,
    program: {
      executable: program,
      ...(place === null ? {} : { directory: place }),
      args: argumentsOf(record, directory),
    },
    isCut: view.getUint32(Head.ARGUMENTS, true) > MOST_ARGUMENT_BYTES,
  };
}

function argumentsOf(record: Uint8Array, from: number): string[] {
  if (from >= record.length) return [];
  const args = recordText(record, from, record.length);
  return (args.endsWith("\0") ? args.slice(0, -1) : args).split("\0");
}
