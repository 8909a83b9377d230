"""Several processes move money between accounts in one SQLite database in WAL mode, while others read.

Usage: sqlite_wal.py DIR WRITERS TRANSACTIONS [--check]

Prints the number of transactions done, as JSON. The sum of all accounts never changes: every reader checks that, and
the end does, with PRAGMA integrity_check. One writer is killed in the middle. With --check only the last is done, on
a database that exists: after a rollback, say.
"""

import json
import os
import random
import signal
import sqlite3
import sys
import time

ACCOUNTS = 200
BALANCE = 1000


def connect(path):
    connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def total(connection):
    return connection.execute("SELECT sum(balance), count(*) FROM account").fetchone()


def write(path, number, transactions):
    connection = connect(path)
    numbers = random.Random(number)
    for _ in range(transactions):
        connection.execute("BEGIN IMMEDIATE")
        amount = numbers.randrange(50)
        pair = numbers.sample(range(ACCOUNTS), 2)
        for account, change in zip(pair, (amount, -amount)):
            connection.execute("UPDATE account SET balance = balance + ? WHERE id = ?", (change, account))
        connection.execute("INSERT INTO log (writer, note) VALUES (?, ?)", (number, "x" * numbers.randrange(2000)))
        connection.execute("COMMIT")


def read(path):
    connection = connect(path)
    while True:
        connection.execute("BEGIN")
        assert total(connection) == (ACCOUNTS * BALANCE, ACCOUNTS), total(connection)
        connection.execute("COMMIT")


def spawn(act, *arguments):
    child = os.fork()
    if child != 0:
        return child
    try:
        act(*arguments)
    except BaseException as error:
        print(f"{act.__name__}: {error!r}", file=sys.stderr)
        os._exit(1)
    os._exit(0)


def wait(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def check(path):
    connection = connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert total(connection) == (ACCOUNTS * BALANCE, ACCOUNTS), total(connection)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    return connection.execute("SELECT count(*) FROM log").fetchone()[0]


def main(directory, writers, transactions):
    path = f"{directory}/bank.db"
    connection = connect(path)
    assert connection.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    connection.execute("CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER)")
    connection.execute("CREATE TABLE log (id INTEGER PRIMARY KEY, writer INTEGER, note TEXT)")
    connection.executemany("INSERT INTO account VALUES (?, ?)", [(i, BALANCE) for i in range(ACCOUNTS)])
    connection.close()
    # Who looks at the database while it is worked with may begin.
    with open(f"{directory}/ready", "w"):
        pass
    readers = [spawn(read, path) for _ in range(2)]
    victim = spawn(write, path, 99, 10**9)
    working = [spawn(write, path, number, transactions) for number in range(writers)]
    time.sleep(0.3)
    os.kill(victim, signal.SIGKILL)
    assert wait(victim) == -signal.SIGKILL, "The writer that was to be killed had ended"
    assert [wait(child) for child in working] == [0] * writers
    for child in readers:
        os.kill(child, signal.SIGKILL)
        assert wait(child) == -signal.SIGKILL, "A reader found the sum changed"
    done = check(path)
    assert done >= writers * transactions
    return done


if __name__ == "__main__":
    if sys.argv[-1] == "--check":
        print(json.dumps({"transactions": check(f"{sys.argv[1]}/bank.db")}))
    else:
        print(json.dumps({"transactions": main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))}))
