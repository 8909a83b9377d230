/**
 * Whose a token is.
 *
 * @module
 */

const TOKEN_QUERY = 0x8;
const TOKEN_USER = 1;
/** TOKEN_USER with the largest SID. */
const ROOM = 16 + 68;

export interface TokenUsers {
  /** SID of the user of a token, which is a handle of this process; null if it is none. */
  userOf(token: number): Uint8Array<ArrayBuffer> | null;
  /** SID of this process's user. */
  self(): Uint8Array<ArrayBuffer>;
}

export function tokenUsers(): TokenUsers {
  const { GetTokenInformation, OpenProcessToken } = Deno.dlopen("advapi32.dll", {
    GetTokenInformation: {
      parameters: ["u64", "u32", "buffer", "u32", "buffer"],
      result: "i32",
    },
    OpenProcessToken: { parameters: ["u64", "u32", "buffer"], result: "i32" },
  }).symbols;
  const { GetCurrentProcess, CloseHandle } = Deno.dlopen("kernel32.dll", {
    GetCurrentProcess: { parameters: [], result: "u64" },
    CloseHandle: { parameters: ["u64"], result: "i32" },
  }).symbols;
  const room = new Uint8Array(ROOM);
  const length = new Uint8Array(4);
  const userOf = (token: number) => {
    const isRead = GetTokenInformation(BigInt(token), TOKEN_USER, room, ROOM, length);
    // SID_AND_ATTRIBUTES: a pointer to what follows, and flags.
    return isRead === 0 ? null : room.slice(16, 16 + 8 + 4 * room[17]!);
  };
  const self = () => {
    const token = new BigUint64Array(1);
    const isOpen = OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, new Uint8Array(token.buffer));
    const user = isOpen === 0 ? null : userOf(Number(token[0]));
    if (isOpen !== 0) CloseHandle(token[0]!);
    if (user === null) throw new Error("Windows does not say who runs this process");
    return user;
  };
  return { userOf, self };
}
