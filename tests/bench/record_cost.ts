/**
 * What it costs the thread that answers to tell of a request, by itself: no kernel, no other thread, no program.
 *
 * @module
 */

import { Opcode } from "../../ffi/fuse_kernel.ts";
import { IN_HEADER } from "../../ffi/fuse_kernel.ts";
import { createRing, RingReader, RingWriter } from "../../src/telemetry/ring.ts";
import { BODY, Request } from "../../src/mount/fuse/request.ts";
import type { Context } from "../../src/mount/fuse/context.ts";
import type { Level } from "../../src/telemetry/level.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import { Recorder } from "../../src/mount/recording/recorder.ts";
import { RequestRecorder } from "../../src/mount/recording/request_recorder.ts";

/** Requests of a round: fewer than the ring holds. */
const EVENTS = 8_000;
const ROUNDS = 60;
const FILES = 64;
const DEPTH = 4;

interface Node {
  readonly nodeId: number;
  readonly ino: number;
  readonly parent: Node | null;
  readonly name: string;
  readonly directory: { readonly entries: Map<string, { inode: Node }> } | null;
}

function node(nodeId: number, parent: Node | null, name: string, isDirectory: boolean): Node {
  const directory = isDirectory ? { entries: new Map() } : null;
  const made = { nodeId, ino: 1_000_000 + nodeId, parent, name, directory };
  parent?.directory?.entries.set(name, { inode: made });
  return made;
}

/** A directory some names deep, with files in it. */
function tree(): { nodes: Map<number, Node>; directory: Node; files: readonly Node[] } {
  let directory = node(1, null, "", true);
  for (let i = 0; i < DEPTH; i++) directory = node(2 + i, directory, `directory${i}`, true);
  const files = Array.from(
    { length: FILES },
    (_, i) => node(100 + i, directory, `file${i}.ts`, false),
  );
  return {
    nodes: new Map([directory, ...files].map((node) => [node.nodeId, node])),
    directory,
    files,
  };
}

/** A request as the kernel has it: about a node, and a name in it. */
function lay(request: Request, opcode: number, nodeId: number, at: number, name: string): void {
  const { view, bytes } = request;
  view.setUint32(IN_HEADER.OPCODE, opcode, true);
  view.setUint32(IN_HEADER.NODEID, nodeId, true);
  view.setUint32(IN_HEADER.NODEID + 4, 0, true);
  view.setUint32(IN_HEADER.PID, 4321, true);
  for (let i = 0; i < name.length; i++) bytes[BODY + at + i] = name.charCodeAt(i);
  bytes[BODY + at + name.length] = 0;
  request.begin(BODY + at + name.length + 1);
}

/** Microseconds of a request that is recorded at this level, in each round: files made, written and removed in turn. */
export function recordCosts(level: Level): number[] {
  const ring = createRing();
  const reader = new RingReader(ring);
  const recorder = new RequestRecorder(new Recorder(new RingWriter(ring), level, null));
  const { nodes, directory, files } = tree();
  const request = new Request();
  const context = {
    request,
    tree: { node: (id: number) => nodes.get(id) as unknown as Inode },
    view: { number: 0, inodeSpace: 0, branch: "main" },
    reply: { view: new DataView(new ArrayBuffer(64)) },
    shared: null,
  } as unknown as Context;
  const values: number[] = [];
  for (let round = -10; round < ROUNDS; round++) {
    const begun = performance.now();
    for (let i = 0; i < EVENTS; i++) {
      const file = files[i % FILES]!;
      if (i % 3 === 0) lay(request, Opcode.CREATE, directory.nodeId, 16, file.name);
      else if (i % 3 === 1) lay(request, Opcode.WRITE, file.nodeId, 0, "");
      else lay(request, Opcode.UNLINK, directory.nodeId, 0, file.name);
      const { opcode } = request;
      if (!recorder.wants(opcode)) continue;
      recorder.begin(context, opcode);
      recorder.end(context, opcode, 0);
    }
    const ms = performance.now() - begun;
    let read = 0;
    reader.look(() => void read++);
    reader.take(() => true);
    if (level !== "off" && read < EVENTS) throw new Error(`${read} records of ${EVENTS} events`);
    if (round >= 0) values.push(ms * 1000 / EVENTS);
  }
  return values;
}

if (import.meta.main) {
  for (const level of ["off", "changes"] as const) {
    const values = recordCosts(level).sort((a, b) => a - b);
    console.log(`${level}: ${values[ROUNDS / 2]!.toFixed(3)} us an event`);
  }
}
