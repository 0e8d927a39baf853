"""The commands of the laptop."""
