import type { Reenacted } from "../tree/changed_names.ts";
import type { Invalidation } from "../tree/nodes/invalidation.ts";
import type { ToldName } from "./told_name.ts";

/** Plain data of an {@linkcode Invalidation}, as it is posted between threads. */
export type InvalidationData =
  & Pick<Invalidation, "parents" | "names" | "removed" | "data" | "attributes">
  & {
    /** What is to be carried out once more for those who watch. */
    readonly changed?: Reenacted;
    /** The same by name, where the system knows files by their names. */
    readonly byName?: readonly ToldName[];
  };
