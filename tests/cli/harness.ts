/**
 * Runs the command line in this process against a daemon without a file system.
 *
 * @module
 */

import { run } from "../../src/cli/run.ts";
import { setColour } from "../../src/cli/print/output.ts";
import { FakeService } from "../../src/control/testing/fake_service.ts";
import { ControlServer } from "../../src/control/server.ts";
import { assertPrinted, checkedService } from "../support/assert_fits.ts";
import { withState } from "../../src/daemon/keeper/testing/with_state.ts";
import {
  createWorkspace,
  type DaemonConfig,
  planDaemon,
} from "../../src/daemon/workspaces/workspace.ts";

export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  program?: string;
  terminal?: boolean;
}

/** Runs `agentvfs ARGS…`, catching what it writes. JSON is held to what the command declares. */
export async function cli(args: string[], options: CliOptions = {}): Promise<Result> {
  const out = capture(Deno.stdout, options.terminal ?? false);
  const err = capture(Deno.stderr, options.terminal ?? false);
  let code: number;
  const env = Object.entries({ NO_COLOR: "1", AGENTVFS_PAGER: "" });
  const before = env.map(([name]) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of env) Deno.env.set(name, value);
  setColour("auto");
  try {
    code = await run(args, options.program ?? "agentvfs");
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
    out.release();
    err.release();
  }
  const result = { code, stdout: out.text(), stderr: err.text() };
  if (args.includes("--json")) await assertPrinted(args, result);
  return result;
}

interface Stream {
  writeSync(bytes: Uint8Array): number;
  isTerminal(): boolean;
}

function capture(stream: Stream, terminal: boolean) {
  const { writeSync, isTerminal } = stream;
  const decoder = new TextDecoder();
  let text = "";
  stream.writeSync = (bytes) => {
    text += decoder.decode(bytes, { stream: true });
    return bytes.length;
  };
  stream.isTerminal = () => terminal;
  return {
    text: () => text,
    release: () => void Object.assign(stream, { writeSync, isTerminal }),
  };
}

export interface FakeDaemon {
  root: string;
  project: string;
  config: DaemonConfig;
  service: FakeService;
}

/** Runs `test` with one daemon for an empty project, in a state root of its own. */
export async function withDaemon(test: (daemon: FakeDaemon) => Promise<void>): Promise<void> {
  await withState(async ({ root, project }) => {
    const config = await planDaemon({ source: project, version: "1" });
    await createWorkspace(config);
    const { source, mount, socket } = config;
    const service = new FakeService({ source, mount, socket, onStop: () => void server.close() });
    const server = await ControlServer.listen(checkedService(service), socket);
    try {
      await test({ root, project, config, service });
    } finally {
      await server.close();
    }
  });
}
