"""Reads mails as a mail program does, with Python's own library, and prints them as JSON."""

import email
import email.policy
import json
import pathlib
import sys


def part(message):
    content = message.get_content()
    return {
        "type": message.get_content_type(),
        "method": message.get_param("method"),
        "filename": message.get_filename(),
        "text": content if isinstance(content, str) else content.decode(),
    }


def read(path):
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return {
        "headers": {name.lower(): str(value) for name, value in message.items()},
        "names": [name.lower() for name in message.keys()],
        "structure": [one.get_content_type() for one in message.walk()],
        "parts": [part(one) for one in message.walk() if not one.is_multipart()],
        "defects": [str(defect) for one in message.walk() for defect in one.defects],
    }


paths = sorted(path for path in pathlib.Path(sys.argv[1]).glob("*.eml"))
print(json.dumps([read(path) for path in paths]))
