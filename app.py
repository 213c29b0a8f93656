"""The script that Streamlit is given, by ``geo-planner app`` or ``streamlit run app.py``; what it shows is in ``geo_planner.ui``."""

from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from geo_planner.ui import entry

if get_script_run_ctx(suppress_warning=True) is None:
    # Streamlit looks for this object in the file that it is given, imports it as the server and comes back for every visitor.
    app = st.App(Path(__file__).resolve(), **entry.server())
else:
    entry.show()
