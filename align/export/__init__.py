"""Results as files: tables, graph, pictures, and the draft plan for Word and Excel."""
