"""The screens: one frame, five pages; the only place that knows streamlit."""
