/** Everything that the runtime asks about before it does it. */
const PERMISSIONS = ["read", "write", "net", "env", "sys", "run", "ffi", "import"] as const;

/**
 * The runtime does nothing more for this process that reaches beyond it, and nothing gives that back: what is open stays
 * open, and functions that were found in libraries before can still be called.
 */
export function dropPermissions(): void {
  for (const name of PERMISSIONS) {
    const descriptor = { name } as Deno.PermissionDescriptor;
    if (Deno.permissions.revokeSync(descriptor).state === "granted") {
      throw new Error(`The runtime keeps its permission ${name}`);
    }
  }
}
