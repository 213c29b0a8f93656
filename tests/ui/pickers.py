"""Choose from a picker as a person does: type, see what is highlighted, press Enter."""

from __future__ import annotations

from typing import Any

KEY_MS = 40
"""Between two keys of a quick typist."""
SEEN_MS = 150
"""From seeing the right line to pressing Enter."""
_HIGHLIGHTED = "typed => [...document.querySelectorAll('[role=option][data-focused]')].some(line => line.textContent.startsWith(typed) || line.textContent.endsWith(typed))"


def pick(page: Any, box: Any, typed: str, timeout_ms: float) -> None:
    """Choose the option that begins or ends with what is typed.

    The pickers of Streamlit filter and highlight some frames after a key; an Enter that comes before takes what was chosen already. A person presses
    it when the line is highlighted, and so does this.

    Parameters
    ----------
    page, box : playwright.sync_api.Page, playwright.sync_api.Locator
        The page, and the picker's box on it.
    typed : str
        The beginning or the end of the option as it is written there.
    timeout_ms : float
        How long to wait for the box, and then for the highlight.

    Raises
    ------
    playwright.sync_api.TimeoutError
        No such option was highlighted in time.
    """
    box.click(timeout=timeout_ms)
    page.keyboard.type(typed, delay=KEY_MS)
    page.wait_for_function(_HIGHLIGHTED, arg=typed, timeout=timeout_ms)
    page.wait_for_timeout(SEEN_MS)
    page.keyboard.press("Enter")
