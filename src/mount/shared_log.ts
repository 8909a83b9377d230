/**
 * What shared ids stand for, kept outside the process: the kernel goes on using them when a server dies.
 *
 * A line of JSON for each directory that a view has under a shared id, appended before the kernel is told. It is in the
 * page cache then, so it survives the server; it means nothing once the file system is unmounted.
 *
 * @module
 */

export interface SharedRecord {
  readonly view: number;
  readonly id: number;
  /** As the view numbers its nodes; 0 if the view has nothing under that id any more. */
  readonly node: number;
  /** Shared id of the directory that it is in, and its name there; 0 and "" if it is not to be found again by them. */
  readonly parent: number;
  readonly name: string;
}

/** The file is written anew when it has so many lines, and more than some times those it needs. */
const MANY_LINES = 20_000;
const TIMES = 4;

export class SharedLog {
  #file: Deno.FsFile | null = null;
  #lines = 0;
  readonly #encoder = new TextEncoder();

  constructor(readonly path: string) {}

  /** What the file says, the last word on each directory. A line that is not whole ends it. */
  static load(path: string): SharedRecord[] {
    const records = new Map<string, SharedRecord>();
    let text: string;
    try {
      text = Deno.readTextFileSync(path);
    } catch {
      return [];
    }
    for (const line of text.split("\n")) {
      let record: SharedRecord;
      try {
        record = JSON.parse(line);
      } catch {
        break;
      }
      const key = `${record.view} ${record.id}`;
      records.delete(key);
      if (record.node !== 0) records.set(key, record);
    }
    return [...records.values()];
  }

  append(record: SharedRecord): void {
    this.#file ??= this.#begin(this.path);
    this.#write(this.#file, record);
  }

  /** True if most of its lines say what is not true any more. `live`: how many are needed. */
  isLong(live: number): boolean {
    return this.#lines > MANY_LINES && this.#lines > TIMES * live;
  }

  /** Replaces the file by one that says this and nothing else. */
  rewrite(records: Iterable<SharedRecord>): void {
    const draft = `${this.path}.new`;
    const file = this.#begin(draft);
    this.#lines = 0;
    for (const record of records) this.#write(file, record);
    Deno.renameSync(draft, this.path);
    this.#file?.close();
    this.#file = file;
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
  }

  #begin(path: string): Deno.FsFile {
    return Deno.openSync(path, { write: true, create: true, truncate: true, mode: 0o600 });
  }

  /** What cannot be written is lost: should this server die, the next one answers ESTALE. */
  #write(file: Deno.FsFile, record: SharedRecord): void {
    const bytes = this.#encoder.encode(JSON.stringify(record) + "\n");
    try {
      for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    } catch (error) {
      console.error(`Cannot write to ${this.path}: ${(error as Error).message}`);
    }
    this.#lines++;
  }
}
