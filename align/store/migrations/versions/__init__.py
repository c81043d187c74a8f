"""One file per migration, in order of their names; a released one is never edited."""
