"""What a button has done is told where the eye is: the page goes to the words, wherever on it the button stood."""

from __future__ import annotations

from itertools import count

import streamlit as st

_NUMBERS = count(1)
# Twice: what the former run of the script has drawn above may go a moment later.
_GO = """<i id="gp-here-@n" style="display: block; scroll-margin-top: 4rem"></i><script>
(function () {
  function go() { var here = document.getElementById("gp-here-@n"); if (here) { here.scrollIntoView({block: "start"}); } }
  window.requestAnimationFrame(go);
  window.setTimeout(go, 300);
})();
</script>"""


def bring_into_view() -> None:
    """Let the page go to what is written next; for the one run that has something to tell."""
    st.html(_GO.replace("@n", str(next(_NUMBERS))), unsafe_allow_javascript=True)
