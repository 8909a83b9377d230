/**
 * What programs do all day, with what they have to print.
 *
 * @module
 */

import assert from "node:assert/strict";
import { isInstalled, shell } from "../process.ts";

const PROGRAMS: Readonly<Record<string, { readonly script: string; readonly prints: string }>> = {
  make: {
    script: `
      printf 'all: out/a out/b\\nout/%%: %%.in\\n\\tmkdir -p out && tr a-z A-Z <$< >$@\\n' >Makefile
      echo one >a.in && echo two >b.in && make -s -j4 && cat out/*
      make -q && touch -d '+1 hour' a.in && ! make -q && make -s && cat out/a`,
    prints: "ONE\nTWO\nONE\n",
  },
  sqlite3: {
    script: `
      sqlite3 t.db 'pragma journal_mode=wal; create table t(n); begin;
        with recursive c(n) as (select 1 union all select n+1 from c where n<5000) insert into t select n from c;
        commit; pragma wal_checkpoint(truncate);' >/dev/null
      sqlite3 t.db 'pragma integrity_check; select count(*), sum(n) from t; vacuum; delete from t where n>10;
        select count(*) from t'`,
    prints: "ok\n5000|12502500\n10\n",
  },
  rsync: {
    script: `
      mkdir -p from/d && seq 2000 >from/d/f && ln -s d/f from/link && echo '#!' >from/tool && chmod 755 from/tool
      rsync -a from/ to && seq 2001 >from/d/f && rm from/link && rsync -a --delete from/ to
      diff -r from to && rsync -ain from/ to && find to -printf '%P %m\\n' | sort`,
    prints: " 755\nd 755\nd/f 644\ntool 755\n",
  },
};

/** The names of the programs. */
export const PROGRAM_NAMES: readonly string[] = Object.keys(PROGRAMS);

/** Has a program work in a new directory below `path`. Throws where it finds a fault, or prints something else. */
export async function programWork(path: string, name: string): Promise<void> {
  const { script, prints } = PROGRAMS[name]!;
  if (!await isInstalled(name)) throw new Error(`${name} is not installed`);
  await Deno.mkdir(`${path}/${name}`);
  assert.equal(await shell(`cd ${path}/${name}\n${script}`, { deadlineMs: 10 * 60_000 }), prints);
}
