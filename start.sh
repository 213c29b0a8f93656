#!/bin/sh
# Opens the map with a double click (or `./start.sh`): finds Python, installs on the first run, then starts. Needs no administrator's rights.
cd "$(dirname "$0")" || exit 1

tell() { printf '%s\n' "$1"; }
leave() {
    tell "$1"
    # a window that was opened by a double click would be gone before it is read
    [ -t 0 ] && { printf 'Enter… '; read -r _; }
    exit 1
}

fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1; }

if ! fits .venv/bin/python; then
    found=
    for python in python3 python3.13 python3.12 python3.11 python; do
        if fits "$python"; then found=$python; break; fi
    done
    [ -n "$found" ] || leave 'Chưa có Python 3.11–3.13: hãy cài từ https://www.python.org/downloads/ rồi mở lại tệp này. / Python 3.11 to 3.13 is needed: install it, then open this file again.'
    tell 'Chuẩn bị lần đầu, mất vài phút… / First run: installing, this takes some minutes…'
    "$found" -m venv --clear .venv || leave 'Không tạo được thư mục .venv: trên Debian hoặc Ubuntu hãy cài gói python3-venv rồi mở lại tệp này. / The folder .venv could not be made: on Debian or Ubuntu install the package python3-venv, then open this file again.'
fi
if ! .venv/bin/python -c 'import geo_planner, streamlit, altair' >/dev/null 2>&1; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -e '.[app]' ||
        leave 'Không cài được chương trình: hãy kiểm tra kết nối mạng rồi mở lại tệp này. / The program could not be installed: check the network, then open this file again.'
fi
if [ $# -eq 0 ]; then set -- app; fi
exec .venv/bin/python -m geo_planner.cli "$@"
