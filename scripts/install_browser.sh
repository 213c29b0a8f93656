#!/bin/sh
# What the browser tests need: Debian's Chromium. Without it they are skipped with a reason; nothing fails here.
set -u
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    if apt-get update -qq >/dev/null 2>&1 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null 2>&1; then
        echo "Chromium installed for the browser tests."
        exit 0
    fi
    echo "Chromium could not be installed (apt-get install chromium): the browser tests will be skipped."
else
    echo "Chromium is not installed: the browser tests will be skipped. To run them: sudo apt-get install chromium"
fi
exit 0
