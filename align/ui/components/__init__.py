"""Parts that several pages are made of; each gets its data passed in."""
