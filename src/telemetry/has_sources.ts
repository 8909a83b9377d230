/** Whether there are sources besides the mount: they are Linux's. */
export const HAS_SOURCES = Deno.build.os === "linux";
