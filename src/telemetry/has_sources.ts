/** Whether there are sources besides the mount: they are Linux's. */
export const HAS_SOURCES = Deno.build.os === "linux";

/** Why a source is not there elsewhere. */
export const ONLY_LINUX = "only Linux has it";
