"""One module per page; streamlit runs the file, importing it does nothing."""
