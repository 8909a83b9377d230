/**
 * Where a benchmark runs: a folder, a measuring process, and a guard that takes both away at the end.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { MeasuringWorker } from "./measures/worker_client.ts";
import { Project, type ProjectOptions } from "./project.ts";

/** Set for every process of the benchmark, so that the guard finds them. */
const MARK = "AGENTVFS_BENCH";

export class Bed {
  readonly worker: MeasuringWorker;
  readonly #guard: Deno.ChildProcess;
  readonly #open = new Set<Project>();
  readonly #workers: MeasuringWorker[] = [];
  readonly #atEnd: (() => Promise<void>)[] = [];

  private constructor(readonly folder: string) {
    this.#guard = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--no-check", guardPath, folder],
      stdin: "piped",
    }).spawn();
    this.worker = this.measuringWorker();
  }

  /** Another measuring process, run by the program that `within` begins the command line of. */
  measuringWorker(within: readonly string[] = [], cwd?: string): MeasuringWorker {
    // What it runs is to find the daemons of the benchmark, and to start none elsewhere.
    const env = { ...this.env, AGENTVFS_STATE_DIR: this.state, AGENTVFS_SOCK: "" };
    const worker = new MeasuringWorker(env, within, cwd);
    this.#workers.push(worker);
    return worker;
  }

  /** Runs `job` at the end, when nothing is mounted any more. */
  atEnd(job: () => Promise<void>): void {
    this.#atEnd.push(job);
  }

  /** Makes the folder in `directory`; all of it is on one file system. */
  static make(directory: string | undefined): Bed {
    return new Bed(
      Deno.makeTempDirSync({
        prefix: "agentvfs-bench-",
        ...(directory === undefined ? {} : { dir: directory }),
      }),
    );
  }

  get env(): Record<string, string> {
    return { [MARK]: this.folder };
  }

  /** Makes a new directory. */
  directory(name: string): string {
    const path = `${this.folder}/${name}`;
    Deno.mkdirSync(path);
    return path;
  }

  /**
   * Makes a new directory to compare a mount of `name` with: as deep and as long a path as the mount's, because the
   * kernel looks at each component.
   */
  plainDirectory(name: string): string {
    const path = `${this.folder}/plain/workspaces/${name}-0123456789ab/mount`;
    Deno.mkdirSync(path, { recursive: true });
    return path;
  }

  /** Directory of the daemons' state. */
  get state(): string {
    return `${this.folder}/state`;
  }

  /** Mounts a project. It is stopped at the end, if not before. */
  async mount(source: string, options: ProjectOptions = {}): Promise<Project> {
    const env = { ...this.env, ...options.env };
    const project = await Project.start(source, this.state, { ...options, env });
    this.#open.add(project);
    return project;
  }

  async end(): Promise<void> {
    for (const worker of this.#workers) await worker.end();
    for (const project of this.#open) {
      await project.stop().catch((error) => console.error(String(error)));
    }
    for (const job of this.#atEnd) await job().catch((error) => console.error(String(error)));
    await this.#guard.stdin.close();
    await this.#guard.status;
  }
}

const guardPath = fileURLToPath(new URL("guard.ts", import.meta.url));
