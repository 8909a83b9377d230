/**
 * What findings look at: files of the system and the environment. A test makes the situation in a directory.
 *
 * @module
 */

import { join } from "node:path";

export class Machine {
  constructor(
    /** What stands before each path; empty for this machine. */
    readonly root = "",
    readonly environment: Readonly<Record<string, string>> = Deno.env.toObject(),
    readonly uid: number = Deno.uid() ?? 0,
  ) {}

  /** Where the path is looked for. */
  place(path: string): string {
    return this.root + path;
  }

  /** The home directory, where there is one. */
  get home(): string | null {
    return this.environment.HOME || null;
  }

  /** Text of a file; null if there is none that can be read. */
  async text(path: string): Promise<string | null> {
    return await Deno.readTextFile(this.place(path)).catch(() => null);
  }

  /** Whether somebody knows what the user is called. */
  async hasName(): Promise<boolean> {
    const users = await this.text("/etc/passwd") ?? "";
    if (users.split("\n").some((line) => line.split(":")[2] === String(this.uid))) return true;
    if (this.root !== "") return false;
    // Directories of users that are on the network, too.
    const asked = new Deno.Command("getent", { args: ["passwd", String(this.uid)] }).output();
    return await asked.then(({ success }) => success, () => false);
  }

  async stat(path: string): Promise<Deno.FileInfo | null> {
    return await Deno.stat(this.place(path)).catch(() => null);
  }

  async exists(path: string): Promise<boolean> {
    return await this.stat(path) !== null;
  }

  /** Names in a directory; none where there is no such directory. */
  async names(path: string): Promise<string[]> {
    try {
      return (await Array.fromAsync(Deno.readDir(this.place(path)), ({ name }) => name)).toSorted();
    } catch {
      return [];
    }
  }

  /** Where on PATH programs of that name are, as a shell finds them. */
  async programs(name: string): Promise<string[]> {
    const found: string[] = [];
    for (const folder of (this.environment.PATH ?? "").split(":")) {
      if (!folder.startsWith("/")) continue;
      const path = join(folder, name);
      const info = await this.stat(path);
      if (info?.isFile && (info.mode ?? 0) & 0o111 && !found.includes(path)) found.push(path);
    }
    return found;
  }

  /** A command, as somebody types it who may not do everything. */
  asRoot(command: string): string {
    return this.uid === 0 ? command : `sudo ${command}`;
  }
}
