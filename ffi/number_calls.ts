/**
 * What Deno binds, with numbers where C has 64 bits.
 *
 * @module
 */

type Calls<S extends Deno.ForeignLibraryInterface> = Deno.StaticForeignLibraryInterface<S>;
type NumberParameters<P extends readonly unknown[]> = {
  [I in keyof P]: P[I] extends bigint ? number : P[I];
};

/** 64-bit parameters take a safe integer as well as a bigint; Deno's types name only the latter. */
export type NumberCalls<S extends Deno.ForeignLibraryInterface> = {
  [K in keyof S]:
    | (NonNullable<Calls<S>[K]> extends (...parameters: infer P) => infer R
      ? (...parameters: NumberParameters<P>) => R
      : never)
    // What is declared as optional may not be there.
    | Extract<Calls<S>[K], null>;
};
