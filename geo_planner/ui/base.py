"""Where the addresses of this server begin."""

from __future__ import annotations

import streamlit as st


def base_path() -> str:
    """What stands before every address of this server: empty, or ``/name`` as ``server.baseUrlPath`` says."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""
