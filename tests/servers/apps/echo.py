#!/usr/bin/env python3
"""A CGI program that tells under which name it was called, and all of its environment."""

import os
import sys

told = os.environb
name = os.path.basename(sys.argv[0]).encode()
path = told.get(b"SCRIPT_NAME", b"") + told.get(b"PATH_INFO", b"")
lines = b"\n".join(name + b"=" + value for name, value in sorted(told.items()))
answer = b"~~".join([name, path, told.get(b"REQUEST_METHOD", b""), lines])
sys.stdout.buffer.write(b"Content-Type: text/plain\r\n\r\n" + answer)
