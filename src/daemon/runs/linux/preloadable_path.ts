import { basename, dirname, join } from "node:path";
import { runtimePlaces } from "../../../host/state_places.ts";
import { ownDirectory } from "../../workspaces/workspace.ts";

/**
 * A path of `file` that `LD_PRELOAD` can name. Spaces and colons part its names and `$` begins one of its own, and there is no
 * way to write these otherwise: ld.so(8) of glibc, and musl, which knows no `$`. So where the file's own has one of them, a link
 * among what does not last leads to its directory. Throws WorkspaceError where that cannot be.
 */
export async function preloadablePath(file: string): Promise<string> {
  if (isPreloadable(file)) return file;
  const directory = dirname(file);
  // The last one has nothing of the user's in it.
  const place = runtimePlaces("agentvfs").findLast(isPreloadable)!;
  await ownDirectory(place);
  const link = join(place, `preload-${await nameOf(directory)}`);
  await Deno.symlink(directory, link).catch((error) => {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  });
  return join(link, basename(file));
}

function isPreloadable(path: string): boolean {
  return !/[\s:$]/.test(path);
}

/** The same for one directory at all times, and another one for each. */
async function nameOf(directory: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(directory));
  return new Uint8Array(hash).toHex().slice(0, 32);
}
