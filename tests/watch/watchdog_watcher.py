"""Prints what watchdog tells of the current directory, a JSON array of kind and path a line; first "ready"."""

import json
import os
import sys

from watchdog.events import FileSystemEventHandler
from watchdog.observers.inotify import InotifyObserver

KINDS = {"created": "add", "modified": "change", "closed": "change", "deleted": "unlink"}


def say(kind, path):
    print(json.dumps([kind, path]), flush=True)


class Handler(FileSystemEventHandler):
    def on_any_event(self, event):
        kind = KINDS.get(event.event_type)
        if kind is not None:
            say(kind + "Dir" * (event.is_directory and kind != "change"), os.path.relpath(event.src_path))


observer = InotifyObserver()
observer.schedule(Handler(), ".", recursive=True)
observer.start()
say("ready", "")
sys.stdin.read()
