/**
 * A change of very many files that a rollback takes back, and what it is to be told as.
 *
 * @module
 */

/** Shell script that makes `count` files, and some others of every kind. */
export function project(count: number): string {
  return `
mkdir -p many gone/deep kept
for i in $(seq ${count}); do echo "export const value$i: number = $i;" >many/m$i.ts; done
echo 1 >kept/removed; echo 2 >gone/one; echo 3 >gone/deep/two
`;
}

/** Shell script that changes all of them. */
export function change(count: number): string {
  return `
for i in $(seq ${count}); do echo "export const value$i: number = 'no number $i';" >many/m$i.ts; done
rm kept/removed; rm -r gone; echo 4 >kept/new; mkdir -p made/deep; echo 5 >made/one; echo 6 >made/deep/two
`;
}

/** Paths that are other files after the rollback, those that are there again, and those that are not any more. */
export interface Expected {
  readonly changed: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export function expected(count: number): Expected {
  return {
    changed: Array.from({ length: count }, (_, i) => `many/m${i + 1}.ts`),
    added: ["kept/removed", "gone/one", "gone/deep/two"],
    removed: ["kept/new", "made/one", "made/deep/two"],
  };
}
