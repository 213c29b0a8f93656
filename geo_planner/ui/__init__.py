"""The app: pages over a plan. Streamlit is used here and in app.py only; nothing is computed here that a run does not compute."""
