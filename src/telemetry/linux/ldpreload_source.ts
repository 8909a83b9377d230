/**
 * What programs ask their C library for, as the library in LD_PRELOAD tells it: the source for machines where nothing else works.
 *
 * Its directory holds the library, and the ring that programs have mapped. Both stay when the source ends, because programs go on
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
import { type Source, type SourceDescription, SourceError } from "../source.ts";
import { RING_SIZE } from "./preload_layout.ts";
import { PreloadRing } from "./preload_ring.ts";

export const LDPRELOAD: SourceDescription = {
  name: "ldpreload",
  needs: "nothing; programs that are linked dynamically, with glibc 2.34 or musl",
  sees:
    "what programs of agentvfs run ask their C library for: opens, changes of names, exec, connections, " +
    "elsewhere too",
  misses:
    "static programs and those in Go, system calls made directly, setuid programs, `env -i`; " +
    "whoever wants to get around it can",
  costs: "2 to 3 us for each call that it tells of",
  denies: null,
};

export const PRELOAD_LIBRARY = "preload.so";
export const PRELOAD_RING = "ring";

export interface LdPreloadOptions {
  /** Of its own; made if it is not there. */
  readonly directory: string;
  /** True for what another source tells, too. */
  readonly isTold: (event: TelemetryEvent) => boolean;
}

export class LdPreloadSource implements Source {
  readonly name = "ldpreload";
  readonly fd = null;
  readonly pollMs = 20;
  #ring: PreloadRing | null;

  private constructor(readonly options: LdPreloadOptions, readonly mapping: Mapping) {
    this.#ring = new PreloadRing(mapping.bytes);
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
    return new LdPreloadSource(options, openRing(join(directory, PRELOAD_RING)));
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

/** The ring that programs have already, or a new one. */
function openRing(path: string): Mapping {
  const name = cString(binaryString(path));
  let fd = open(name, O_RDWR | O_NOFOLLOW);
  let isNew = false;
  if (fd < 0) {
    fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    isNew = true;
  }
  if (fd < 0) throw new SourceError("ldpreload", `${path} cannot be made: ${failureCode(fd)}`);
  ftruncate(fd, RING_SIZE);
  const mapping = mapFile(fd, 0, RING_SIZE);
  close(fd);
  if (mapping === null) throw new SourceError("ldpreload", `${path} cannot be mapped`);
  if (isNew) PreloadRing.lay(mapping.bytes);
  return mapping;
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
