/**
 * A mounted project.
 *
 * @module
 */

import { ControlClient } from "../../src/control/client.ts";
import type { StatusReport } from "../../src/control/service/daemon.ts";
import { until } from "../support/process.ts";
import { agentvfs } from "../support/program.ts";

const IMPORT_DEADLINE_MS = 300_000;
const STOP_DEADLINE_MS = 60_000;

export interface ProjectOptions {
  /** Further arguments of quickstart. */
  readonly arguments?: readonly string[];
  readonly env?: Record<string, string>;
}

export class Project {
  #running = true;

  private constructor(
    readonly source: string,
    readonly state: string,
    readonly env: Record<string, string>,
    readonly mount: string,
    /** Milliseconds that quickstart took. */
    readonly startMs: number,
    readonly client: ControlClient,
  ) {}

  static async start(
    source: string,
    state: string,
    options: ProjectOptions,
  ): Promise<Project> {
    const begun = performance.now();
    const args = ["quickstart", "--json", source, ...(options.arguments ?? [])];
    const { env = {} } = options;
    const { code, stdout, stderr } = await agentvfs(state, args, { env });
    const startMs = performance.now() - begun;
    if (code !== 0) throw new Error(`quickstart ${source}: ${stdout}${stderr}`);
    const { mount, socket } = JSON.parse(stdout) as StatusReport;
    return new Project(source, state, env, mount, startMs, await ControlClient.connect(socket));
  }

  status(): Promise<StatusReport> {
    return this.client.status();
  }

  /** Resolves when the project is in the store. */
  async imported(): Promise<StatusReport> {
    return await until("the import ends", async () => {
      const status = await this.status();
      if (status.import.state === "failed") throw new Error(JSON.stringify(status.import));
      return status.import.state === "done" && status;
    }, IMPORT_DEADLINE_MS);
  }

  /** Requests answered while `body` ran, by name; those for the control of the mount itself left out. */
  async requests(body: () => Promise<unknown>): Promise<Record<string, number>> {
    const before = (await this.status()).counters;
    await body();
    const after = (await this.status()).counters;
    const counts: Record<string, number> = {};
    for (const [name, count] of Object.entries(after)) {
      const more = count - (before[name] ?? 0);
      if (more > 0) counts[name] = more;
    }
    return counts;
  }

  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    this.client.close();
    const options = { env: this.env, deadlineMs: STOP_DEADLINE_MS };
    const { code, stderr } = await agentvfs(this.state, ["stop", "--force", this.source], options);
    if (code !== 0) throw new Error(`stop ${this.source}: ${stderr}`);
  }
}
