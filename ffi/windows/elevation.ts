/**
 * Whether this process has an administrator's rights in force, which a user's other processes may not have.
 *
 * @module
 */

const TOKEN_QUERY = 0x8;
const TOKEN_ELEVATION = 20;

export function isElevated(): boolean {
  const advapi = Deno.dlopen("advapi32.dll", {
    GetTokenInformation: {
      parameters: ["u64", "u32", "buffer", "u32", "buffer"],
      result: "i32",
    },
    OpenProcessToken: { parameters: ["u64", "u32", "buffer"], result: "i32" },
  });
  const kernel = Deno.dlopen("kernel32.dll", {
    GetCurrentProcess: { parameters: [], result: "u64" },
    CloseHandle: { parameters: ["u64"], result: "i32" },
  });
  const { GetTokenInformation, OpenProcessToken } = advapi.symbols;
  const token = new BigUint64Array(1);
  const process = kernel.symbols.GetCurrentProcess();
  if (OpenProcessToken(process, TOKEN_QUERY, new Uint8Array(token.buffer)) === 0) return false;
  const said = new Uint8Array(4);
  const isRead = GetTokenInformation(token[0]!, TOKEN_ELEVATION, said, 4, new Uint8Array(4)) !== 0;
  kernel.symbols.CloseHandle(token[0]!);
  advapi.close();
  kernel.close();
  return isRead && said.some((byte) => byte !== 0);
}
