/** Version of the program, as in deno.json. */
export const VERSION = "0.1.0";
