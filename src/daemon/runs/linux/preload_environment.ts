import { join } from "node:path";
import {
  PRELOAD_LIBRARY,
  PRELOAD_RING,
  PRELOAD_RULES,
} from "../../../telemetry/linux/ldpreload_source.ts";
import { preloadablePath } from "./preloadable_path.ts";
import { preloadPlace } from "../../telemetry/source_places.ts";

/**
 * What a program needs to tell the source `ldpreload` what it does; nothing where the workspace does not have that source.
 *
 * @param isHeard its system calls are heard of, too: it tells what those do not
 */
export async function preloadEnvironment(
  store: string,
  isHeard: boolean,
): Promise<Record<string, string>> {
  const directory = preloadPlace(store);
  const [file, ring, rules] = [PRELOAD_LIBRARY, PRELOAD_RING, PRELOAD_RULES]
    .map((name) => join(directory, name));
  try {
    Deno.statSync(ring!);
    Deno.statSync(file!);
  } catch {
    return {};
  }
  const library = await preloadablePath(file!);
  const others = Deno.env.get("LD_PRELOAD");
  return {
    LD_PRELOAD: others ? `${library}:${others}` : library,
    AGENTVFS_PRELOAD_RING: ring!,
    AGENTVFS_PRELOAD_RULES: rules!,
    ...(isHeard ? { AGENTVFS_PRELOAD_HEARD: "1" } : {}),
  };
}
