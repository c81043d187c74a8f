"""The screens as pictures: for looking at them, and for the user's guides."""
