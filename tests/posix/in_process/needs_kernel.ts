/**
 * Thrown where a check runs on a tree in this process and asks for what only the kernel does: permissions, locks,
 * mappings, other processes.
 */
export class NeedsKernel extends Error {}
