#!/bin/sh
# What the tests of printed documents need: LibreOffice without windows, poppler, and a font as wide as Times New Roman that has Vietnamese
# letters (version 1 of Liberation has none of them). Without these they are skipped with a reason; nothing fails here.
set -u
ready() {
    for name in soffice pdftotext pdftoppm pdffonts fc-list; do
        command -v "$name" >/dev/null 2>&1 || return 1
    done
    [ -n "$(fc-list 'Times New Roman:lang=vi' 2>/dev/null)$(fc-list 'Liberation Serif:lang=vi' 2>/dev/null)" ]
}
if ready; then exit 0; fi
programs="libreoffice-writer-nogui libreoffice-calc-nogui poppler-utils fontconfig"
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq >/dev/null 2>&1
    for font in fonts-liberation2 fonts-liberation; do
        # shellcheck disable=SC2086
        if DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $programs $font >/dev/null 2>&1 && ready; then
            echo "LibreOffice, poppler and $font installed for the tests of printed documents."
            exit 0
        fi
    done
    echo "LibreOffice could not be installed (apt-get install $programs fonts-liberation2): the tests of printed documents will be skipped."
else
    echo "LibreOffice, poppler or a font is missing: the tests of printed documents will be skipped. To run them: sudo apt-get install $programs fonts-liberation2"
fi
exit 0
