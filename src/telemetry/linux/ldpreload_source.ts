/**
 * What programs ask their C library for, as the library in LD_PRELOAD tells it: the source for machines where nothing else works.
 *
 * Its directory holds the library, the ring that programs have mapped, and the rules that they hold to. All stay when the source ends, because programs go on
 * and the next server reads on; where the source is not wanted any more they go.
 *
 * @module
 */

import { join } from "node:path";
import { binaryString, cString } from "../../../ffi/binary_string.ts";
import { ftruncate } from "../../../ffi/linux/file.ts";
import { mapFile, type Mapping } from "../../../ffi/linux/mapping.ts";
import { close, O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR, open } from "../../../ffi/linux/open.ts";
import { monotonicTime } from "../../host/clock.ts";
import { failureCode } from "../../host/failure.ts";
import type { TelemetryEvent } from "../event.ts";
import { type Source, SourceError } from "../source.ts";
import { RING_SIZE, RULES } from "./preload_layout.ts";
import type { PreloadRules } from "../preload_rules.ts";
import { PreloadRing } from "./preload_ring.ts";

export const PRELOAD_LIBRARY = "preload.so";
export const PRELOAD_RING = "ring";
export const PRELOAD_RULES = "rules";

/** Of rules: whose names are remembered. */
const MOST_VERSIONS = 8;

export interface LdPreloadOptions {
  /** Of its own; made if it is not there. */
  readonly directory: string;
  /** Those about paths outside the mount. */
  readonly rules: PreloadRules;
  /** True for what another source tells, too. */
  readonly isTold: (event: TelemetryEvent) => boolean;
}

export class LdPreloadSource implements Source {
  readonly name = "ldpreload";
  readonly fd = null;
  readonly pollMs = 20;
  #ring: PreloadRing | null;
  /** Names of the rules, by the low bits of their version: programs may tell of those before. */
  readonly #names = new Map<number, readonly string[]>();

  private constructor(
    readonly options: LdPreloadOptions,
    readonly mapping: Mapping,
    readonly table: Mapping,
  ) {
    const ruleOf = (version: number, number: number) => this.#names.get(version)?.[number];
    this.#ring = new PreloadRing(mapping.bytes, ruleOf);
    this.setRules(options.rules);
  }

  /** From now on programs hold to these; those that run already, too. */
  setRules({ table, names }: PreloadRules): void {
    if (this.#ring === null) return;
    const { bytes } = this.table;
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, 1);
    const before = Atomics.load(words, RULES.VERSION);
    if (before === 0 && names.length === 0) return;
    const version = before + 1 >>> 0 || 1;
    bytes.set(table, RULES.TABLES + (version & 1) * RULES.TABLE);
    this.#names.set(version & 0x7fff, names);
    this.#names.delete(version - MOST_VERSIONS & 0x7fff);
    Atomics.store(words, RULES.VERSION, version);
  }

  /** Throws {@linkcode SourceError}. */
  static start(options: LdPreloadOptions): LdPreloadSource {
    const library = libraryBytes();
    const { directory } = options;
    try {
      Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
      writeLibrary(join(directory, PRELOAD_LIBRARY), library);
    } catch (error) {
      throw new SourceError("ldpreload", `Its library cannot be written: ${words(error)}`);
    }
    const ring = openShared(join(directory, PRELOAD_RING), RING_SIZE, PreloadRing.lay);
    return new LdPreloadSource(
      options,
      ring,
      openShared(join(directory, PRELOAD_RULES), RULES.SIZE, () => {}),
    );
  }

  take(tell: (event: TelemetryEvent) => void): void {
    this.#ring?.take(monotonicTime(), (event) => {
      if (!this.options.isTold(event)) tell(event);
    });
  }

  stop(): void {
    if (this.#ring === null) return;
    this.#ring = null;
    this.mapping.unmap();
    this.table.unmap();
  }
}

/** In the executable it lies beside the code; a checkout has it where scripts/build_preload was told to put it. */
function libraryBytes(): Uint8Array {
  const name = `preload-${Deno.build.arch}.so`;
  const { dirname } = import.meta;
  const path = Deno.build.standalone ? `${dirname}/${name}` : `${dirname}/../../../dist/${name}`;
  try {
    return Deno.readFileSync(path);
  } catch {
    throw new SourceError(
      "ldpreload",
      Deno.build.standalone
        ? "This executable was made where there was no C compiler: it has no library for LD_PRELOAD"
        : "There is no library for LD_PRELOAD: scripts/build_preload dist makes it",
    );
  }
}

/** Programs that have the one from before keep it. */
function writeLibrary(path: string, bytes: Uint8Array): void {
  const draft = `${path}.new`;
  Deno.writeFileSync(draft, bytes, { mode: 0o500 });
  Deno.renameSync(draft, path);
}

/** The file that programs have mapped already, or a new one, of which `lay` makes what it is to be. */
function openShared(
  path: string,
  size: number,
  lay: (bytes: Uint8Array<ArrayBuffer>) => void,
): Mapping {
  const name = cString(binaryString(path));
  let fd = open(name, O_RDWR | O_NOFOLLOW);
  let isNew = false;
  if (fd < 0) {
    fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    isNew = true;
  }
  if (fd < 0) throw new SourceError("ldpreload", `${path} cannot be made: ${failureCode(fd)}`);
  ftruncate(fd, size);
  const mapping = mapFile(fd, 0, size);
  close(fd);
  if (mapping === null) throw new SourceError("ldpreload", `${path} cannot be mapped`);
  if (isNew) lay(mapping.bytes);
  return mapping;
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
